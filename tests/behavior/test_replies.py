"""The answers of the mock: they depend on the flags and the messages so far."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.emissions import Emission
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import RuleBook
from mock_csms.behavior.templates import SAMPLE, compile_template
from mock_csms.behavior.validation import Validation
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.messages import Call, Error, ErrorCode, Message, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.settings import Config, assembly
from mock_csms.settings.flags import Source, read
from mock_csms.settings.layering import Layering
from mock_csms.twin.station import StationModel

NOW = 1_767_268_800.0  # 2026-01-01T12:00:00Z
FROM_STATIONS = [action for action, row in V201.actions.items() if row.sent_by(Sender.STATION)]
ACCEPTED = {"status": "Accepted"}
GROUP = {"groupIdToken": {"idToken": "G1", "type": "Central"}}


class Mock:
    """The answers of a mock with these flags: `texts` maps the name of each flag to its text on the command line."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        config = read(Config, [Source(texts)])
        faults = RuleBook(config.rule.faults)
        self.replies = Replies(assembly.defaults(config, V201), Layering(config).layers(V201), faults, dialect_of(V201))
        self.stations: dict[str, StationModel] = {}

    def send(self, action: str, payload: Any, identity: str = "CS-1") -> Message:
        """Return the single message that answers this call of a station."""
        call = Call("7", action, payload)
        station = self.stations.setdefault(identity, StationModel(identity))
        refusal = Conversation(V201, Sender.STATION).take(call, Validation()).refusal
        decision = self.replies.answer(call, refusal, replace(SAMPLE, now=NOW, station=station, request=payload))
        [emission] = decision.acts
        assert emission == Emission(decision.message)
        return decision.message

    def answer(self, action: str, payload: Any, identity: str = "CS-1") -> Any:
        """Return the payload of the CALLRESULT, which must match its schema and have the id of the call."""
        message = self.send(action, payload, identity)
        assert isinstance(message, Result)
        assert message.id == "7"
        assert list(V201.result_violations(Call("7", action, payload), message.payload)) == []
        return message.payload

    def boot(self, identity: str = "CS-1") -> str:
        """Send a BootNotification, and return the status in the answer."""
        payload = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}
        return str(self.answer("BootNotification", payload, identity)["status"])


def token(text: str = "T") -> dict[str, Any]:
    """Return the part of a message that has an idToken."""
    return {"idToken": {"idToken": text, "type": "ISO14443"}}


def event(kind: str, **more: Any) -> dict[str, Any]:
    """Return a valid TransactionEvent."""
    info = {"transactionInfo": {"transactionId": "TX-1"}, "timestamp": "2026-01-01T12:00:00Z", "seqNo": 0}
    return {"eventType": kind, "triggerReason": "Trigger", **info, **more}


@pytest.mark.parametrize("action", FROM_STATIONS)
def test_every_action_of_stations_is_answered(action: str) -> None:
    """Without flags each of the 25 actions gets a result that matches its schema."""
    Mock({}).answer(action, compile_template(V201.actions[action].request)(SAMPLE))


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Heartbeat", {}, {"currentTime": "2026-01-01T12:00:00.000Z"}),
        ("Authorize", token(), {"idTokenInfo": ACCEPTED}),
        ("DataTransfer", {"vendorId": "v"}, ACCEPTED),
        (
            "Get15118EVCertificate",
            {"iso15118SchemaVersion": "s", "action": "Install", "exiRequest": "e"},
            {**ACCEPTED, "exiResponse": "bW9ja19leGlfcmVzcG9uc2U="},
        ),
        ("StatusNotification", compile_template(V201.actions["StatusNotification"].request)(SAMPLE), {}),
    ],
)
def test_an_answer_without_flags(action: str, payload: Any, answer: Any) -> None:
    """The default answer is the response in the row of the action, with the time filled in."""
    assert Mock({}).answer(action, payload) == answer


