"""Periodic values that come again unchanged skip the checks; `witness.inspect` asserts that none would report them."""

import random
from collections.abc import Callable, Mapping

import pytest

from mock_csms.protocol.actions import Json
from tests.conformance.story import Story, accepted
from tests.conformance.test_repeated_values import (
    NEEDS_SHORTCUTS,
    charging,
    goes_on,
    is_followed,
    values,
)
from tests.conformance.witness import inspect


def again(story: Story, seconds: float = 5.0, value: float = 2000.0, number: int = 2) -> Story:
    """Let the station send the values of `seconds` ago again, with a new message id."""
    stamp = story.at(-seconds)
    return goes_on(story, number, timestamp=stamp, meterValue=values(stamp, value))


@NEEDS_SHORTCUTS
def test_unchanged_values_count_as_repeated() -> None:
    """Unchanged values may come several times, at any pace, and long after their time; then new values may follow."""
    assert is_followed(again(goes_on(charging()).wait(5)))
    assert is_followed(again(again(goes_on(charging()).wait(1), 1).wait(4)))
    assert is_followed(again(again(goes_on(charging()).wait(5)).wait(595), 600))
    assert is_followed(goes_on(again(goes_on(charging()).wait(5)).wait(55), 3))


@NEEDS_SHORTCUTS
def test_unchanged_values_on_another_connection() -> None:
    """Unchanged values count as repeated if they are not older than the connection by the station's clock."""
    story = charging()
    goes_on(story, timestamp=story.at(3), meterValue=values(story.at(3))).reconnect()
    assert is_followed(again(story.wait(1), -1))


@NEEDS_SHORTCUTS
def test_unchanged_values_from_before_an_outage() -> None:
    """Unchanged values count as repeated if they were not made during the outage, which the checks must examine."""
    story = goes_on(charging()).wait(30).reconnect().wait(10)
    assert is_followed(again(story, 41))


BEFORE: Mapping[str, Callable[[Story], object]] = {
    "refused": lambda story: goes_on(story, answer="InternalError"),
    "not answered": lambda story: goes_on(story, answer=None),
    "other values": lambda story: goes_on(story, meterValue=values(story.at(), 1999.0)),
    "other place": lambda story: goes_on(story, evse={"id": 1}),
    "other number": lambda story: goes_on(story, 3),
    "later values": lambda story: (goes_on(story), story.wait(2), goes_on(story, 3), story.wait(-2)),
    "lower register": lambda story: (
        goes_on(story),
        story.call("MeterValues", {"evseId": 1, "meterValue": values(story.at(1), 1900.0)}),
    ),
    "end": lambda story: (goes_on(story), story.wait(2), goes_on(story, 3, eventType="Ended"), story.wait(-2)),
    "other settings": lambda story: (goes_on(story), story.know(SampledDataCtrlr_TxUpdatedMeasurands="Voltage")),
    "trigger": lambda story: (
        goes_on(story),
        story.command("TriggerMessage", {"requestedMessage": "TransactionEvent"}, {"status": "Accepted"}),
    ),
}
"""Events before the values, after which the checks must examine them."""


@pytest.mark.parametrize("name", list(BEFORE))
def test_other_repeats_are_checked(name: str) -> None:
    """After one of these events, earlier values that are repeated go to the checks."""
    story = charging()
    BEFORE[name](story)
    assert not is_followed(again(story.wait(5)))


def test_values_of_an_outage_are_checked() -> None:
    """Values go to the checks if they were made during an outage, or if the checks still wait for values from it."""
    story = charging().lose().wait(20).connect().wait(1)
    goes_on(story, timestamp=story.at(-11), meterValue=values(story.at(-11)))
    assert not is_followed(again(story.wait(5), 16))
    story = goes_on(charging()).wait(5).lose().wait(200).connect().wait(1)
    assert not is_followed(again(story, 206))


def test_repeats_out_of_time_are_checked() -> None:
    """Values of the future, and those that are more than a day old, go to the checks."""
    early = charging()
    goes_on(early, timestamp=early.at(10), meterValue=values(early.at(10)))
    assert not is_followed(again(early.wait(1), -9))
    assert not is_followed(again(goes_on(charging()).wait(90_000), 90_000))


def test_the_first_register_of_a_transaction_is_learned() -> None:
    """The first event with an energy register goes to the checks, as the twin remembers that register."""
    story = accepted()
    goes_on(story, 0, eventType="Started", triggerReason="ChargingStateChanged", meterValue=None).wait(10)
    story.call("MeterValues", {"evseId": 1, "meterValue": values(story.at(), 1500.0)}).wait(10)
    assert not is_followed(goes_on(story, 1))


ANSWERS = [(), (), (), {"totalCost": 1.5}, "InternalError", None]


def happens(story: Story, chance: random.Random, meter: Json) -> None:
    """Let something else happen between the events of a transaction."""
    match chance.randrange(4):
        case 0:
            story.reconnect()
        case 1:
            story.know(SampledDataCtrlr_TxUpdatedInterval=chance.choice(["5", "60"]))
        case 2:
            story.call("Heartbeat", {}, {"currentTime": story.at()})
        case _:
            story.call("MeterValues", meter)


@pytest.mark.parametrize("seed", range(25))
def test_the_checks_agree_whatever_is_repeated(seed: int) -> None:
    """For random series of new, repeated and changed values, the shortcut changes neither findings nor facts."""
    chance, story = random.Random(seed), charging()
    stamps = [(2, story.at(), 2000.0)]
    goes_on(story)
    for _ in range(25):
        story.wait(chance.choice([0, 0.3, 5, 60]))
        kind, (number, stamp, value) = chance.randrange(8), chance.choice(stamps[-2:])
        if kind < 2:
            number, stamp, value = stamps[-1][0] + 1, story.at(), value + chance.choice([0, 10])
            stamps.append((number, stamp, value))
        elif kind == 2:
            value += chance.choice([-1, 1])
        elif kind == 3:
            happens(story, chance, {"evseId": 1, "meterValue": values(stamp, value)})
        more: Json = chance.choice([{}, {}, {}, {"offline": True}, {"evse": None}])
        answer = chance.choice(ANSWERS)
        goes_on(story, number, timestamp=stamp, meterValue=values(stamp, value), answer=answer, **more)
    inspect(story.events, story.now)
