"""The parameters of the control lines whose values OCPP 2.1 defines. Each function raises ValueError for wrong ones."""

from collections.abc import Sequence

from mock_csms.settings import values
from mock_csms.station import cues

_OVER = "over"


def grid_fault(parts: Sequence[str]) -> cues.GridFault:
    """Parse `CONTROL FAULT [over]`."""
    control = values.one_of(values.enumeration("NotifyDERAlarmRequest", "controlType"))(parts[0])
    fault = values.one_of(values.enumeration("NotifyDERAlarmRequest", "gridEventFault"))(parts[1])
    if parts[2:] not in ([], [_OVER]):
        raise ValueError(f"{parts[2]!r} is not {_OVER!r}")
    return cues.GridFault(control, fault, is_over=bool(parts[2:]))


def battery_in(parts: Sequence[str]) -> cues.BatteryGiven:
    """Parse `EVSE [PERCENT]`."""
    return cues.BatteryGiven(values.integer(1)(parts[0]), *(values.integer(0, 100)(part) for part in parts[1:]))


def vat(parts: Sequence[str]) -> cues.VatEntered:
    """Parse `NUMBER [EVSE]`."""
    number = values.fitting("VatNumberValidationRequest", "vatNumber")(parts[0])
    return cues.VatEntered(number, *(values.integer(1)(part) for part in parts[1:]))