def test_the_answer_to_a_boot() -> None:
    """The answer to BootNotification has the time, and the status and interval of the flags."""
    payload = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}
    answer = Mock({"boot_status": "rejected", "boot_interval": "7"}).answer("BootNotification", payload)
    assert answer == {"currentTime": "2026-01-01T12:00:00.000Z", "interval": 7, "status": "Rejected"}


@pytest.mark.parametrize(
    ("flags", "statuses"),
    [
        ({}, "Accepted Accepted"),
        ({"boot_status": "Pending"}, "Pending Pending Pending"),
        ({"boot_status_sequence": "Pending,Rejected,Accepted"}, "Pending Rejected Accepted Accepted Accepted"),
        ({"boot_status_sequence": "accepted, REJECTED"}, "Accepted Rejected Rejected"),
        ({"boot_status_sequence": "Rejected"}, "Rejected Rejected"),
    ],
)
def test_the_statuses_of_boots_in_turn(flags: Mapping[str, Any], statuses: str) -> None:
    """A sequence advances with each BootNotification and stays at its last status."""
    mock = Mock(flags)
    assert [mock.boot() for _ in statuses.split()] == statuses.split()


def test_every_station_has_its_own_turn() -> None:
    """The boots of one station do not advance the sequence of another."""
    mock = Mock({"boot_status_sequence": "Pending,Rejected,Accepted"})
    turns = ["1 Pending", "1 Rejected", "2 Pending", "1 Accepted", "2 Rejected", "3 Pending", "2 Accepted"]
    assert [f"{station[0]} {mock.boot(station[0])}" for station in turns] == turns


def test_a_refused_boot_does_not_advance_the_sequence() -> None:
    """An invalid BootNotification gets a CALLERROR and does not advance the sequence."""
    mock = Mock({"boot_status_sequence": "Pending,Accepted"})
    assert isinstance(mock.send("BootNotification", {}), Error)
    assert [mock.boot(), mock.boot()] == ["Pending", "Accepted"]


@pytest.mark.parametrize(
    ("flags", "payload", "answer"),
    [
        # idTokenInfo if and only if the event has an idToken (E01.FR.11).
        ({}, event("Started"), {}),
        ({}, event("Started", **token()), {"idTokenInfo": ACCEPTED}),
        ({}, event("Ended", **token()), {"idTokenInfo": ACCEPTED}),
        ({"auth_mode": "whitelist"}, event("Started"), {}),
        ({"auth_mode": "whitelist"}, event("Started", **token()), {"idTokenInfo": {"status": "Blocked"}}),
        ({"auth_mode": "rate_limit"}, event("Ended", **token()), {"idTokenInfo": {"status": "NotAtThisTime"}}),
        ({"auth_group_id": "G1"}, event("Started"), {}),
        ({"auth_group_id": "G1"}, event("Started", **token()), {"idTokenInfo": {**ACCEPTED, **GROUP}}),
        # The cost.
        ({}, event("Updated"), {"totalCost": 10}),
        ({"total_cost": "0"}, event("Updated"), {"totalCost": 0}),
        ({"total_cost": "2.5"}, event("Updated", **token()), {"totalCost": 2.5, "idTokenInfo": ACCEPTED}),
        ({"total_cost": "2.5"}, event("Started"), {}),
        ({"total_cost": "2.5"}, event("Ended"), {}),
        ({"final_cost": "12.5"}, event("Ended"), {"totalCost": 12.5}),
        ({"final_cost": "0"}, event("Ended"), {"totalCost": 0}),
        ({"final_cost": "12.5"}, event("Updated"), {"totalCost": 10}),
        ({"final_cost": "12.5"}, event("Started"), {}),
    ],
)
def test_the_answer_to_a_transaction_event(flags: Mapping[str, Any], payload: Any, answer: Any) -> None:
    """A TransactionEvent gets a status if it has an idToken, and the cost in Updated, or in Ended with --final-cost."""
    assert Mock(flags).answer("TransactionEvent", payload) == answer


