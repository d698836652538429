"""What is known of the monitors that a station was given, and of what it told of them."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.variables import Name

_TRIGGERS = {
    "UpperThreshold": "Alerting",
    "LowerThreshold": "Alerting",
    "Delta": "Delta",
    "Periodic": "Periodic",
    "PeriodicClockAligned": "Periodic",
}


class SetMonitor(Mutable):
    """A monitor that was set: of which variable, since when, and whether it has told that its threshold is crossed."""

    name: Name
    setting: Json
    at: float
    is_crossed: bool = False

    @property
    def trigger(self) -> str | None:
        """The trigger of its events."""
        return _TRIGGERS.get(self.setting["type"])

    def is_within(self, value: str) -> bool:
        """Whether a value is surely not beyond the threshold."""
        try:
            number, limit = float(value), self.setting["value"]
        except ValueError:
            return False
        return bool(number < limit if self.setting["type"] == "UpperThreshold" else number > limit)


class Monitors(Mutable):
    """The monitors by id, the last thousand; and the seqNo that the next NotifyEvent has, None where it is unclear."""

    by_id: Bounded[int, SetMonitor] = bounded(1000)
    next: int | None = 0

    def of(self, event: Json) -> SetMonitor | None:
        """Return the monitor of an event."""
        return self.by_id.get(event.get("variableMonitoringId", -1))
