"""The steps of cases, over a real WebSocket: which messages each accepts, and how it fails."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mock_csms.control.python import Csms
from mock_csms.plans.cases import CASES, case
from mock_csms.plans.messages import absent, any_call, around, differences, each, matching, one_of, says, some
from mock_csms.plans.operator import ControlLines, OperatorFailed, Prompt
from mock_csms.plans.profile import Profile, Timeouts
from mock_csms.plans.station import Station
from mock_csms.plans.under_test import StationUnderTest
from mock_csms.plans.v2.messages import connector_reports, no_problem, reason
from mock_csms.plans.v2.triggers import trigger
from mock_csms.protocol.records import replace
from mock_csms.watch.inbox import Inbox
from tests.control.in_process import station_of
from tests.wire import PATIENCE
from tests.wire import Station as Peer

PROFILE = Profile("CS-1", (1, 1), timeouts=Timeouts(message=0.1, silence=0.1, settle=0.05))


def status(evse: int, what: str = "Available") -> dict[str, Any]:
    """Return a StatusNotification of an EVSE's connector."""
    return {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": what, "evseId": evse, "connectorId": 1}


def event(evse: int, what: str) -> dict[str, Any]:
    """Return a NotifyEvent with the status of an EVSE's connector."""
    component = {"name": "Connector", "evse": {"id": evse, "connectorId": 1}}
    data = {"eventId": 1, "timestamp": "2026-01-01T00:00:00Z", "trigger": "Delta", "actualValue": what}
    data |= {"eventNotificationType": "HardWiredNotification", "component": component}
    data["variable"] = {"name": "AvailabilityState"}
    return {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "tbc": False, "eventData": [data]}


@asynccontextmanager
async def stage(typed: list[str] | None = None, call_timeout: float = PATIENCE) -> AsyncIterator[tuple[Station, Peer]]:
    """Yield the station under test that a case gets, and the other end of its connection."""
    async with Csms(call_timeout=call_timeout) as csms:
        operator = None if typed is None else ControlLines(typed.append)
        seen = Station(csms, PROFILE, operator, Inbox(csms.bus), StationUnderTest("CS-1", csms))
        async with station_of(csms) as peer:
            yield seen, peer


@asynccontextmanager
async def answering(peer: Peer, answer: list[Any] | None) -> AsyncIterator[None]:
    """Answer the next command with `answer`, which is the message without its id; None means no answer."""

    async def answer_once() -> None:
        _, id_, *_ = await peer.expect(2)
        if answer:
            await peer.send([answer[0], id_, *answer[1:]])

    answered = asyncio.ensure_future(answer_once())
    yield
    await answered


async def test_each_step_starts_after_the_previous_one() -> None:
    """A step ignores messages before the one that the previous step matched, unless `after` names another position."""
    async with stage() as (station, peer):
        begin = station.mark()
        for number in (1, 2):
            await peer.ask("StatusNotification", status(number))
        await station.expect(says("StatusNotification", evseId=2))
        with pytest.raises(AssertionError, match=r"sent no StatusNotification\[evseId=1\] within 0.1 s"):
            await station.expect(says("StatusNotification", evseId=1))
        taken = await station.expect(says("StatusNotification", evseId=1), after=begin)
        assert taken.payload == status(1)


async def test_a_status_in_either_message() -> None:
    """`connector_reports` accepts StatusNotification and NotifyEvent; both set the known status of the connector."""
    async with stage() as (station, peer):
        for action, payload in (("StatusNotification", status(1, "Occupied")), ("NotifyEvent", event(2, "Occupied"))):
            await peer.ask(action, payload)
        for evse in (1, 2):
            await station.expect(connector_reports("Occupied", evse, 1))
        assert station.known.connectors == {(1, 1): "Occupied", (2, 1): "Occupied"}


async def test_expect_all_accepts_any_order() -> None:
    """`expect_all` accepts any order and names what is missing; the next step starts after its last message."""
    async with stage() as (station, peer):
        await peer.ask("StatusNotification", status(2))
        await peer.ask("Heartbeat")
        await peer.ask("StatusNotification", status(1))
        first, second, beat = (
            connector_reports("Available", 1, 1),
            connector_reports("Available", 2, 1),
            says("Heartbeat"),
        )
        await station.expect_all(first, second)
        with pytest.raises(AssertionError, match="sent no Heartbeat within"):
            await station.expect(beat)
        await peer.ask("Heartbeat")
        with pytest.raises(AssertionError, match=r"sent no StatusNotification\[connectorStatus=Available,evseId=1"):
            await station.expect_all(beat, first)


async def test_an_optional_step() -> None:
    """`expect_optional` returns None if no message comes; then the next step starts where it would have without it."""
    async with stage() as (station, peer):
        await peer.ask("Heartbeat")
        assert await station.expect_optional(says("NotifyReport")) is None
        assert await station.expect_optional(says("Heartbeat")) is not None


async def test_expect_nothing() -> None:
    """`expect_nothing` fails for calls since the previous step and in `seconds`, or only for calls until `before`."""
    async with stage() as (station, peer):
        await peer.ask("Heartbeat")
        await station.expect_nothing(any_call(but="Heartbeat"))
        with pytest.raises(AssertionError, match="CS-1 sent Heartbeat, which must not come"):
            await station.expect_nothing(any_call(), seconds=0)
        begin = station.mark()
        await peer.ask("StatusNotification", status(1))
        taken = await station.expect(says("StatusNotification"))
        await peer.ask("Heartbeat")
        await station.expect_nothing(any_call(), after=begin, before=taken)


async def test_gaps_between_calls_are_checked() -> None:
    """`check_gap` compares a gap with `least` and `most`, and allows the tolerance of the profile on both sides."""
    async with stage() as (station, peer):
        assert station.opened() == station.mark() == 1
        calls = []
        for _ in range(2):
            await peer.ask("Heartbeat")
            calls.append(await station.expect(says("Heartbeat")))
        first, second = calls
        second = replace(second, at=first.at + 10)
        for least, most in ((10, 10), (13.9, None), (0, 6.1)):
            station.check_gap(first, second, least=least, most=most)
        for least, most, expected in ((14.1, None, "at least 14.1 s"), (0, 5.9, "0 to 5.9 s")):
            with pytest.raises(AssertionError, match=f"Heartbeat came 10.0 s after Heartbeat, expected {expected}"):
                station.check_gap(first, second, least=least, most=most)


async def test_answers_are_compared_path_by_path() -> None:
    """`command` fails for each expected value that the result lacks, for a CALLERROR, and for no answer."""
    async with stage() as (station, peer), answering(peer, [3, {"status": "Accepted"}]):
        assert await station.command("Reset", status="Accepted") == {"status": "Accepted"}
    differs = "gave an unexpected answer to Reset\n  status: expected Accepted, got Rejected"
    for answer, call_timeout, problem in [
        ([3, {"status": "Rejected"}], PATIENCE, differs),
        ([4, "NotSupported", "no", {}], PATIENCE, "Reset to CS-1: NotSupported: no"),
        (None, 0.2, "Reset to CS-1: no answer within 0.2 s"),
    ]:
        async with stage(call_timeout=call_timeout) as (station, peer), answering(peer, answer):
            with pytest.raises(AssertionError, match=re.escape(problem)):
                await station.command("Reset", status="Accepted")


async def test_an_expected_callerror() -> None:
    """`refuses` accepts a CALLERROR with the given code, and fails for another code or a result."""
    async with stage() as (station, peer):
        async with answering(peer, [4, "SecurityError", "no", {}]):
            await station.refuses("SecurityError", "Reset")
        async with answering(peer, [4, "InternalError", "SecurityError", {}]):
            with pytest.raises(AssertionError, match=r"expected the CALLERROR SecurityError, got .*InternalError"):
                await station.refuses("SecurityError", "Reset")
        async with answering(peer, [3, {"status": "Accepted"}]):
            with pytest.raises(AssertionError, match="got the result"):
                await station.refuses("SecurityError", "Reset")


async def test_actions_of_the_operator() -> None:
    """`act` uses the EVSE and the tokens of the profile by default; without an operator it raises an error."""
    typed: list[str] = []
    async with stage(typed) as (station, _):
        await station.act("plug")
        await station.act("card", evse=2, token="valid")
        assert (typed, station.can("plug"), station.can("paint")) == (
            ["plug 1 1", "card test_token:ISO14443 2"],
            True,
            False,
        )
    async with stage() as (station, _):
        with pytest.raises(OperatorFailed, match="there is no operator for plug"):
            await station.act("plug")


# Predicates for messages.


ONE_AND_TWO = some({"b": 2}, {"b": 1})


@pytest.mark.parametrize(
    ("payload", "part", "expected"),
    [
        ({"a": 1}, {"a": one_of(1, 2)}, None),
        ({}, {"a": one_of(1, absent), "b": absent, "c": no_problem}, None),
        ({"a": {"reasonCode": "NoError"}}, {"a": no_problem}, None),
        ({"a": {"reasonCode": "X"}}, {"a": reason("X")}, None),
        ({"a": "abc"}, {"a": matching("a.c")}, None),
        ({"a": [{"b": 1}, {"b": 2, "c": 3}]}, {"a": ONE_AND_TWO}, None),
        ({"a": [{"b": 1}]}, {"a": each(b=1)}, None),
        ({"a": "1970-01-01T00:01:39Z"}, {"a": around(100, 1)}, None),
        ({"a": "soon"}, {"a": around(100, 1)}, "a time around 1970-01-01T00:01:40.000Z, got soon"),
        ({"a": 3}, {"a": one_of(1, absent)}, "1 or nothing, got 3"),
        ({"a": 0}, {"a": absent}, "nothing, got 0"),
        ({"a": {"reasonCode": "X"}}, {"a": no_problem}, 'nothing, or the reasonCode NoError, got {"reasonCode":"X"}'),
        ({"a": "abcd"}, {"a": matching("a.c")}, "/a.c/, got abcd"),
        ({"a": [{"b": 1}]}, {"a": ONE_AND_TWO}, 'an item with {"b":2} and one with {"b":1}, got [{"b":1}]'),
        ({"a": []}, {"a": each(b=1)}, 'at least 1 items, each with {"b":1}, got []'),
    ],
)
def test_differences_with_predicates(payload: Any, part: Any, expected: str | None) -> None:
    """A difference has the text of its predicate, which says what it expects."""
    assert [str(difference) for difference in differences(payload, part)] == (
        [f"a: expected {expected}"] if expected else []
    )


# Cases.


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"needs": ("plugs",), "fails_with": {"no-boot": "x"}}, "'plugs' is neither an action nor a feature"),
        ({"needs": ("not D-1",), "fails_with": {"no-boot": "x"}}, "'not D-1' is neither"),
        ({"fails_with": {}}, "a case that cannot fail proves nothing"),
    ],
)
def test_an_invalid_case_is_refused(how: Any, problem: str) -> None:
    """A wrong case is refused when its module is imported."""
    with pytest.raises(ValueError, match=problem):
        case("TC-X", use_case="B01", **how)
    assert "TC-X" not in CASES


