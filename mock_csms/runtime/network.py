"""The network between stations and mock: how it delays and loses messages, as the settings say.

Each station has its own stream of random numbers in each direction, so that neither other stations nor the timing
change which messages are lost.
"""

from collections.abc import Sequence

from mock_csms.behavior.rules import Rule, RuleBook, Spoil
from mock_csms.behavior.spoiling import arrival
from mock_csms.behavior.templates import Context
from mock_csms.protocol.records import replace
from mock_csms.runtime.clock import Chance

IN, OUT = "in", "out"
"""The directions: from a station, and to it."""


class Network:
    """Delays and loses messages; does nothing without rules."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chances: dict[tuple[str, str], Chance] = {}
        self.configure(())

    def configure(self, rules: Sequence[Rule[Spoil]]) -> None:
        """Use these rules from now on."""
        self._book = RuleBook(rules)
        self.is_sound = not rules

    def forget(self, identity: str) -> None:
        """Drop the random numbers of a station that left long ago; they start from the beginning if it returns."""
        for way in (IN, OUT):
            self._chances.pop((identity, way), None)

    def arrival(self, context: Context) -> tuple[float | None, str]:
        """Return how many seconds late a message of a station is, None if it is lost, and the names of the faults."""
        return arrival(self._book, self.context(context, IN))

    def context(self, context: Context, way: str = OUT) -> Context:
        """Return the context with the random numbers of its station and of this direction."""
        if self.is_sound:
            return context
        key = (context.station.identity, way)
        chance = self._chances.get(key)
        if chance is None:
            chance = self._chances[key] = Chance(self._seed, " ".join(key))
        return replace(context, world=replace(context.world, chance=chance.fraction))
