"""Sessions and CDRs from the messages of stations (`mock_csms/ocpi/mapping/`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.templates import rfc3339
from mock_csms.ocpi.mapping.cdrs import cdr, credit_of, recalculated
from mock_csms.ocpi.mapping.charges import Charge
from mock_csms.ocpi.mapping.ids import evse_id, evse_uid, session_id
from mock_csms.ocpi.mapping.locations import place_in
from mock_csms.ocpi.mapping.sessions import price_of, pushed, session
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.tokens import cdr_token
from mock_csms.ocpi.schemas import problems
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import V16, V21, V201, Version
from mock_csms.settings.ocpi_sites import OcpiSite
from mock_csms.twin.events import Event, Received, Sent

Json = dict[str, Any]
START = datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp()
OWNER = ("NL", "MOC")
TOKEN = {
    "country_code": "DE",
    "party_id": "EMS",
    "uid": "TAG1",
    "type": "RFID",
    "contract_id": "DE-EMS-C12345678-X",
    "issuer": "An eMSP",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": "2026-01-01T00:00:00Z",
}
TARIFF = {
    **{"country_code": "NL", "party_id": "MOC", "id": "T1", "currency": "EUR"},
    "elements": [
        {
            "price_components": [
                {"type": "ENERGY", "price": 0.25, "vat": 20.0, "step_size": 1},
                {"type": "PARKING_TIME", "price": 6.0, "vat": 20.0, "step_size": 60},
            ]
        }
    ],
    "last_updated": "2026-01-01T00:00:00Z",
}


def local(seconds: float) -> datetime:
    """Return the local time at the Location: UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def at(minutes: float) -> str:
    """Return the timestamp so many minutes after the start."""
    return rfc3339(START + minutes * 60)


def charge_of(**more: Any) -> Charge:
    """Return a charge whose token is known."""
    place = place_in(None, OcpiSite(), "", "")
    return Charge(
        identity="CS-1",
        transaction="TX",
        session="CS-1-TX",
        token=cdr_token(TOKEN),
        tariff=TARIFF,
        place=place,
        **more,
    )


def learned(version: Version, events: Iterable[Event], **more: Any) -> Charge:
    """Return a charge that has learned from events."""
    charge = charge_of(**more)
    for event in events:
        for told in mapping_of(version).told(event):
            charge.learn(told)
    return charge


def made(charge: Charge) -> Json:
    """Return the Session of a charge, which must be valid."""
    found = {**session(charge, OWNER, local), "last_updated": at(0)}
    assert problems("Session", found) == []
    return found


def billed(charge: Charge) -> Json:
    """Return the CDR of a charge, which must be valid."""
    found = {**cdr(charge, "CDR1", OWNER, local), "last_updated": at(0)}
    assert problems("CDR", found) == []
    return found


# Messages.


def event(kind: str, minutes: float, state: str | None = None, wh: float | None = None, **more: Any) -> Received:
    """Return a TransactionEvent."""
    payload: Json = {
        "eventType": kind,
        "timestamp": at(minutes),
        "triggerReason": more.pop("trigger", "ChargingStateChanged"),
        "seqNo": 0,
        "transactionInfo": {"transactionId": "TX"} | ({} if state is None else {"chargingState": state}),
        **more,
    }
    if wh is not None:
        payload["meterValue"] = [{"timestamp": at(minutes), "sampledValue": [{"value": wh}]}]
    assert V201.schemas.request_violations("TransactionEvent", payload) == ()
    return Received(0.0, "CS-1", b"", Call("1", "TransactionEvent", payload))


def answered(status: str) -> Sent:
    """Return an answer to a TransactionEvent with a token."""
    asked = {"transactionInfo": {"transactionId": "TX"}, "timestamp": at(0), "triggerReason": "Authorized"}
    result = Result("1", {"idTokenInfo": {"status": status}})
    return Sent(0.0, "CS-1", b"", result, (), Call("1", "TransactionEvent", asked), "", "")


