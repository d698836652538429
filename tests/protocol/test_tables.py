"""Gate: the tables of actions agree with the schemas and error codes in the `ocpp` package."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ocpp
import ocpp.exceptions
import pytest

from mock_csms.behavior.templates import SAMPLE, compile_template
from mock_csms.protocol.actions import Action, Sender
from mock_csms.protocol.messages import ErrorCode
from mock_csms.protocol.v2.v201 import ACTIONS
from mock_csms.protocol.versions import V201

SCHEMAS = Path(ocpp.__path__[0]) / "v201" / "schemas"


def texts(payload: Any) -> Iterator[str]:
    """Yield every string in a payload."""
    if isinstance(payload, str):
        yield payload
    for part in payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list) else ():
        yield from texts(part)


@pytest.mark.parametrize("action", ACTIONS)
def test_both_templates_of_a_row_are_valid(action: str) -> None:
    """The default request and response of every action fit their schemas, after placeholders are filled in."""
    request = compile_template(ACTIONS[action].request)(SAMPLE)
    response = compile_template(ACTIONS[action].response)(SAMPLE)
    assert list(V201.schemas.request_violations(action, request)) == []
    assert list(V201.schemas.response_violations(action, response)) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_gist_fields_are_in_the_schema(action: str) -> None:
    """Each field in the gist of an action (for the console) is a property of its request or response."""
    row = ACTIONS[action]
    places = [("Request", row.gist)]
    places += [("Response", row.answer_gist)] if row.answer_gist != Action(row.sender).answer_gist else []
    for kind, gist in places:
        for field in gist.split():
            key, *inner = field.partition(":")[0].split(".")
            node = V201.schemas.node(f"{action}{kind}", [key])
            path = [key, *(["0"] if node.get("type") == "array" else []), *inner]
            assert V201.schemas.node(f"{action}{kind}", path), field


def test_every_schema_has_a_row() -> None:
    """The table has exactly the actions that have schemas."""
    names = sorted(f"{action}{kind}" for action in ACTIONS for kind in ("Request", "Response"))
    assert names == sorted(path.stem for path in SCHEMAS.glob("*.json"))


def test_the_senders_of_actions() -> None:
    """The CSMS sends 39 actions, the station 24, and both send DataTransfer."""
    assert Counter(row.sender for row in ACTIONS.values()) == {Sender.CSMS: 39, Sender.STATION: 24, Sender.EITHER: 1}
    assert ACTIONS["DataTransfer"].sender is Sender.EITHER


def test_how_many_actions_each_side_may_send() -> None:
    """A station may send 25 actions, a CSMS 40."""
    assert sum(row.sent_by(Sender.STATION) for row in ACTIONS.values()) == 25
    assert sum(row.sent_by(Sender.CSMS) for row in ACTIONS.values()) == 40


def test_error_codes_are_those_of_ocpp() -> None:
    """Our error codes are those of the `ocpp` package, without the two of OCPP 1.6, and with the two that it lacks."""
    known = {getattr(kind, "code", None) for kind in vars(ocpp.exceptions).values() if isinstance(kind, type)}
    of_version_16 = {"FormationViolation", "OccurenceConstraintViolation"}
    assert set(ErrorCode) == known - {None} - of_version_16 | {"MessageTypeNotSupported", "RpcFrameworkError"}


@pytest.mark.parametrize("code", ErrorCode)
def test_error_codes_are_spelled_as_they_are_named(code: ErrorCode) -> None:
    """The name of an error code in the program is its text in messages."""
    assert code.name == code.value


@pytest.mark.parametrize("action", ACTIONS)
def test_no_default_names_a_host_that_exists(action: str) -> None:
    """Every URL in a template has a host under `.invalid` (RFC 2606)."""
    row = ACTIONS[action]
    urls = [text for text in (*texts(row.request), *texts(row.response)) if "://" in text]
    assert [url for url in urls if not re.match(r"https://[a-z]+\.invalid/", url)] == []


def test_templates_are_never_filled_in_place() -> None:
    """Filling a template does not change the table, so that every station gets new values."""
    before = repr(ACTIONS)
    for row in ACTIONS.values():
        filled = compile_template(row.request)(SAMPLE)
        assert filled is not row.request or "{{" not in repr(filled)
    assert repr(ACTIONS) == before
