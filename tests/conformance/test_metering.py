"""Tests of the meter value checks that the reference station cannot break."""

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.actions import Json
from mock_csms.twin.events import Event
from tests.conformance.mutations import Change, altered, is_event, payload_of, put
from tests.conformance.sessions import REGISTER, Move, Street, Terms
from tests.conformance.story import Story
from tests.conformance.witness import inspect

BOTH: list[Move] = [("plug", 1, 1), ("present", 1, 130), ("plug", 2, 1), ("present", 2, 300)]


def found(street: Street, seen: list[Event]) -> set[str]:
    """Return the checks that report something."""
    return {each.check for each in inspect(seen, street.now)}


def showing(value: float) -> Change:
    """Return a change that sets the value of the register."""

    def change(payload: Json) -> Json:
        samples = [{"value": value, "measurand": REGISTER, "context": "Sample.Periodic"}]
        return payload | {"meterValue": [{"timestamp": payload["timestamp"], "sampledValue": samples}]}

    return change


def test_a_register_of_another_evse() -> None:
    """M09 reports that EVSE 1 sends the lower register of EVSE 2; any other lower value is reported by M07 alone."""
    street = Street(Terms())
    seen = street.play(BOTH)
    last = max(n for n, each in enumerate(seen) if is_event(each) and "tx-1-" in str(payload_of(each)))
    other = next(
        payload_of(each) for each in reversed(seen[:last]) if is_event(each) and "tx-2-" in str(payload_of(each))
    )
    shown = other["meterValue"][0]["sampledValue"][0]["value"]
    for value, expected in ((shown, {"M07", "M09"}), (shown / 2, {"M07"})):
        broken = [*seen[:last], altered(seen[last], showing(value)), *seen[last + 1 :]]
        assert {"M07", "M09"} & found(street, broken) == expected


def test_a_missing_number_of_phases() -> None:
    """M13 reports a missing numberOfPhasesUsed only if the station has sent it before."""
    street = Street(Terms())
    seen = street.play([("plug", 1, 1), ("present", 1, 5), ("present", 1, 5), ("present", 1, 5)])
    first = next(n for n, each in enumerate(seen) if is_event(each))
    phases = altered(seen[first], put(numberOfPhasesUsed=3))
    assert found(street, seen) == set()
    assert found(street, [*seen[:first], phases, *seen[first + 1 :]]) == {"M13"}


def parts(event: Event) -> list[Event]:
    """Return an event with periodic values as three events with the same timestamp and a part of the values each."""
    payload = payload_of(event)
    stamp, samples, number = payload["timestamp"], payload["meterValue"][0]["sampledValue"], payload["seqNo"]
    shares = [samples[:1], samples[1:], samples[:1]]
    return [
        altered(event, put(seqNo=number + n, meterValue=[{"timestamp": stamp, "sampledValue": share}]), f"part-{n}")
        for n, share in enumerate(shares)
    ]


def test_values_may_be_split_over_events_of_one_time() -> None:
    """M06 is silent if the parts together have all measurands (J02.FR.14), and reports a single part."""
    street = Street(Terms())
    seen = street.play([("plug", 1, 1), ("present", 1, 70)])
    street.wait(60)
    place = next(n for n, each in enumerate(seen) if is_event(each) and payload_of(each)["seqNo"] == 1)
    until, split = seen[:place], parts(seen[place])
    metering = [id_ for id_ in CHECKS if id_.startswith("M")]
    assert {each.check for each in inspect([*until, *split], seen[place].at + 50, metering)} == set()
    assert {each.check for each in inspect([*until, split[0]], seen[place].at + 50, metering)} == {"M06"}


def test_a_lower_register_in_meter_values() -> None:
    """M07 does not say that another transaction has started if MeterValues have a lower value than the last event."""

    def values(story: Story, value: float) -> list[Json]:
        samples = [{"value": value, "measurand": REGISTER, "context": "Trigger", "unitOfMeasure": {"unit": "Wh"}}]
        return [{"timestamp": story.at(), "sampledValue": samples}]

    story = Story().begin()
    story.event("Started", meterValue=values(story, 279)).wait(5)
    story.call("MeterValues", {"evseId": 1, "meterValue": values(story, 139)}).wait(5)
    text = f"{REGISTER} of EVSE 1 fell from 279 to 139, once in a transaction and once in MeterValues"
    (finding,) = story.found("M07")
    assert finding.startswith(text)