WHO: Json = {"evse": {"id": 1, "connectorId": 1}, "idToken": {"idToken": "TAG1", "type": "ISO14443"}}
OF_2: Sequence[Event] = (
    event("Started", 0, "EVConnected", 1000, **WHO),
    answered("Accepted"),
    event("Updated", 2, "Charging", 1000),
    event("Updated", 2.5, wh=1100, trigger="MeterValuePeriodic"),
    event("Updated", 3.5, wh=1300, trigger="MeterValuePeriodic"),
    event("Updated", 32, "SuspendedEV", 9000),
    event("Ended", 40, "EVConnected", 9000),
)


def call_of_16(action: str, **payload: Any) -> Received:
    """Return a call of a station of OCPP 1.6."""
    assert V16.schemas.request_violations(action, payload) == ()
    return Received(START, "CS-1", b"", Call("1", action, payload), version=V16)


def started_16(meter: int = 1000, status: str = "Accepted") -> Sent:
    """Return the answer to a StartTransaction, which has the id of the transaction."""
    asked = {"connectorId": 1, "idTag": "TAG1", "meterStart": meter, "timestamp": at(2)}
    result = Result("1", {"transactionId": 7, "idTagInfo": {"status": status}})
    return Sent(0.0, "CS-1", b"", result, (), Call("1", "StartTransaction", asked), "", "", V16)


def metered_16(minutes: float, value: str, **more: Any) -> Received:
    """Return the MeterValues of a transaction."""
    values = [{"timestamp": at(minutes), "sampledValue": [{"value": value, **more}]}]
    return call_of_16("MeterValues", connectorId=1, transactionId=7, meterValue=values)


def status_16(minutes: float, status: str) -> Received:
    """Return a StatusNotification."""
    payload = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": at(minutes)}
    return call_of_16("StatusNotification", **payload)


OF_16: Sequence[Event] = (
    started_16(),
    status_16(2, "Charging"),
    metered_16(2.5, "1100"),
    metered_16(3.5, "1.3", unit="kWh"),
    status_16(32, "SuspendedEV"),
    metered_16(32, "9000"),
    call_of_16("StopTransaction", transactionId=7, timestamp=at(40), meterStop=9000),
)
RUNS: Mapping[str, tuple[Version, Sequence[Event]]] = {"2.0.1": (V201, OF_2), "2.1": (V21, OF_2), "1.6": (V16, OF_16)}


@pytest.mark.parametrize("name", RUNS)
def test_session_and_cdr_of_a_whole_run(name: str) -> None:
    """The Session and the CDR of a run have the energy, the times and the cost of the messages, in kWh and hours."""
    charge = learned(*RUNS[name])
    found, bill = made(charge), billed(charge)
    assert (found["status"], found["kwh"], bill["total_energy"]) == ("COMPLETED", 8.0, 8.0)
    assert (found["end_date_time"], bill["end_date_time"]) == (at(40), at(40))
    energy = [each["volume"] for period in bill["charging_periods"] for each in period["dimensions"][:1]]
    assert sum(energy) == pytest.approx(8.0)
    assert found["charging_periods"] == bill["charging_periods"]
    parked = 8 if name == "1.6" else 10  # a transaction of OCPP 2.x has begun with the cable
    assert bill["total_parking_time"] == pytest.approx(parked / 60, abs=0.0001)
    assert bill["total_cost"] == found["total_cost"]
    assert bill["total_cost"]["excl_vat"] == pytest.approx(8 * 0.25 + parked * 0.1)
    assert price_of(charge, local) == bill["total_cost"]["incl_vat"]
    again = recalculated(bill, local)
    assert again is not None
    assert again.total == bill["total_cost"]


def test_charging_periods() -> None:
    """A period begins when the vehicle begins or stops to charge, and at most once a minute otherwise."""
    periods = made(learned(V201, OF_2))["charging_periods"]
    shown = [
        (each["start_date_time"], {one["type"]: one["volume"] for one in each["dimensions"]}, each["tariff_id"])
        for each in periods
    ]
    assert shown == [
        (at(0), {"ENERGY": 0.0, "PARKING_TIME": 0.0333}, "T1"),
        (at(2), {"ENERGY": 0.3, "TIME": 0.025}, "T1"),
        (at(3.5), {"ENERGY": 7.7, "TIME": 0.475}, "T1"),
        (at(32), {"ENERGY": 0.0, "PARKING_TIME": 0.1334}, "T1"),
    ]


