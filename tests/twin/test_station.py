"""The facts in the model of a station after messages in both directions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import replace
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent
from mock_csms.twin.folding import fold
from mock_csms.twin.station import StationModel
from tests.toy_version import TOY

BOOT = Call("1", "BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}})


def received(message: Message | Malformed, *, is_refused: bool = False) -> Event:
    """Return the event of a message that a station sent."""
    return Received(0.0, "CS-1", b"", message, violations=(), answers=None, binary=False, is_refused=is_refused)


def sent(message: Message, answers: Call | None = None) -> Event:
    """Return the event of a message that the mock sent."""
    return Sent(0.0, "CS-1", b"", message, violations=(), answers=answers, rule="", fault="")


def transaction(kind: str, id_: str, *, is_refused: bool = False) -> Event:
    """Return the event of a received TransactionEvent."""
    payload = {"eventType": kind, "transactionInfo": {"transactionId": id_}}
    return received(Call("1", "TransactionEvent", payload), is_refused=is_refused)


def after(*events: Event) -> StationModel:
    """Return the model of a station after these events."""
    station = StationModel("CS-1")
    for event in events:
        fold(station, event)
    return station


def test_a_new_station_has_no_facts() -> None:
    """The model of a new station has no facts."""
    station = after()
    assert (station.is_accepted, station.oldest_transaction) == (False, None)


@pytest.mark.parametrize(
    ("events", "running"),
    [
        ("Started A", ["A"]),
        ("Updated A", ["A"]),  # its Started was before the start of the mock
        ("Started A, Updated A, Updated A", ["A"]),
        ("Started A, Started B", ["A", "B"]),
        ("Started A, Started B, Updated A", ["A", "B"]),
        ("Started A, Ended A", []),
        ("Started A, Started B, Ended A", ["B"]),
        ("Started A, Started B, Ended A, Started A", ["B", "A"]),
        ("Ended A", []),
        ("Started A, Ended B", ["A"]),
    ],
)
def test_transactions_run_from_first_seen_to_ended(events: str, running: list[str]) -> None:
    """A transaction runs from its first event until its Ended; the oldest is first."""
    station = after(*(transaction(*event.split()) for event in events.split(", ")))
    assert list(station.transactions) == running
    assert station.oldest_transaction == (running[0] if running else None)


def test_a_reconnect_changes_nothing() -> None:
    """What is known about a station is kept when it reconnects."""
    before = after(received(BOOT), sent(Result("1", {"status": "Accepted"}), BOOT), transaction("Started", "A"))
    fold(before, Disconnected(1.0, "CS-1", 1006, ""))
    fold(before, Connected(2.0, "CS-1", "ocpp2.0.1", ("ocpp2.0.1",)))
    assert (before.is_accepted, before.oldest_transaction) == (True, "A")


def test_a_refused_message_changes_nothing() -> None:
    """A message that got a CALLERROR changes nothing: it starts or ends no transaction, and is no boot."""
    known = [received(BOOT), sent(Result("1", {"status": "Accepted"}), BOOT), transaction("Started", "A")]
    refused = [transaction("Started", "B", is_refused=True), transaction("Ended", "A", is_refused=True)]
    station = after(*known, *refused, received(BOOT, is_refused=True))
    assert (station.is_accepted, list(station.transactions)) == (True, ["A"])


def test_endless_transactions_are_forgotten() -> None:
    """If a station never ends its transactions, only the newest thousand are kept."""
    station = after(*(transaction("Started", f"T{number}") for number in range(3000)))
    assert 0 < len(station.transactions) <= 1000
    assert list(station.transactions)[-1] == "T2999"


@pytest.mark.parametrize(
    ("events", "accepted"),
    [
        ([received(BOOT)], False),
        ([received(BOOT), sent(Result("1", {"status": "Accepted"}), BOOT)], True),
        ([received(BOOT), sent(Result("1", {"status": "Pending"}), BOOT)], False),
        ([received(BOOT), sent(Error("1", "InternalError"), BOOT)], False),
        ([received(BOOT), sent(Result("1", {}), BOOT)], False),
        ([received(BOOT), sent(Result("1", {"status": "Accepted"}), Call("1", "DataTransfer", {}))], False),
        ([received(BOOT), sent(Result("1", {"status": "Accepted"}), BOOT), received(BOOT)], False),
        (
            [
                received(BOOT),
                sent(Result("1", {"status": "Accepted"}), BOOT),
                received(BOOT),
                sent(Result("1", {"status": "Rejected"}), BOOT),
            ],
            False,
        ),
    ],
)
def test_a_station_is_accepted_by_the_answer_to_its_last_boot(events: list[Event], accepted: bool) -> None:
    """A station is accepted from an Accepted answer to its BootNotification until it boots again."""
    assert after(*events).is_accepted is accepted


@pytest.mark.parametrize(
    ("command", "payload", "asked_for"),
    [
        ("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"}, {"NotifyReport"}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"Heartbeat"}),
        ("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}, {"SignCertificate"}),
        ("TriggerMessage", {"requestedMessage": "SignV2GCertificate"}, {"SignCertificate"}),
        ("Reset", {"type": "Immediate"}, set()),
    ],
)
def test_requested_actions_are_remembered(command: str, payload: dict[str, Any], asked_for: set[str]) -> None:
    """The actions that a command asks for are remembered until the station boots again."""
    station = after(sent(Call("1", command, payload)))
    assert station.asked_for == asked_for
    fold(station, received(BOOT))
    assert station.asked_for == frozenset()


def test_a_version_without_meanings_changes_nothing() -> None:
    """A message of a version without a row in `MEANINGS` changes nothing, even if its action has the same name."""
    message = transaction("Started", "A")
    assert isinstance(message, Received)
    assert list(after(message).transactions) == ["A"]
    assert list(after(replace(message, version=TOY)).transactions) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["eventType", "transactionInfo", "transactionId", "x"]), children, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(["BootNotification", "TransactionEvent", "Heartbeat"]), json_values)
def test_no_payload_makes_learning_raise(action: str, payload: Any) -> None:
    """The model accepts payloads of any shape without an exception."""
    after(received(Call("1", action, payload)), received(Result("1", payload)), received(Malformed("not JSON")))
