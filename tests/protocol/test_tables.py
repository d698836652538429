"""Gate: the tables of actions agree with the schemas and error codes in the `ocpp` package."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ocpp
import ocpp.exceptions
import pytest

from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.protocol.actions import Action, Sender
from mock_csms.protocol.messages import Call, ErrorCode, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2 import v21, v201
from mock_csms.protocol.v16.framing import CODES
from mock_csms.protocol.versions import V16, V21, V201, Version

SCHEMAS = Path(ocpp.__path__[0])
VERSIONS = (V16, V201, V21)
ROWS = [
    pytest.param(version, action, id=f"{version.name}-{action}") for version in VERSIONS for action in version.actions
]
SENT_BY = {
    "1.6": {Sender.STATION: 13, Sender.CSMS: 25, Sender.EITHER: 1},
    "2.0.1": {Sender.STATION: 24, Sender.CSMS: 39, Sender.EITHER: 1},
    "2.1": {Sender.STATION: 36, Sender.CSMS: 54, Sender.EITHER: 1},
}


def texts(payload: Any) -> Iterator[str]:
    """Yield every string in a payload."""
    if isinstance(payload, str):
        yield payload
    for part in payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list) else ():
        yield from texts(part)


def kinds_of(row: Action) -> list[str]:
    """Return the kinds of schemas that an action has."""
    return ["Request"] if row.is_send else ["Request", "Response"]


@pytest.mark.parametrize(("version", "action"), ROWS)
def test_both_templates_of_a_row_are_valid(version: Version, action: str) -> None:
    """The default request and response of every action fit their schemas, after placeholders are filled in."""
    row = version.actions[action]
    request = compile_template(row.request)(sample_of(version))
    assert list(version.schemas.request_violations(action, request)) == []
    if not row.is_send:
        response = compile_template(row.response)(replace(sample_of(version), request=request))
        assert list(version.schemas.response_violations(action, response)) == []


@pytest.mark.parametrize(("version", "action"), ROWS)
def test_gist_fields_are_in_the_schema(version: Version, action: str) -> None:
    """Each field in the gist of an action (for the console) is a property of its request or response."""
    row = version.actions[action]
    places = [("Request", row.gist)]
    places += [("Response", row.answer_gist)] if row.answer_gist != Action(row.sender).answer_gist else []
    for kind, gist in places:
        for field in gist.split():
            key, *inner = field.partition(":")[0].split(".")
            node = version.schemas.node(f"{action}{kind}", [key])
            path = [key, *(["0"] if node.get("type") == "array" else []), *inner]
            assert version.schemas.node(f"{action}{kind}", path), field


@pytest.mark.parametrize(("version", "folder"), [(V16, "v16"), (V201, "v201"), (V21, "v21")])
def test_every_schema_has_a_row(version: Version, folder: str) -> None:
    """The table has exactly the actions that have schemas, and each schema is found under its name."""
    names = sorted(f"{action}{kind}" for action, row in version.actions.items() for kind in kinds_of(row))
    files = [path.stem for path in (SCHEMAS / folder / "schemas").glob("*.json")]
    assert len(names) == len(files)
    assert all(version.schemas.schema(name) for name in names)
    assert {name.removesuffix("Request") for name in names} == {name.removesuffix("Request") for name in files}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_the_senders_of_actions(version: Version) -> None:
    """Each version has the right number of actions of the CSMS and of the station, and both send DataTransfer."""
    assert Counter(row.sender for row in version.actions.values()) == SENT_BY[version.name]
    assert version.actions["DataTransfer"].sender is Sender.EITHER


def test_how_many_actions_each_side_may_send() -> None:
    """A station may send 25 actions of 2.0.1, a CSMS 40."""
    assert sum(row.sent_by(Sender.STATION) for row in V201.actions.values()) == 25
    assert sum(row.sent_by(Sender.CSMS) for row in V201.actions.values()) == 40


def test_there_is_one_send() -> None:
    """Only NotifyPeriodicEventStream is sent as a SEND, and only in 2.1."""
    assert [(version.name, *version.sends) for version in VERSIONS] == [
        ("1.6",),
        ("2.0.1",),
        ("2.1", "NotifyPeriodicEventStream"),
    ]


def test_rows_of_21_that_differ() -> None:
    """2.1 has all actions of 2.0.1, with another row only if the default payload violates a schema of 2.1."""
    assert set(v201.ACTIONS) | set(v21.NEW) == set(V21.actions)
    for action, row in v201.ACTIONS.items():
        is_right = not V21.schemas.request_violations(action, compile_template(row.request)(sample_of(V21)))
        assert is_right == (action not in v21.CHANGED)
        assert is_right == (V21.actions[action] is row)


def test_error_codes_are_those_of_ocpp() -> None:
    """Our error codes are those of the `ocpp` package, without the two of OCPP 1.6, and with the two that it lacks."""
    known = {getattr(kind, "code", None) for kind in vars(ocpp.exceptions).values() if isinstance(kind, type)}
    of_version_16 = {"FormationViolation", "OccurenceConstraintViolation"}
    assert set(ErrorCode) == known - {None} - of_version_16 | {"MessageTypeNotSupported", "RpcFrameworkError"}
    assert set(CODES) == known - {None, "FormatViolation", "OccurrenceConstraintViolation"}


@pytest.mark.parametrize("code", ErrorCode)
def test_error_codes_are_spelled_as_they_are_named(code: ErrorCode) -> None:
    """The name of an error code in the program is its text in messages, unless the version has another text."""
    assert code.name == code.value
    for version in VERSIONS:
        assert version.framing.spelled(code) in version.framing.codes


@pytest.mark.parametrize(("version", "action"), ROWS)
def test_no_default_names_a_host_that_exists(version: Version, action: str) -> None:
    """Every URL in a template has a host under `.invalid` (RFC 2606)."""
    row = version.actions[action]
    urls = [text for text in (*texts(row.request), *texts(row.response)) if "://" in text]
    assert [url for url in urls if not re.match(r"https://[a-z]+\.invalid/", url)] == []


@pytest.mark.parametrize(("version", "action"), ROWS)
def test_each_action_is_accepted_from_its_sender_only(version: Version, action: str) -> None:
    """The default call is valid from its senders, and NotSupported from the other side; results are validated."""
    row = version.actions[action]
    call = Call("1", action, compile_template(row.request)(sample_of(version)))
    for sender in (Sender.STATION, Sender.CSMS):
        found = [violation.code for violation in version.call_violations(call, sender)]
        is_right = row.sent_by(sender) and not row.is_send
        assert found == ([] if is_right else [ErrorCode.NotSupported])
    if not row.is_send:
        read, found_ = version.read_result(call, Result("1", {"x-unknown": 1}))
        assert (read.payload, bool(found_)) == ({"x-unknown": 1}, True)


def test_templates_are_never_filled_in_place() -> None:
    """Filling a template does not change the table, so that every station gets new values."""
    for version in VERSIONS:
        before = repr(version.actions)
        for row in version.actions.values():
            filled = compile_template(row.request)(sample_of(version))
            assert filled is not row.request or "{{" not in repr(filled)
        assert repr(version.actions) == before