SAMPLES: Mapping[str, tuple[Json, float]] = {
    "Wh": ({"value": 5000}, 5.0),
    "kWh": ({"value": 5, "unitOfMeasure": {"unit": "kWh"}}, 5.0),
    "multiplier": ({"value": 50, "unitOfMeasure": {"unit": "Wh", "multiplier": 2}}, 5.0),
    "a small multiplier": ({"value": 5_000_000, "unitOfMeasure": {"unit": "kWh", "multiplier": -6}}, 5.0),
    "measurand": ({"value": 5000, "measurand": "Energy.Active.Import.Register"}, 5.0),
    "another measurand": ({"value": 5000, "measurand": "Energy.Active.Export.Register"}, 0.0),
    "a phase": ({"value": 5000, "phase": "L1"}, 0.0),
    "the inlet": ({"value": 5000, "location": "Inlet"}, 0.0),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_energy_of_a_sample(name: str) -> None:
    """Energy is the import register at the outlet, by its unit and its multiplier."""
    sample, expected = SAMPLES[name]
    ended = event("Ended", 1, meterValue=[{"timestamp": at(1), "sampledValue": [sample]}])
    charge = learned(V201, [event("Started", 0, "Charging", 0, **WHO), ended])
    assert made(charge)["kwh"] == expected


SAMPLES_16: Mapping[str, tuple[Json, float]] = {
    "Wh": ({"value": "5000"}, 5.0),
    "kWh": ({"value": "5", "unit": "kWh"}, 5.0),
    "another measurand": ({"value": "5000", "measurand": "Energy.Active.Export.Register"}, 0.0),
    "signed data": ({"value": "5000", "format": "SignedData"}, 0.0),
    "no number": ({"value": "many"}, 0.0),
}


@pytest.mark.parametrize("name", SAMPLES_16)
def test_energy_of_a_sample_of_16(name: str) -> None:
    """The same holds in OCPP 1.6, where values are texts."""
    sample, expected = SAMPLES_16[name]
    value = sample.pop("value")
    assert made(learned(V16, [started_16(0), metered_16(3, value, **sample)]))["kwh"] == expected


def test_power_and_current_of_periods() -> None:
    """Periods have the lowest and highest power in kW, and the current over all phases."""
    names = {"measurand": "Current.Import"}
    samples = [{"value": 10, "phase": phase, **names} for phase in ("L1", "L2", "L3")]
    power = {"value": 11000, "measurand": "Power.Active.Import"}
    low = {"value": 6, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "kW"}}
    events = [
        event("Started", 0, "Charging", 0, **WHO),
        event("Updated", 0.5, meterValue=[{"timestamp": at(0.5), "sampledValue": [*samples, power]}]),
        event("Ended", 0.9, meterValue=[{"timestamp": at(0.9), "sampledValue": [low]}]),
    ]
    (period,) = made(learned(V201, events))["charging_periods"]
    assert {each["type"]: each["volume"] for each in period["dimensions"][2:]} == {
        "MAX_CURRENT": 30.0,
        "MAX_POWER": 11.0,
        "MIN_CURRENT": 30.0,
        "MIN_POWER": 6.0,
    }


STATES: Mapping[str, tuple[Sequence[Event], str]] = {
    "not plugged in": ([event("Started", 0, "Idle", **WHO), answered("Accepted")], "PENDING"),
    "refused": ([event("Started", 0, "EVConnected", **WHO), answered("Blocked")], "PENDING"),
    "active": ([event("Started", 0, "EVConnected", **WHO), answered("Accepted")], "ACTIVE"),
    "plugged in later": (
        [event("Started", 0, "Idle", **WHO), answered("Accepted"), event("Updated", 1, "Charging", 0)],
        "ACTIVE",
    ),
    "refused and ended": (
        [event("Started", 0, "EVConnected", 0, **WHO), answered("Blocked"), event("Ended", 1, wh=0)],
        "INVALID",
    ),
    "refused after charging": (
        [event("Started", 0, "Charging", 0, **WHO), answered("Blocked"), event("Ended", 1, wh=500)],
        "COMPLETED",
    ),
    "ended": ([event("Started", 0, "Charging", 0, **WHO), event("Ended", 1, wh=0)], "COMPLETED"),
}