@pytest.mark.parametrize(
    ("flags", "text", "info"),
    [
        ({}, "anything", ACCEPTED),
        ({"auth_mode": "whitelist"}, "VALID_TOKEN", ACCEPTED),
        ({"auth_mode": "whitelist"}, "T", {"status": "Blocked"}),
        ({"auth_mode": "whitelist", "whitelist": ["t"]}, "T", ACCEPTED),
        ({"auth_mode": "whitelist", "whitelist": ["t"]}, "valid_token", {"status": "Blocked"}),
        ({"auth_mode": "blacklist"}, "invalid_user", {"status": "Blocked"}),
        ({"auth_mode": "blacklist"}, "valid_token", ACCEPTED),
        ({"auth_mode": "Rate_Limit"}, "valid_token", {"status": "NotAtThisTime"}),
        ({"whitelist": ["A"], "blacklist": ["T"]}, "T", ACCEPTED),  # without a mode the lists have no effect
        ({"auth_group_id": "G1"}, "T", {**ACCEPTED, **GROUP}),
        ({"auth_group_id": "{{now}}"}, "T", {**ACCEPTED, "groupIdToken": {"idToken": "{{now}}", "type": "Central"}}),
        ({"auth_cache_expiry": "90"}, "T", {**ACCEPTED, "cacheExpiryDateTime": "2026-01-01T12:01:30.000Z"}),
        ({"auth_cache_expiry": "0"}, "T", {**ACCEPTED, "cacheExpiryDateTime": "2026-01-01T12:00:00.000Z"}),
        (
            {"auth_mode": "rate_limit", "auth_group_id": "G1"},
            "T",
            {"status": "NotAtThisTime", **GROUP},
        ),
    ],
)
@pytest.mark.parametrize("action", ["Authorize", "TransactionEvent"])
def test_the_answer_to_a_token(action: str, flags: Mapping[str, Any], text: str, info: Any) -> None:
    """Authorize and TransactionEvent give the same info: the status by mode and list, group and expiry by flag."""
    payload = token(text) if action == "Authorize" else event("Started", **token(text))
    assert Mock(flags).answer(action, payload) == {"idTokenInfo": info}


@pytest.mark.parametrize("flags", [{"offline": True}, {"offline": True, "auth_mode": "whitelist"}])
def test_an_offline_authorization(flags: Mapping[str, Any]) -> None:
    """With --offline each Authorize gets the CALLERROR InternalError, and nothing else changes."""
    mock = Mock(flags)
    error = mock.send("Authorize", token())
    assert isinstance(error, Error)
    assert (error.id, error.code) == ("7", ErrorCode.InternalError)
    assert mock.boot() == "Accepted"
    assert mock.answer("TransactionEvent", event("Updated")) == {"totalCost": 10}


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Authorize", {}, ErrorCode.OccurrenceConstraintViolation),
        ("Authorize", None, ErrorCode.TypeConstraintViolation),
        ("Heartbeat", {"x": 1}, ErrorCode.FormatViolation),
        ("TransactionEvent", event("Nope"), ErrorCode.PropertyConstraintViolation),
        ("Reset", {"type": "Immediate"}, ErrorCode.NotSupported),
        ("Xyzzy", {}, ErrorCode.NotImplemented),
    ],
)
@pytest.mark.parametrize("flags", [{}, {"offline": True}])
def test_a_call_with_violations_is_refused(
    flags: Mapping[str, Any], action: str, payload: Any, code: ErrorCode
) -> None:
    """A call with violations gets a CALLERROR, whatever the flags say."""
    error = Mock(flags).send(action, payload)
    assert isinstance(error, Error)
    assert (error.id, error.code) == ("7", code)


def test_no_answer_changes_the_next_one() -> None:
    """Answers share templates, but no answer changes a later one."""
    mock = Mock({"auth_mode": "whitelist", "auth_group_id": "G1"})
    first = mock.answer("Authorize", token())
    mock.answer("TransactionEvent", event("Updated", **token("valid_token")))
    assert mock.answer("Authorize", token()) == first
