"""Each check has an explanation, and the check agrees with the examples in it."""

import re
from pathlib import Path

import orjson
import pytest

from mock_csms import conformance
from mock_csms.commands.explaining import explanation_of, explanations
from mock_csms.conformance.catalogue import CHECKS, SUBJECTS
from mock_csms.conformance.subject import OF_V16
from mock_csms.protocol.messages import Malformed
from mock_csms.twin.events import Received, Sent
from tests.conformance.examples import found, is_seen_in_bytes, played
from tests.conformance.story import PATIENCE
from tests.conformance.witness import OTHERS, TERMS

PLAYED = [id_ for id_ in OTHERS if not is_seen_in_bytes(id_)]
SOUND = [id_ for id_ in PLAYED if CHECKS[id_].subject not in ("transport", "RPC")]
"""The checks whose examples, right and wrong, are messages that match their schemas."""
SILENCE = PATIENCE + TERMS.tolerance + 1
_MOST_SENTENCES = {"wants": 4, "cause": 2}


def test_every_check_has_an_explanation() -> None:
    """Each subject has a file with the explanations of its checks, in their order, and no others."""
    folder = Path(conformance.__path__[0], "explanations")
    names = {Path(subject.folder, f"{subject.name.replace(' ', '_')}.toml") for subject in SUBJECTS}
    assert {file.relative_to(folder) for file in folder.rglob("*.toml")} == names
    for subject in SUBJECTS:
        assert list(explanations(subject)) == sorted(subject.checks), (
            f"the explanations of {subject.name} in {subject.folder or 'explanations/'} have a table for each check"
        )


@pytest.mark.parametrize("check", CHECKS)
def test_an_explanation_is_short(check: str) -> None:
    """An explanation is a few whole sentences with two different examples; variables are named Component.Variable."""
    result = explanation_of(check)
    for text, most in ((result.wants, _MOST_SENTENCES["wants"]), (result.cause, _MOST_SENTENCES["cause"])):
        assert re.match(r"[A-Za-z]", text)
        assert 1 <= len(re.findall(r"\.(?= |$)", text)) <= most
    assert all((result.right, result.wrong))
    assert result.right != result.wrong
    of_16 = CHECKS[check].versions == OF_V16
    assert all(re.fullmatch(r"\w+" if of_16 else r"\w+\.\w+(\[\w+\])?", name) for name in result.given)


@pytest.mark.parametrize("check", SOUND)
def test_the_messages_of_examples_fit_their_schemas(check: str) -> None:
    """Every frame in an example is a JSON array, and matches the schema of its message."""
    result = explanation_of(check)
    for lines in (result.right, result.wrong):
        assert [line for line in lines if line[0] in "<>" and not isinstance(orjson.loads(line[2:]), list)] == []
        for event in played(check, result.given, lines).events:
            assert not isinstance(event, Received | Sent) or not event.violations
            assert not isinstance(event, Received) or not isinstance(event.message, Malformed)


@pytest.mark.parametrize("check", PLAYED)
def test_the_wrong_example_is_reported(check: str) -> None:
    """Each check reports the wrong example of its explanation."""
    result = explanation_of(check)
    assert found(check, result.given, result.wrong, SILENCE) != []


@pytest.mark.parametrize("check", PLAYED)
def test_the_right_example_is_not_reported(check: str) -> None:
    """No check reports the right example of its explanation, nor the silence after it."""
    result = explanation_of(check)
    assert found(check, result.given, result.right, SILENCE) == []
