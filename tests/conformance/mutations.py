"""Mutations: ways to break a valid session, each with the check that must report it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, encode
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.times import read_time
from mock_csms.protocol.versions import V201
from mock_csms.twin import events
from mock_csms.twin.events import Event
from tests.conformance.sessions import EVENT, POWER, REGISTER

Where: TypeAlias = Callable[[Json], bool]
Change: TypeAlias = Callable[[Json], Json]


class Mutation(Record):
    """One way to break a valid session."""

    check: str
    """The check that must report it."""
    where: Where
    """Whether a TransactionEvent with this payload can be broken this way."""
    change: Change | None = None
    """Returns the broken payload."""
    act: Callable[[list[Event], int], list[Event]] | None = None
    """If set, breaks the list of all events instead, at this place."""

    def places(self, seen: Sequence[Event]) -> list[int]:
        """Return the positions of the events on EVSE 1 that can be broken this way."""
        return [number for number, each in enumerate(seen) if is_first(each) and self.where(payload_of(each))]

    def done(self, seen: Sequence[Event], place: int) -> list[Event]:
        """Return the events of the session, broken at one place."""
        if self.act:
            return self.act([*seen], place)
        assert self.change is not None
        return [*seen[:place], altered(seen[place], self.change), *seen[place + 1 :]]


def is_event(event: Event) -> bool:
    """Whether an event is a received TransactionEvent."""
    return isinstance(event, events.Received) and isinstance(event.message, Call) and event.message.action == EVENT


def payload_of(event: Event) -> Json:
    """Return the payload of a TransactionEvent."""
    assert isinstance(event, events.Received)
    assert isinstance(event.message, Call)
    payload: Json = event.message.payload
    return payload


def is_first(event: Event) -> bool:
    """Whether an event is a TransactionEvent of EVSE 1."""
    return is_event(event) and id_of(event).startswith("tx-1-")


def id_of(event: Event) -> str:
    """Return the transactionId of a TransactionEvent."""
    return str(payload_of(event)["transactionInfo"]["transactionId"])


def message_id(event: Event) -> str:
    """Return the message id of an event; empty if it has no message."""
    return event.message.id if isinstance(event, events.Received | events.Sent) else ""


def altered(event: Event, change: Change, id_: str | None = None) -> Event:
    """Return an event with a changed payload."""
    assert isinstance(event, events.Received)
    assert isinstance(event.message, Call)
    call = Call(id_ or event.message.id, event.message.action, change(event.message.payload))
    assert V201.schemas.request_violations(call.action, call.payload) == ()
    return replace(event, message=call, text=encode(call))


# How events are changed.


def put(**patch: Any) -> Change:
    """Return a change that sets fields of the payload; None removes a field."""
    return lambda payload: {key: value for key, value in {**payload, **patch}.items() if value is not None}


def info(**patch: Any) -> Change:
    """Return a change that sets fields of the transactionInfo."""
    return lambda payload: payload | {"transactionInfo": put(**patch)(payload["transactionInfo"])}


def sample(**patch: Any) -> Change:
    """Return a change that sets fields of all samples."""

    def change(payload: Json) -> Json:
        values = [
            value | {"sampledValue": [put(**patch)(each) for each in value["sampledValue"]]}
            for value in payload["meterValue"]
        ]
        return payload | {"meterValue": values}

    return change


def lower(payload: Json) -> Json:
    """Make the registers fall."""
    change = sample(value=-5.0, measurand=REGISTER)
    return change(payload)


def renumber(payload: Json) -> Json:
    """Skip a seqNo."""
    return payload | {"seqNo": payload["seqNo"] + 1}


def shifted(seconds: float) -> Change:
    """Return a change that moves an event in time, with its meter values."""

    def change(payload: Json) -> Json:
        stamp = rfc3339(read_time(payload["timestamp"]) + seconds)
        values = [value | {"timestamp": stamp} for value in payload.get("meterValue", ())]
        return payload | {"timestamp": stamp} | ({"meterValue": values} if values else {})

    return change


def later_values(payload: Json) -> Json:
    """Make the meter values an hour newer than their event."""
    stamp = rfc3339(read_time(payload["timestamp"]) + 3600)
    return payload | {"meterValue": [value | {"timestamp": stamp} for value in payload["meterValue"]]}


# How the list of events is changed.


def dropped(seen: list[Event], place: int) -> list[Event]:
    """Remove an event and its answer."""
    id_ = message_id(seen[place])
    return [each for each in seen if message_id(each) != id_]


def all_dropped(seen: list[Event], _: int) -> list[Event]:
    """Remove all offline events."""
    ids = {message_id(each) for each in seen if is_event(each) and payload_of(each).get("offline")}
    return [each for each in seen if message_id(each) not in ids]


def swapped(seen: list[Event], place: int) -> list[Event]:
    """Exchange an event with the next one of its transaction."""
    mine = id_of(seen[place])
    all_ = [n for n in range(len(seen)) if is_event(seen[n]) and id_of(seen[n]) == mine]
    other = min((n for n in all_ if n > place), default=max(n for n in all_ if n < place or n == all_[0]))
    one, two = payload_of(seen[place]), payload_of(seen[other])
    seen[place], seen[other] = altered(seen[place], lambda _: two), altered(seen[other], lambda _: one)
    return seen


def renamed(seen: list[Event], _: int) -> list[Event]:
    """Give the last transaction the id of the first one."""
    result = [each for each in seen if is_first(each)]
    first, last = id_of(result[0]), id_of(result[-1])
    change = info(transactionId=first)
    return [altered(each, change) if is_event(each) and id_of(each) == last else each for each in seen]


def told_twice(change: Change) -> Callable[[list[Event], int], list[Event]]:
    """Return an act that repeats an event with changes."""
    return lambda seen, place: [*seen[: place + 1], altered(seen[place], change, "again"), *seen[place + 1 :]]


# Which events can be broken.


def of(*kinds: str, **values: Any) -> Where:
    """Choose events of some types, with these values; True means any value."""

    def where(payload: Json) -> bool:
        flat = {**payload, **payload["transactionInfo"]}
        fits = all(flat.get(key) == value or (value is True and key in flat) for key, value in values.items())
        return fits and (not kinds or payload["eventType"] in kinds)

    return where


def by(*triggers: str, **values: Any) -> Where:
    """Choose events with some triggers."""
    return lambda payload: payload["triggerReason"] in triggers and of(**values)(payload)


ANY = of()
MUTATIONS: Mapping[str, Mutation] = {
    "the start is lost": Mutation("X01", of("Started"), act=dropped),
    "the start is an update": Mutation("X01", of("Started"), put(eventType="Updated")),
    "another transaction goes on": Mutation("X01", of("Updated"), info(transactionId="never-seen")),
    "an update is a start": Mutation("X02", of("Updated"), put(eventType="Started")),
    "an old id starts": Mutation("X02", of("Started"), act=renamed),
    "an update is lost": Mutation("X03", of("Updated"), act=dropped),
    "two change places": Mutation("X03", of("Updated"), act=swapped),
    "a number is left out": Mutation("X03", of("Updated", "Ended"), renumber),
    "a number comes twice": Mutation("X03", of("Updated"), act=told_twice(put(triggerReason="ChargingRateChanged"))),
    "the first number is 7": Mutation("X03", of("Started"), put(seqNo=7)),
    "an update is an hour old": Mutation("X04", of("Updated", "Ended"), shifted(-3600)),
    "the start is of tomorrow": Mutation("X04", of("Started"), shifted(86400)),
    "the end is an update": Mutation("X15", by("StopAuthorized", eventType="Ended"), put(eventType="Updated")),
    "an update is the end": Mutation("X05", of("Updated"), put(eventType="Ended")),
    "the end is lost": Mutation("X15", by("StopAuthorized", eventType="Ended"), act=dropped),
    "a remote stop has no reason": Mutation("X06", by("RemoteStop", eventType="Ended"), info(stoppedReason=None)),
    "an update has a reason": Mutation("X07", of("Updated", "Started"), info(stoppedReason="Local")),
    "the power was lost": Mutation("X08", of("Ended"), info(stoppedReason="PowerLoss")),
    "a remote start is reported as a card": Mutation("X09", by("RemoteStart"), put(triggerReason="Authorized")),
    "a remote start has no number": Mutation("X10", by("RemoteStart"), info(remoteStartId=None)),
    "a remote start has another number": Mutation("X10", by("RemoteStart"), info(remoteStartId=12345)),
    "a remote start has another token": Mutation(
        "X11", by("RemoteStart"), put(idToken={"idToken": "Somebody", "type": "Central"})
    ),
    "an authorization has no token": Mutation("X12", by("Authorized", idToken=True), put(idToken=None)),
    "a token comes with another trigger": Mutation(
        "X12", of("Updated", triggerReason="Authorized"), put(triggerReason="ChargingRateChanged")
    ),
    "a cable has no place": Mutation("X13", of(triggerReason="CablePluggedIn"), put(evse=None)),
    "a cable has no connector": Mutation("X13", of(triggerReason="CablePluggedIn"), put(evse={"id": 1})),
    "a change has no state": Mutation("X14", by("ChargingStateChanged"), info(chargingState=None)),
    "a cable has no state": Mutation("X14", by("CablePluggedIn"), info(chargingState=None)),
    "two start at once": Mutation("X15", of("Started"), act=told_twice(info(transactionId="second"))),
    "it was not offline": Mutation("X16", ANY, put(offline=True)),
    "it was offline": Mutation("X16", by("MeterValuePeriodic", offline=True), put(offline=None)),
    "nothing offline is reported": Mutation("X17", by("MeterValuePeriodic", offline=True), act=all_dropped),
    "a repeat has another state": Mutation("X18", ANY, act=told_twice(info(chargingState="SuspendedEVSE"))),
    "a repeat has other values": Mutation("X18", of(meterValue=True), act=told_twice(lower)),
    "a remote stop is reported as another": Mutation(
        "X24", by("RemoteStop", eventType="Updated"), put(triggerReason="StopAuthorized")
    ),
    "it starts without a token": Mutation(
        "X27", by("Authorized", eventType="Started"), put(triggerReason="CablePluggedIn", idToken=None)
    ),
    "a start has no values": Mutation("M01", of("Started"), put(meterValue=None)),
    "the first values are of another context": Mutation("M01", of("Started"), sample(context="Other")),
    "an end has no values": Mutation("M02", of("Ended"), put(meterValue=None)),
    "the last values are of another context": Mutation("M02", of("Ended"), sample(context="Other")),
    "periodic values are of another context": Mutation("M03", by("MeterValuePeriodic"), sample(context="Other")),
    "periodic values are reported as others": Mutation("M03", by("MeterValuePeriodic"), shifted(-20)),
    "clock-aligned values are reported as others": Mutation(
        "M04", by("MeterValuePeriodic"), sample(context="Sample.Clock")
    ),
    "a measurand was not asked for": Mutation("M06", by("MeterValuePeriodic"), sample(measurand="Frequency")),
    "a measurand is missing": Mutation("M06", by("MeterValuePeriodic"), sample(measurand=POWER)),
    "the register falls": Mutation("M07", of("Updated", "Ended", meterValue=True), lower),
    "values are of later": Mutation("M08", of("Updated", meterValue=True), later_values),
}
"""All mutations, by what happens."""

OFFLINE = {name for name, each in MUTATIONS.items() if each.check == "X17" or name == "it was offline"}
"""The mutations that need an outage; the others are done in a session without one."""
