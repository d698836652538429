"""The line to the stations, as slow and as lossy as the settings make it.

Each station has chance of its own, each way: neither what others do nor how long anything takes changes what is lost.
"""

from collections.abc import Sequence

from mock_csms.behavior.rules import Rule, RuleBook, Spoil
from mock_csms.behavior.spoiling import arrival
from mock_csms.behavior.templates import Context
from mock_csms.protocol.records import replace
from mock_csms.runtime.clock import Chance

IN, OUT = "in", "out"
"""The ways: from a station, and to it."""


class Network:
    """What the line does to messages; it does nothing without `rules`."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chances: dict[tuple[str, str], Chance] = {}
        self.configure(())

    def configure(self, rules: Sequence[Rule[Spoil]]) -> None:
        """Do as these rules say from now on."""
        self._book = RuleBook(rules)
        self.is_sound = not rules

    def forget(self, identity: str) -> None:
        """Begin the chance of a station anew: it left long ago."""
        for way in (IN, OUT):
            self._chances.pop((identity, way), None)

    def arrival(self, context: Context) -> tuple[float | None, str]:
        """Return how many seconds later a message of a station comes, None for a lost one, and by which faults."""
        return arrival(self._book, self.context(context, IN))

    def context(self, context: Context, way: str = OUT) -> Context:
        """Return a context with the chance of its station and of a way."""
        if self.is_sound:
            return context
        key = (context.station.identity, way)
        chance = self._chances.get(key)
        if chance is None:
            chance = self._chances[key] = Chance(self._seed, " ".join(key))
        return replace(context, world=replace(context.world, chance=chance.fraction))
