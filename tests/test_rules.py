"""Scripted answers over the wire: --reply, --error and --token, their order and counts, and placeholders."""

import re
from datetime import datetime
from typing import Any

import orjson
import pytest

from tests.raw import logged, refused, until
from tests.wire import BOOT, Mock, Station, transaction

STATUSES = ["Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "NotAllowedTypeEVSE"]
STATUSES += ["NotAtThisLocation", "NotAtThisTime", "Unknown"]


def reply(match: str, answer: Any) -> list[str]:
    """Return a flag --reply."""
    return ["--reply", match, orjson.dumps(answer).decode()]


def info(**about: Any) -> dict[str, Any]:
    """Return an answer with this idTokenInfo."""
    return {"idTokenInfo": about}


def token(id_: str, type_: str = "ISO14443") -> dict[str, Any]:
    """Return an Authorize request."""
    return {"idToken": {"idToken": id_, "type": type_}}


async def outcome(station: Station, action: str, payload: Any) -> str:
    """Send a call and return the status in its answer, or the code of its CALLERROR."""
    answer = await station.call(action, payload)
    if answer[0] == 4:
        return str(answer[2])
    return str(answer[2].get("idTokenInfo", answer[2]).get("status", "no status"))


async def outcomes(flags: list[str], identities: str, action: str, payload: Any) -> list[str]:
    """Let stations connect one after the other and send a call each; return the results."""
    seen = []
    async with Mock(*flags) as mock:
        for identity in identities:
            async with mock.station(identity) as station:
                seen.append(await outcome(station, action, payload))
    return seen


# Replies and errors.


async def test_reply_is_merged_over_the_default() -> None:
    """A reply is a merge patch over the default: it replaces values, null removes, and the rest stays (RFC 7396)."""
    flags = reply("BootNotification", {"status": "Rejected", "interval": None, "statusInfo": {"reasonCode": "R"}})
    async with Mock(*flags) as mock, mock.station() as station:
        answer = (await station.call("BootNotification", BOOT))[2]
        assert re.match(r"\d{4}-", answer.pop("currentTime"))
        assert answer == {"status": "Rejected", "statusInfo": {"reasonCode": "R"}}


async def test_a_reply_from_a_file(tmp_path: Any) -> None:
    """@FILE reads the reply from a file."""
    (tmp_path / "reply.json").write_text('{"data":{"ä":1}}', encoding="utf-8")
    async with Mock("--reply", "DataTransfer", f"@{tmp_path / 'reply.json'}") as mock, mock.station() as station:
        assert await station.ask("DataTransfer", {"vendorId": "V"}) == {"status": "Accepted", "data": {"ä": 1}}


async def test_error() -> None:
    """--error answers with this code and description; the description may be empty or contain a colon."""
    flags = ["--error", "Heartbeat*1", "ProtocolError", "--error", "Heartbeat", "GenericError: one: two"]
    async with Mock(*flags) as mock, mock.station() as station:
        assert (await station.call("Heartbeat"))[2:] == ["ProtocolError", "", {}]
        assert (await station.call("Heartbeat"))[2:] == ["GenericError", "one: two", {}]


async def test_replies_and_errors_keep_their_common_order() -> None:
    """The first matching --reply or --error with uses left answers; without one the default does."""
    first = ["--error", "Authorize*1", "InternalError", *reply("Authorize*2", info(status="Blocked"))]
    second = ["--error", "Authorize*2", "GenericError", *reply("Authorize*3", info(status="Expired"))]
    expected = ["InternalError", "Blocked", "Blocked", "GenericError", "GenericError", "Expired", "Expired", "Expired"]
    assert await outcomes(first + second, "A" * 9, "Authorize", token("T")) == [*expected, "Accepted"]


async def test_uses_are_counted_for_each_station_over_reconnects() -> None:
    """*2 applies to the first two matches of each station that matches the glob, over its reconnections."""
    flags = [*reply("Authorize*2@[AB]", info(status="Blocked")), "--auth-mode", "rate_limit"]
    after = "NotAtThisTime"
    assert await outcomes(flags, "ABCACBAB", "Authorize", token("T")) == [
        "Blocked",  # A
        "Blocked",  # B
        after,  # C does not match the glob
        "Blocked",  # A again
        after,
        "Blocked",  # B again
        after,
        after,
    ]


async def test_other_messages_use_no_rule_up() -> None:
    """A message that does not meet the conditions of a rule does not use it up."""
    flags = reply("Authorize[idToken.idToken=BAD]*1", info(status="Blocked"))
    async with Mock(*flags) as mock, mock.station() as station:
        asked = ["good", "BAD", "BAD"]
        seen = [await outcome(station, "Authorize", token(name)) for name in asked]
        assert seen == ["Accepted", "Blocked", "Accepted"]


METER: dict[str, Any] = {
    "timestamp": "2026-01-01T00:00:00Z",
    "sampledValue": [{"value": 1.5, "context": "Sample.Clock"}],
}
EVENT: dict[str, Any] = {"triggerReason": "Trigger", "timestamp": "2026-01-01T00:00:00Z", "seqNo": 3, "offline": True}
EVENT |= {"eventType": "Started", "transactionInfo": {"transactionId": "12345678"}, "evse": {"id": 1}}
EVENT |= {
    "meterValue": [METER, METER | {"sampledValue": [{"value": 7}]}],
    "idToken": {"idToken": "a,]", "type": "eMAID"},
}
EVENT |= {"customData": {"vendorId": "V", "n": 1, "s": "x y", "deep": {"list": [None, {"yes": True}]}}}


CONDITIONS = [
    ("transactionInfo.transactionId=12345678", True),
    ('transactionInfo.transactionId="12345678"', True),
    ("transactionInfo.transactionId=1234567", False),
    ("evse.id=1", True),
    ("evse.id=2", False),
    ("evse.connectorId=1", False),
    ("seqNo=3,evse.id=1", True),
    ("seqNo=3, evse.id = 2", False),
    ("offline=true", True),
    ("offline=false", False),
    ("eventType=started", True),
    ("eventType=Ended", False),
    ('idToken.idToken="a,]"', True),
    ('idToken.idToken="A,]"', True),
    ('idToken.idToken="a,"', False),
    ("idToken.type=EMAID", True),
    ("meterValue.0.sampledValue.0.value=1.5", True),
    ("meterValue.1.sampledValue.0.value=7", True),
    ("meterValue.1.sampledValue.0.value=7.0", True),
    ("meterValue.0.sampledValue.0.context=sample.clock", True),
    ("meterValue.2.sampledValue.0.value=7", False),
    ("customData.vendorId=V", True),
    ("customData.n=1", True),
    ('customData.n="1"', False),
    ("customData.s=x y", True),
    ("customData.s=X y", False),
    ("customData.deep.list.1.yes=true", True),
    ("customData.deep.list.1.yes=1", False),
    ("customData.deep.list.0=null", True),
    ("customData.deep.list.5=null", False),
]


async def test_conditions() -> None:
    """The value of a condition has the type of the schema, and must be in the payload at that path."""
    flags = [
        word
        for number, (condition, _) in enumerate(CONDITIONS)
        for word in ["--error", f"TransactionEvent[{condition}]@{number}", "GenericError"]
    ]
    async with Mock(*flags) as mock:
        seen = []
        for number, (condition, _) in enumerate(CONDITIONS):
            async with mock.station(str(number)) as station:
                seen.append((condition, await outcome(station, "TransactionEvent", EVENT) == "GenericError"))
    assert seen == CONDITIONS


# Tokens, and the order of rules.


async def test_all_statuses_of_tokens() -> None:
    """--token gives any of the 10 statuses, written in any case, in Authorize and TransactionEvent."""
    words = [word for status in STATUSES for word in ("--token", f"t-{status}={status.upper()}")]
    async with Mock(*words) as mock, mock.station() as station:
        for status in STATUSES:
            asked = token(f"T-{status.lower()}")
            assert await station.ask("Authorize", asked) == info(status=status)
            for event in ("Started", "Updated", "Ended"):
                answer = await station.ask("TransactionEvent", transaction(event, **asked))
                assert answer["idTokenInfo"] == {"status": status}
        assert await station.ask("TransactionEvent", transaction("Started")) == {}
        assert await outcome(station, "Authorize", token("other")) == "Accepted"


async def test_the_info_of_a_token() -> None:
    """A token may have a group, an expiry, EVSEs and a type; its id may contain an equals sign."""
    flags = ["--token", "a=b=Expired,group=G=1,expiry=3600,evse=1+2", "--token", "C=Blocked,type=emaid"]
    async with Mock(*flags) as mock, mock.station() as station:
        now = datetime.fromisoformat((await station.ask("Heartbeat"))["currentTime"])
        about = (await station.ask("Authorize", token("A=B")))["idTokenInfo"]
        expiry = datetime.fromisoformat(about.pop("cacheExpiryDateTime"))
        assert about == {"status": "Expired", "groupIdToken": {"idToken": "G=1", "type": "Central"}, "evseId": [1, 2]}
        assert 3595 <= (expiry - now).total_seconds() <= 3605
        assert await outcome(station, "Authorize", token("C", "eMAID")) == "Blocked"
        assert await outcome(station, "Authorize", token("C", "ISO14443")) == "Accepted"


@pytest.mark.parametrize(
    ("flags", "authorize", "event"),
    [
        (["--auth-mode", "rate_limit"], "NotAtThisTime", "NotAtThisTime"),
        (["--auth-mode", "rate_limit", "--token", "T=Expired"], "Expired", "Expired"),
        (["--auth-mode", "blacklist", "--blacklist", "T", "--token", "T=Accepted"], "Accepted", "Accepted"),
        (["--token", "T=Expired", "--token", "T=Blocked"], "Expired", "Expired"),
        (["--token", "T=Expired", *reply("Authorize", info(status="Unknown"))], "Unknown", "Expired"),
        (["--token", "T=Expired", "--error", "TransactionEvent", "GenericError"], "Expired", "GenericError"),
        (["--offline"], "InternalError", "Accepted"),
        (["--offline", "--token", "T=Expired"], "Expired", "Expired"),
        (["--offline", "--token", "other=Expired"], "InternalError", "Accepted"),
        (["--offline", *reply("Authorize", info(status="Blocked"))], "Blocked", "Accepted"),
        (["--offline", "--auth-group-id", "G"], "InternalError", "Accepted"),
        (["--offline", "--auth-cache-expiry", "9"], "InternalError", "Accepted"),
        (["--offline", "--auth-mode", "rate_limit"], "InternalError", "NotAtThisTime"),
    ],
)
async def test_the_order_of_rules_tokens_and_mode(flags: list[str], authorize: str, event: str) -> None:
    """Rules of the user come before --token, and --token before the mode."""
    async with Mock(*flags) as mock, mock.station() as station:
        assert await outcome(station, "Authorize", token("T")) == authorize
        assert await outcome(station, "TransactionEvent", transaction("Started", **token("T"))) == event


async def test_a_reply_keeps_other_fields() -> None:
    """A reply without a status leaves the status to --token, which leaves the group to its own flag."""
    flags = ["--token", "T=Expired", "--auth-group-id", "G", *reply("Authorize", info(chargingPriority=1))]
    async with Mock(*flags) as mock, mock.station() as station:
        group = {"idToken": "G", "type": "Central"}
        expected = {"status": "Expired", "groupIdToken": group, "chargingPriority": 1}
        assert (await station.ask("Authorize", token("T")))["idTokenInfo"] == expected


async def test_the_boot_sequence_goes_on_counting() -> None:
    """A boot that a --reply answers still counts in --boot-status-sequence."""
    flags = ["--boot-status-sequence", "Pending,Rejected,Accepted", "--error", "BootNotification*1", "InternalError"]
    assert await outcomes(flags, "AAA", "BootNotification", BOOT) == ["InternalError", "Rejected", "Accepted"]


# Placeholders.


async def test_placeholders() -> None:
    """Each placeholder is replaced by its value; alone in a string it keeps its type, within other text it is text."""
    data = {
        "type kept": ["{{request.evse.id}}", "{{request.offline}}", "{{request.evse}}", "{{ request.meterValue.1 }}"],
        "text": "evse {{request.evse.id}}, {{request.offline}}, {{station}}",
        "literal": "{{{{now}} and {{{{",
        "fresh": ["{{integer}}", "{{integer}}", "{{uuid}}", "{{uuid}}"],
        "times": ["{{now}}", "{{now+60}}", "{{now-60}}", "{{now + 0.5}}"],
        "transaction": "{{transactionId}}",
        "nothing": "<{{request.evse.connectorId}}>",
        "{{now}}": "a key is no payload",
    }
    flags = reply("TransactionEvent", {"customData": {"vendorId": "V", **data}})
    async with Mock(*flags) as mock, mock.station("CS-ä") as station:
        found = (await station.ask("TransactionEvent", EVENT))["customData"]
    assert orjson.dumps(found["type kept"]) == orjson.dumps([1, True, {"id": 1}, EVENT["meterValue"][1]])
    assert found["text"] == "evse 1, true, CS-ä"
    assert found["literal"] == "{{now}} and {{"
    first, second, *ids = found["fresh"]
    assert type(first) is type(second) is int
    assert first != second
    assert ids[0] != ids[1]
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id_) for id_ in ids)
    now, *others = map(datetime.fromisoformat, found["times"])
    assert [(other - now).total_seconds() for other in others] == [60, -60, 0.5]
    assert found["transaction"] == "12345678"
    assert found["nothing"] == "<>"
    assert "{{now}}" in found


