"""Remembered answers are equal, byte by byte, to the answers of the rules, for any settings and calls."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.emissions import Emission
from mock_csms.behavior.prepared import Prepared, PreparedAnswers
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.templates import SAMPLE, Context
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, Result, encode
from mock_csms.protocol.records import replace
from mock_csms.protocol.typed import call_reader
from mock_csms.protocol.versions import V201
from mock_csms.settings import Config
from mock_csms.settings.layering import Layering
from mock_csms.settings.tables import rules
from mock_csms.twin.station import StationModel

NOW = 1_700_000_000.0
SETTINGS: dict[str, Any] = {
    "boot_status": ["Accepted", "Pending", "Rejected"],
    "boot_interval": [0, 60],
    "boot_status_sequence": [(), ("Pending", "Accepted")],
    "total_cost": [None, 0.0, 12.345],
    "final_cost": [None, 99.0],
    "auth_mode": ["normal", "whitelist", "blacklist"],
    "whitelist": [(), ("TAG1", "TAG2")],
    "blacklist": [(), ("TAG1",)],
    "auth_group_id": [None, "GROUP"],
    "require_boot": [False, True],
    "offline": [False, True],
}
TABLES: list[dict[str, Any]] = [
    {"match": "Heartbeat", "reply": {"currentTime": "{{now+60}}"}},
    {"match": "Heartbeat", "reply": {"customData": {"vendorId": "{{station}}"}}},
    {"match": "TransactionEvent[eventType=Started]", "reply": {"totalCost": 1}},
    {"match": "TransactionEvent", "error": "InternalError"},
    {"match": "*", "fault": "delay seconds=1"},
    {"match": "StatusNotification", "fault": "drop"},
    {"match": "Heartbeat*2", "reply": {"currentTime": "2000-01-01T00:00:00Z"}},
]
TOKENS: list[Any] = [None, "TAG1", "tag1", "TAG2", "OTHER"]


def transaction(event: str, token: str | None, evse: int | None) -> dict[str, Any]:
    """Return the payload of a TransactionEvent."""
    payload: dict[str, Any] = {
        "eventType": event,
        "timestamp": "2026-01-01T00:00:00.000Z",
        "triggerReason": "Authorized",
        "seqNo": 1,
        "transactionInfo": {"transactionId": "T"},
    }
    if token is not None:
        payload["idToken"] = {"idToken": token, "type": "ISO14443"}
    return payload if evse is None else payload | {"evse": {"id": evse}}


CALLS = st.one_of(
    st.just(("Heartbeat", {})),
    st.builds(
        lambda *parts: ("TransactionEvent", transaction(*parts)),
        st.sampled_from(["Started", "Updated", "Ended"]),
        st.sampled_from(TOKENS),
        st.sampled_from([None, 1, 2]),
    ),
    st.builds(
        lambda token: ("Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}}), st.sampled_from(TOKENS[1:])
    ),
    st.just(("BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}})),
    st.just(
        (
            "StatusNotification",
            {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1},
        )
    ),
)
CONFIGS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in SETTINGS.items()})


def replies_for(config: Config) -> Replies:
    """Return the replies of a mock with these settings; all counts are zero."""
    return Layering(config).replies(V201)


def typed_call(id_: str, action: str, payload: Any) -> Call:
    """Return a call that is decoded by its type, as in a session."""
    call = call_reader(V201, Sender.STATION).read(orjson.dumps([2, id_, action, payload]))
    assert call is not None
    return call


def context_at(now: float, identity: str, payload: Any) -> Context:
    """Return the context of a call with this payload at this time."""
    return replace(SAMPLE, now=now, station=StationModel(identity), request=payload)


def answers_of(replies: Replies) -> PreparedAnswers:
    """Return the remembered answers at one fixed time."""
    return PreparedAnswers(V201, replies, SAMPLE.world, 0.0, lambda *call: context_at(NOW, *call))


def assert_same(prepared: Prepared, call: Call, replies: Replies, now: float) -> None:
    """Compare a remembered answer with the answer of the rules."""
    decision = replies.answer(call, None, context_at(now, "CS-1", call.payload))
    assert decision.acts == (Emission(decision.message),)
    assert encode(decision.message) == prepared.text_for(call.id)
    assert decision.message == Result(call.id, prepared.payload)
    assert (decision.rule, decision.fault) == ("", "")
    assert list(V201.result_violations(call, prepared.payload)) == list(prepared.violations)


@given(
    CONFIGS, st.lists(st.sampled_from(TABLES), max_size=2), st.lists(st.tuples(CALLS, st.integers(0, 2)), max_size=8)
)
def test_remembered_answers_agree_with_the_rules(
    settings: dict[str, Any], tables: list[dict[str, Any]], calls: list[tuple[tuple[str, Any], int]]
) -> None:
    """For random settings, rules, faults, calls and times, a remembered answer equals the one of the rules."""
    config = Config(**settings, rule=rules(tables))
    replies, fresh = replies_for(config), replies_for(config)
    now = NOW
    answers = PreparedAnswers(V201, replies, SAMPLE.world, 0.0, lambda *call: context_at(now, *call))
    for number, ((action, payload), moment) in enumerate(calls):
        call, now = typed_call(f"id-{number}", action, payload), NOW + moment / 1000
        prepared = answers.find(call, "CS-1", now)
        if prepared is not None:
            assert_same(prepared, call, fresh, now)


@pytest.mark.parametrize(
    ("settings", "tables", "action", "payload"),
    [
        ({}, [], "Heartbeat", {}),
        ({}, [], "TransactionEvent", transaction("Updated", None, 1)),
        ({"auth_mode": "whitelist", "whitelist": ("TAG1",)}, [], "TransactionEvent", transaction("Started", "TAG1", 1)),
        ({}, TABLES[2:4], "Heartbeat", {}),
        ({}, TABLES[5:6], "Heartbeat", {}),
    ],
)
def test_ordinary_answers_are_remembered(
    settings: dict[str, Any], tables: list[dict[str, Any]], action: str, payload: Any
) -> None:
    """Ordinary answers are remembered, also if there are rules and faults for other actions."""
    answers = answers_of(replies_for(Config(**settings, rule=rules(tables))))
    assert answers.find(typed_call("1", action, payload), "CS-1", NOW) is not None


@pytest.mark.parametrize(
    ("settings", "tables", "action", "payload"),
    [
        ({}, TABLES[0:1], "Heartbeat", {}),
        ({}, TABLES[1:2], "Heartbeat", {}),
        ({}, TABLES[3:4], "TransactionEvent", transaction("Updated", None, 1)),
        ({}, TABLES[4:5], "Heartbeat", {}),
        ({}, TABLES[6:7], "Heartbeat", {}),
        ({"require_boot": True}, [], "Heartbeat", {}),
        (
            {"boot_status_sequence": ("Pending", "Accepted")},
            [],
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}},
        ),
    ],
)
def test_answers_that_are_not_remembered(
    settings: dict[str, Any], tables: list[dict[str, Any]], action: str, payload: Any
) -> None:
    """An answer that depends on a fault, a probability, a count or the station is not remembered."""
    answers = answers_of(replies_for(Config(**settings, rule=rules(tables))))
    for _ in range(2):
        assert answers.find(typed_call("1", action, payload), "CS-1", NOW) is None
