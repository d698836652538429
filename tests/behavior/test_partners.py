"""The effect of other platforms on answers to stations (--ocpi): statuses of tokens, and the cost by the tariff."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.roaming import Partners
from mock_csms.behavior.templates import SAMPLE
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16, V201, Version
from mock_csms.settings import Config, assembly
from mock_csms.settings.flags import Source, read
from mock_csms.settings.layering import Layering

BLOCKED, ACCEPTED = {"status": "Blocked"}, {"status": "Accepted"}
TAG = {"idToken": {"idToken": "T", "type": "ISO14443"}}
GROUP = {"groupIdToken": {"idToken": "G", "type": "Central"}}
OCPI = {"ocpi": "0"}


def answer(flags: Mapping[str, Any], action: str, payload: Any, version: Version = V201, *, price: float = 7.5) -> Any:
    """Return the payload of the answer, or the code of the CALLERROR; the partners block all tokens."""
    config = read(Config, [Source(flags)])
    replies = Replies(assembly.defaults(config, version), Layering(config).layers(version), None, dialect_of(version))
    world = replace(SAMPLE.world, partners=Partners(lambda *_: BLOCKED, lambda *_: price))
    call = Call("1", action, payload)
    message = replies.answer(call, None, replace(SAMPLE, world=world, request=payload)).message
    if isinstance(message, Error):
        return message.code
    assert isinstance(message, Result)
    assert list(version.result_violations(call, message.payload)) == []
    return message.payload


def event(kind: str, **more: Any) -> dict[str, Any]:
    """Return a TransactionEvent."""
    info = {"transactionInfo": {"transactionId": "TX-1"}, "timestamp": "2026-01-01T12:00:00Z", "seqNo": 0}
    return {"eventType": kind, "triggerReason": "Trigger", **info, **more}


TOKENS: list[tuple[Mapping[str, Any], Any]] = [
    ({}, ACCEPTED),
    (OCPI, BLOCKED),
    (
        {**OCPI, "auth_mode": "normal", "auth_group_id": "G"},
        {**BLOCKED, "groupIdToken": {"idToken": "G", "type": "Central"}},
    ),
    ({**OCPI, "ocpi_authorize": "off"}, ACCEPTED),
    ({**OCPI, "token": [{"id": "T", "status": "Expired"}]}, {"status": "Expired"}),
]


@pytest.mark.parametrize(("flags", "info"), TOKENS)
def test_partners_decide_about_tokens(flags: Mapping[str, Any], info: Any) -> None:
    """With --ocpi the partners decide, over the modes and under [[token]] tables; the answer to an event has a cost."""
    assert answer(flags, "Authorize", TAG) == {"idTokenInfo": info}
    assert answer(flags, "TransactionEvent", event("Started", **TAG)) == {"idTokenInfo": info}


def test_offline_wins() -> None:
    """With --offline every Authorize fails, even if the partners accept the token."""
    assert answer({**OCPI, "offline": True}, "Authorize", TAG) == "InternalError"


def test_partners_decide_about_tags_of_16() -> None:
    """The partners decide about idTags of OCPP 1.6 too, when they are presented and when a transaction starts."""
    started = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-01-01T12:00:00Z"}
    assert answer(OCPI, "Authorize", {"idTag": "T"}, V16) == {"idTagInfo": BLOCKED}
    assert answer(OCPI, "StartTransaction", started, V16)["idTagInfo"] == BLOCKED
    assert answer({}, "Authorize", {"idTag": "T"}, V16) == {"idTagInfo": ACCEPTED}


COSTS: list[tuple[Mapping[str, Any], str, Any]] = [
    ({}, "Updated", {"totalCost": 10}),
    ({}, "Ended", {}),
    (OCPI, "Started", {}),
    (OCPI, "Updated", {"totalCost": 7.5}),
    (OCPI, "Ended", {"totalCost": 7.5}),
    ({**OCPI, "total_cost": "2"}, "Updated", {"totalCost": 2}),
    ({**OCPI, "total_cost": "10"}, "Updated", {"totalCost": 10}),
    ({**OCPI, "total_cost": "2"}, "Ended", {"totalCost": 7.5}),
    ({**OCPI, "final_cost": "3"}, "Ended", {"totalCost": 3}),
]


@pytest.mark.parametrize(("flags", "kind", "expected"), COSTS)
def test_cost_by_the_tariff(flags: Mapping[str, Any], kind: str, expected: Any) -> None:
    """With --ocpi the cost by the tariff is sent, unless --total-cost or --final-cost is given; 10 is a cost too."""
    assert answer(flags, "TransactionEvent", event(kind)) == expected
