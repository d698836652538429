"""A station at which drivers choose the EVSE by plugging in, after authorization (without AQ-8)."""

from typing import Any

import pytest

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Plugged, Presented
from mock_csms.station.v2.features import KNOWS_EVSE
from mock_csms.station.v2.variables import ALIGNED_INTERVAL, TX_START_POINT, TX_UPDATED_INTERVAL
from tests.station.driven import TOKEN, Driven

EARLY = {TX_START_POINT: "Authorized"}


def late(variables: Any = EARLY, evses: int = 2) -> Driven:
    """Return such a station; a driver has presented a card at it."""
    station = Driven(variables, evses)
    station.device = replace(station.device, features=station.device.features - {KNOWS_EVSE})
    station.tell(Presented(TOKEN, 2))
    return station


def told(station: Driven) -> list[Any]:
    """Return for each event: its type, its EVSE, and the contexts of its meter values."""
    events = station.payloads("TransactionEvent")
    return [
        (
            event["eventType"],
            event.get("evse", {}).get("id"),
            [value["sampledValue"][0]["context"] for value in event.get("meterValue", [])],
        )
        for event in events
    ]


@pytest.mark.parametrize("evse", [1, 2])
def test_the_cable_says_where_the_transaction_is(evse: int) -> None:
    """Started has no EVSE and no values; the event about the cable has the EVSE (E01.FR.09) and, once, the values."""
    station = late({**EARLY, TX_UPDATED_INTERVAL: "60"})
    assert told(station) == [("Started", None, [])]
    station.tell(Plugged(evse))
    station.wait(60)
    station.tell(Presented(TOKEN, 1))
    assert told(station) == [
        ("Started", None, []),
        ("Updated", evse, ["Transaction.Begin"]),
        ("Updated", None, []),
        ("Updated", None, ["Sample.Periodic"]),
        ("Ended", None, ["Transaction.End"]),
    ]
    assert {event["transactionInfo"]["transactionId"] for event in station.payloads("TransactionEvent")} == {"tx-1"}
    assert [bool(each.authorized or each.transaction) for each in station.device.evses.values()] == [False, False]


def test_nobody_knows_the_meter_before() -> None:
    """Before the cable is plugged in, the transaction has no meter values; it ends if the driver never plugs in."""
    station = late({**EARLY, TX_UPDATED_INTERVAL: "10", ALIGNED_INTERVAL: "900"})
    station.wait(70)
    assert told(station) == [("Started", None, []), ("Ended", None, [])]


def test_clock_values_of_an_evse_that_may_be_somebodys() -> None:
    """Before that, the clock-aligned values of all EVSEs come in MeterValues (J01.FR.14)."""
    station = late({**EARLY, ALIGNED_INTERVAL: "30"})
    station.wait(31)
    assert {payload["evseId"] for payload in station.payloads("MeterValues")} == {1, 2}


def test_a_driver_who_plugs_in_first_has_chosen() -> None:
    """If the cable is plugged in first, Started has the EVSE and the values."""
    station = Driven(EARLY, 2)
    station.device = replace(station.device, features=station.device.features - {KNOWS_EVSE})
    station.tell(Plugged(2))
    station.tell(Presented(TOKEN, 1))
    assert told(station) == [("Started", 2, ["Transaction.Begin"])]


def test_a_remote_start_names_its_evse() -> None:
    """The EVSE of a remote start is known, and a cable at another EVSE does not change it."""
    station = Driven(EARLY, 2)
    station.device = replace(station.device, features=station.device.features - {KNOWS_EVSE})
    station.command("RequestStartTransaction", {"idToken": TOKEN, "remoteStartId": 5, "evseId": 2})
    station.tell(Plugged(1))
    assert told(station) == [("Started", 2, ["Transaction.Begin"])]