async def test_placeholders_in_a_command() -> None:
    """--payload may have placeholders too, and is checked with sample values instead of them."""
    flags = ["--command", "RequestStartTransaction", "--delay", "0"]
    patch = '{"remoteStartId":"{{integer}}","idToken":{"idToken":"at {{station}}"}}'
    async with Mock(*flags, "--payload", patch) as mock, mock.station() as station:
        sent = await station.obey("RequestStartTransaction")
        assert sent["idToken"]["idToken"] == "at CS-1"
        assert type(sent["remoteStartId"]) is int


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{noww}}", "now"),
        ("{{Station}}", "station"),
        ("{{1+1}}", ""),
        ("{{now", "}}"),
        ("{{}}", ""),
        ("{{now+x}}", ""),
    ],
)
def test_unknown_placeholders(text: str, hint: str) -> None:
    """An unknown placeholder is refused at the start, with the nearest one, in replies and payloads of commands."""
    refused(reply("DataTransfer", {"data": [{"deep": text}]}), "--reply", text, hint)
    refused(
        ["-c", "DataTransfer", "-d", "0", "--payload", orjson.dumps({"data": text}).decode()], "payload", text, hint
    )


# Answers that violate OCPP.


@pytest.mark.parametrize(
    ("flags", "warning", "answer"),
    [
        (
            reply("Heartbeat", {"currentTime": 5}),
            "HeartbeatResponse.*currentTime",
            [3, "call-Heartbeat", {"currentTime": 5}],
        ),
        (reply("Heartbeat", {"currentTime": None}), "HeartbeatResponse.*currentTime", [3, "call-Heartbeat", {}]),
        (["--error", "Heartbeat", "OhNo:x"], "OhNo", [4, "call-Heartbeat", "OhNo", "x", {}]),
        (
            ["--error", "Heartbeat", "FormationViolation"],
            "FormatViolation",
            [4, "call-Heartbeat", "FormationViolation"],
        ),
    ],
)
async def test_invalid_answers_are_sent_with_a_warning(flags: list[str], warning: str, answer: list[Any]) -> None:
    """An answer that violates OCPP causes a warning at the start, and is sent anyway."""
    async with Mock(*flags) as mock, mock.station() as station:
        await until(logged(mock, "listening"))
        assert re.search(f"warning.*{warning}", mock.log)
        assert (await station.call("Heartbeat"))[: len(answer)] == answer


async def test_no_warning_without_a_reason() -> None:
    """A reply that is valid once it is merged into the default causes no warning."""
    flags = reply("Authorize[idToken.idToken=T]", {"idTokenInfo": {"cacheExpiryDateTime": "{{now+60}}"}})
    flags += reply("TransactionEvent[idToken.idToken=T]", info(chargingPriority=1))
    flags += ["--error", "Heartbeat", "SecurityError"]
    async with Mock(*flags) as mock, mock.station() as station:
        await station.ask("TransactionEvent", transaction("Started", **token("T")))
        await until(logged(mock, "listening"))
        assert "warning" not in mock.log