def test_the_obstacles_of_a_case() -> None:
    """Missing operators, actions, features and files are obstacles, and a feature that the station must not have; of
    several features with `or` one is enough.
    """
    try:
        needs = ("send", "C-13", "not C-14", "C-15 or not C-14", "files")

        @case("TC-Y", use_case="B01", needs=needs, fails_with={"no-boot": "x"})
        async def test_it(station: Station) -> None:
            """Nothing."""

        row = CASES["TC-Y"]
    finally:
        CASES.pop("TC-Y", None)
    rich, poor = Profile("CS-1", features=frozenset({"C-13"})), Profile("CS-1", features=frozenset({"C-14"}))
    assert [*row.obstacles(None, ["files"])] == ["needs an operator (send); see --operator"]
    assert [*row.obstacles(Prompt())] == ["the operator cannot send", "needs a file server; see --files"]
    assert [*row.lacking(rich)] == []
    assert [*row.lacking(poor)] == [
        "the profile of the station does not have C-13",
        "applies only to stations without C-14",
        "the profile of the station does not have C-15 or not C-14",
    ]


async def test_a_station_is_made_to_send() -> None:
    """The operator gets the whole call; `answered` and `was_refused` check the result or CALLERROR of the mock."""
    typed: list[str] = []
    async with stage(typed) as (station, peer):
        with pytest.raises(AssertionError, match=r"sent no StatusNotification\[evseId=2\]"):
            await station.send("StatusNotification", evseId=2)
        assert re.fullmatch(r'send StatusNotification {"timestamp": ".*", "evseId": 2, "connectorId": 1}', typed[0])
        await peer.ask("DataTransfer", {"vendorId": "V"})
        taken = await station.expect(says("DataTransfer"))
        assert await station.answered(taken, status="Accepted") == {"status": "Accepted"}
        with pytest.raises(AssertionError, match=r"got an unexpected answer\n  status: expected Rejected"):
            await station.answered(taken, status="Rejected")
        with pytest.raises(AssertionError, match="expected the CALLERROR InternalError to DataTransfer, got Result"):
            await station.was_refused(taken, "InternalError")
        station.configure(error=("DataTransfer", "InternalError"))
        await peer.send([2, "id", "DataTransfer", {"vendorId": "W"}])
        taken = await station.expect(says("DataTransfer", vendorId="W"))
        await station.was_refused(taken, "InternalError")
        with pytest.raises(AssertionError, match="DataTransfer was answered with the CALLERROR InternalError"):
            await station.answered(taken)
        station.begin_case()
        with pytest.raises(AssertionError, match="DataTransfer was not answered"):
            await station.answered(taken)