@pytest.mark.parametrize("name", STATES)
def test_status_of_a_session(name: str) -> None:
    """A Session is PENDING until it is authorized and plugged in, and INVALID if it was refused without any energy."""
    events, expected = STATES[name]
    found = made(learned(V201, events))
    assert found["status"] == expected
    assert ("end_date_time" in found) == (expected in ("COMPLETED", "INVALID"))


def test_session_starts_when_it_becomes_active() -> None:
    """The start of an active Session is when the vehicle came; the time before is in no charging period."""
    found = made(learned(V201, STATES["plugged in later"][0]))
    assert found["start_date_time"] == at(1)
    ended = made(learned(V201, [*STATES["plugged in later"][0], event("Ended", 5, wh=100)]))
    assert ended["charging_periods"][0]["start_date_time"] == at(1)


def test_reservation_becomes_a_session() -> None:
    """A reservation is a Session without an EVSE of its own; its time is the first period of the charging session."""
    reserved = charge_of(reserved_at=round((START - 600) * 1000))
    reserved.transaction = ""
    assert (made(reserved)["status"], made(reserved)["charging_periods"]) == ("RESERVATION", [])
    before = made(reserved)
    used = learned(V201, OF_2, reserved_at=round((START - 600) * 1000))
    found, bill = made(used), billed(used)
    assert found["charging_periods"][0]["dimensions"] == [{"type": "RESERVATION_TIME", "volume": 0.1667}]
    assert (found["start_date_time"], bill["start_date_time"]) == (at(0), at(-10))
    reserved.reserved_until, reserved.is_expired = round(START * 1000), True
    assert (made(reserved)["status"], billed(reserved)["total_energy"]) == ("COMPLETED", 0.0)
    assert pushed(before, made(reserved))[0] == pushed(before, found)[0] == "PATCH"


def test_late_messages() -> None:
    """What a station tells late, from its queue, changes the energy and the periods as if it had come in time."""
    late = learned(V201, [*OF_2[:4], *OF_2[5:], OF_2[4]])
    assert made(late)["kwh"] == 8.0
    assert made(late)["charging_periods"] == made(learned(V201, OF_2))["charging_periods"]


def test_energy_never_falls() -> None:
    """A register that falls does not make the energy of a Session less."""
    events = [event("Started", 0, "Charging", 1000, **WHO), event("Updated", 1, wh=3000), event("Updated", 2, wh=2500)]
    assert made(learned(V201, events))["kwh"] == 2.0


def test_a_set_cost_wins() -> None:
    """A cost that a setting says is that of the Session and of the CDR."""
    charge = learned(V201, OF_2, set_cost=12.5)
    assert made(charge)["total_cost"] == billed(charge)["total_cost"] == {"excl_vat": 12.5, "incl_vat": 12.5}


def test_credit_cdr() -> None:
    """A credit CDR has an id of its own, refers to the CDR, and has only its total cost negated."""
    original = billed(learned(V201, OF_2))
    credit = {**credit_of(original), "last_updated": at(1)}
    assert problems("CDR", credit) == []
    changed = {name for name in credit if credit[name] != original.get(name)}
    assert changed == {"id", "credit", "credit_reference_id", "total_cost", "last_updated"}
    assert (credit["credit_reference_id"], credit["total_cost"]["excl_vat"]) == ("CDR1", -3.0)


# What another party gets.

