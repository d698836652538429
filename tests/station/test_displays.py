"""Display messages: set, read back, cleared, and removed at the end of their time or transaction (O01 to O06)."""

from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.v2.variables import DISPLAY_PRIORITIES, DISPLAY_STATES
from tests.station.driven import Driven


def message(number: int = 1, text: str = "hello", **given: Any) -> Json:
    """Return a message with the priority NormalCycle."""
    content = {"format": given.pop("format", "UTF8"), "content": text}
    return {"id": number, "priority": "NormalCycle", "message": content, **given}


def show(station: Driven, *messages: Json) -> list[str]:
    """Set messages, and return the status of each."""
    return [station.command("SetDisplayMessage", {"message": each})["status"] for each in messages]


def get_messages(station: Driven, **asked: Any) -> list[Json]:
    """Request messages, and return the reported ones."""
    station.sent.clear()
    answer = station.command("GetDisplayMessages", {"requestId": 55, **asked})
    reports = station.payloads("NotifyDisplayMessages")
    assert answer == {"status": "Accepted" if reports else "Unknown"}
    assert [report["tbc"] for report in reports] == [*[True] * (len(reports) - 1), *[False] * bool(reports)]
    assert {report["requestId"] for report in reports} <= {55}
    return [each for report in reports for each in report["messageInfo"]]


def numbers(station: Driven, **asked: Any) -> list[int]:
    """Return the ids of the messages that are reported."""
    return [each["id"] for each in get_messages(station, **asked)]


def test_a_message_is_reported_until_it_is_cleared() -> None:
    """A message is reported as set, replaced by one with its id (O06), kept over a reboot, and cleared once (O05)."""
    station = Driven()
    assert get_messages(station) == []
    start = rfc3339(station.now + 60)
    assert show(station, message(1), message(2, startDateTime=start), message(1, "bye")) == ["Accepted"] * 3
    station.command("Reset", {"type": "Immediate"})
    assert get_messages(station) == [message(1, "bye"), message(2, startDateTime=start)]
    cleared = [station.command("ClearDisplayMessage", {"id": 1})["status"] for _ in range(2)]
    assert (cleared, numbers(station)) == (["Accepted", "Unknown"], [2])


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (message(priority="InFront"), "NotSupportedPriority"),
        (message(state="Faulted"), "NotSupportedState"),
        (message(format="HTML"), "NotSupportedMessageFormat"),
        (message(format="URI"), "NotSupportedMessageFormat"),
        (message(transactionId="none"), "UnknownTransaction"),
        (message(endDateTime="never"), "Rejected"),
        (message(endDateTime=rfc3339(1)), "Rejected"),
        (message(startDateTime="2100-01-02T00:00:00Z", endDateTime="2100-01-01T00:00:00Z"), "Rejected"),
        (message(display={"name": "Display", "evse": {"id": 2}}), "Rejected"),
        (message(display={"name": "Display", "evse": {"id": 1, "connectorId": 1}}), "Accepted"),
        (message(state="Idle"), "Accepted"),
        (message(format="ASCII"), "Accepted"),
    ],
)
def test_an_unsupported_message_is_rejected(given: Json, status: str) -> None:
    """Only the configured priorities, states and formats are accepted; a rejected message replaces nothing (O01)."""
    station = Driven({DISPLAY_PRIORITIES: "NormalCycle", DISPLAY_STATES: "Idle,Charging"})
    show(station, message(1, "before"))
    assert show(station, given) == [status]
    assert get_messages(station) == [given if status == "Accepted" else message(1, "before")]


def test_a_second_always_front_message() -> None:
    """A second AlwaysFront message replaces the first; several InFront messages are kept."""
    station = Driven()
    front, fronts = {"priority": "InFront"}, {"priority": "AlwaysFront"}
    show(station, message(1, **front), message(2, **fronts), message(3, **front), message(4, **fronts), message(5))
    assert numbers(station) == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3]),
        ({"id": [3, 1, 99]}, [1, 3]),
        ({"id": [99]}, []),
        ({"priority": "InFront"}, [2]),
        ({"state": "Idle"}, [2, 3]),
        ({"state": "Charging"}, []),
        ({"id": [1], "state": "Idle"}, []),
        ({"id": [2], "priority": "NormalCycle"}, []),
        ({"priority": "NormalCycle", "state": "Idle"}, [3]),
    ],
)
def test_messages_are_reported_by_criteria(asked: Json, found: list[int]) -> None:
    """A message is reported if ids, priority and state match; the answer is Unknown if none does (O03, O04)."""
    station = Driven()
    show(station, message(1), message(2, priority="InFront", state="Idle"), message(3, state="Idle"))
    assert numbers(station, **asked) == found


def test_many_messages_are_reported_in_parts() -> None:
    """One NotifyDisplayMessages has at most ten messages, and all but the last have tbc true."""
    station = Driven()
    show(station, *(message(number) for number in range(21)))
    assert numbers(station) == list(range(21))
    assert len(station.payloads("NotifyDisplayMessages")) == 3


def test_a_message_ends_at_its_end() -> None:
    """After its endDateTime a message is neither reported nor cleared."""
    station = Driven()
    show(station, message(1, endDateTime=rfc3339(station.now + 60)), message(2))
    station.wait(59)
    assert numbers(station) == [1, 2]
    station.wait(1)
    assert numbers(station) == [2]
    assert station.command("ClearDisplayMessage", {"id": 1}) == {"status": "Unknown"}


def test_a_message_ends_with_its_transaction() -> None:
    """A message of a transaction is removed when the transaction ends or the station reboots (O02)."""
    station = Driven()
    assert show(station, message(1, transactionId=station.charge()), message(2)) == ["Accepted"] * 2
    assert numbers(station) == [1, 2]
    station.stop()
    assert numbers(station) == [2]


def test_the_cost_of_a_running_transaction_is_remembered() -> None:
    """CostUpdated sets the cost of a running transaction; any other id changes nothing (I02)."""
    station = Driven()
    transaction = station.charge()
    for given, cost in ((transaction, 1.5), ("other", 9.0), (transaction, 2.5), ("", 7.0)):
        assert station.command("CostUpdated", {"totalCost": cost, "transactionId": given}) == {}
    running = station.device.evses[1].transaction
    assert (running and running.cost) == 2.5
    station.stop()
    assert station.command("CostUpdated", {"totalCost": 3.0, "transactionId": transaction}) == {}
    assert station.device.evses[1].transaction is None