async def test_messages_are_triggered() -> None:
    """If the station rejects a trigger or does not implement it, the case is skipped."""
    async with stage() as (station, peer):
        async with answering(peer, [3, {"status": "Accepted"}]):
            await trigger(station, "Heartbeat")
        for answer, outcome, expected in (
            ("Rejected", pytest.skip.Exception, "the station rejects the trigger of Heartbeat"),
            ("NotImplemented", pytest.skip.Exception, "the station has no trigger of Heartbeat"),
        ):
            async with answering(peer, [3, {"status": answer}]):
                with pytest.raises(outcome, match=expected):
                    await trigger(station, "Heartbeat", evse=1)


async def test_check_compares_a_received_call() -> None:
    """`check` compares the action and the payload of a received call."""
    async with stage() as (station, peer):
        await peer.ask("StatusNotification", status(1))
        taken = await station.expect(says("StatusNotification"))
        station.check(taken, says("StatusNotification", evseId=1))
        with pytest.raises(
            AssertionError, match=r"expected StatusNotification\[evseId=2\]\n  evseId: expected 2, got 1"
        ):
            station.check(taken, says("StatusNotification", evseId=2))
        with pytest.raises(AssertionError, match=r"sent StatusNotification, expected Heartbeat$"):
            station.check(taken, says("Heartbeat"))