_TIMES = st.integers(1, 599).map(lambda seconds: seconds / 60)
_EVENTS = st.lists(
    st.tuples(
        _TIMES,
        st.sampled_from([None, "Charging", "SuspendedEV", "SuspendedEVSE", "EVConnected", "Idle"]),
        st.none() | st.integers(0, 20000),
    ),
    max_size=8,
    unique_by=lambda each: each[0],
)


def received(before: Json | None, method: str, body: Json) -> Json:
    """Return what a party has of a session after a push: a PATCH appends charging periods."""
    if method == "PUT" or before is None:
        assert method == "PUT"
        return body
    periods = [*before["charging_periods"], *body.get("charging_periods", ())]
    return {**before, **body, "charging_periods": periods}


@given(_EVENTS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_pushes_add_up(told_: Sequence[tuple[float, str | None, int | None]], is_in_order: bool) -> None:
    """Whoever gets all pushes has the same Session as whoever pulls it; each is valid, and its energy never falls."""
    if is_in_order:
        told_ = sorted(told_, key=lambda each: each[0])
    events = [event("Updated", *each) for each in told_]
    charge, theirs, before, kwh = charge_of(), None, None, 0.0
    for number, each in enumerate([event("Started", 0, "Charging", 0, **WHO), *events, event("Ended", 10, wh=20000)]):
        for told in mapping_of(V201).told(each):
            charge.learn(told)
        after = {**made(charge), "last_updated": at(number)}
        method, body = pushed(before, after)
        assert method == "PATCH" or before is None or not is_in_order
        theirs, before = received(theirs, method, body), after
        assert theirs == after
        assert after["kwh"] >= kwh
        kwh = after["kwh"]
    energy = [each["volume"] for period in billed(charge)["charging_periods"] for each in period["dimensions"]]
    assert kwh == 20.0
    assert all(volume >= 0 for volume in energy)


# Ids.

_NAMES = st.text(min_size=1, max_size=48)


@given(_NAMES, _NAMES, st.integers(1, 2**31 - 1))
@settings(max_examples=100, deadline=None)
def test_ids_fit(identity: str, transaction: str, evse: int) -> None:
    """Ids are printable ASCII of at most 36 characters (evse_id: 48), for identities and ids of any kind."""
    ids = [evse_uid(identity, evse), session_id(identity, transaction), session_id(identity, transaction, 2)]
    for id_ in [*ids, evse_id("NL", "MOC", identity, evse)]:
        assert 0 < len(id_) <= (48 if id_.startswith("NL*MOC*E") else 36)
        assert all("!" <= letter <= "~" and letter != "/" for letter in id_)
    assert len({*ids}) == 3


def test_ids_are_unique_for_the_platform() -> None:
    """The same transaction id at two stations, and long identities that differ at their end, have different ids."""
    assert session_id("CS-1", "7") == "CS-1-7"
    assert session_id("CS-1", "7") != session_id("CS-2", "7")
    long = "A" * 40
    assert evse_uid(f"{long}1", 1) != evse_uid(f"{long}2", 1)
    assert evse_id("NL", "MOC", "CS-1", 1) != evse_id("NL", "MOC", "CS1", 1)


def test_impossible_values_are_ignored() -> None:
    """A register that is not a number of Wh, and a timestamp of no time in which people charge, change nothing."""
    odd = event("Updated", 1, wh=10**15)
    early = event("Updated", 1, "SuspendedEV")
    early.message.payload["timestamp"] = "1066-10-14T09:00:00Z"  # type: ignore[union-attr] # it is a call
    found = made(learned(V201, [*OF_2[:2], odd, early, *OF_2[2:]]))
    assert found["kwh"] == 8.0


def test_long_sessions_have_few_periods() -> None:
    """A period is longer the longer the session is: a day with a value each minute has about two hundred."""
    events = [event("Updated", minute, wh=100 * minute, trigger="MeterValuePeriodic") for minute in range(1, 24 * 60)]
    found = made(learned(V201, [event("Started", 0, "Charging", 0, **WHO), *events]))
    starts = [each["start_date_time"] for each in found["charging_periods"]]
    assert 150 < len(starts) < 250
    assert starts[1] == at(1)
