"""What the mock knows about the monitors that it set at a station, and about their events."""

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
    """A monitor that the CSMS set."""

    name: Name
    """The variable that it watches."""
    setting: Json
    """The item of SetVariableMonitoring that set it."""
    at: float
    """When the station accepted it."""
    is_crossed: bool = False
    """Whether its last event reported that the threshold is crossed."""

    @property
    def trigger(self) -> str | None:
        """The trigger that its events must have; None if that is not known."""
        return _TRIGGERS.get(self.setting["type"])

    def is_within(self, value: str) -> bool:
        """Whether a value is certainly within the threshold."""
        try:
            number, limit = float(value), self.setting["value"]
        except ValueError:
            return False
        return bool(number < limit if self.setting["type"] == "UpperThreshold" else number > limit)


class Monitors(Mutable):
    """The monitors of a station."""

    by_id: Bounded[int, SetMonitor] = bounded(1000)
    """The monitors by id; the last thousand."""
    next: int | None = 0
    """The seqNo that the next NotifyEvent must have; None if it is not clear."""

    def of(self, event: Json) -> SetMonitor | None:
        """Return the monitor of an event; None if it is not known."""
        return self.by_id.get(event.get("variableMonitoringId", -1))
