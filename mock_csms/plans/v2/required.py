"""The required variables of Part 2, "Referenced Components and Variables": those of Core and of optional components."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import DEFAULT, V21

_STATES = "Available Occupied Reserved Unavailable Faulted"
_POINTS = "ParkingBayOccupancy EVConnected Authorized PowerPathClosed EnergyTransfer"
_TABLE = f"""
AlignedDataCtrlr.Interval | rw | integer | s
AlignedDataCtrlr.Measurands | rw | MemberList | up to
AlignedDataCtrlr.TxEndedInterval | rw | integer | s
AlignedDataCtrlr.TxEndedMeasurands | rw | MemberList | up to
AuthCtrlr.AuthorizeRemoteStart | r/rw | boolean
AuthCtrlr.LocalAuthorizeOffline | rw | boolean
AuthCtrlr.LocalPreAuthorize | rw | boolean
ChargingStation.AvailabilityState | r | OptionList | of {_STATES}
ChargingStation.Available | r | boolean
ChargingStation.SupplyPhases | r | integer
ClockCtrlr.DateTime | r | dateTime
ClockCtrlr.TimeSource | rw | SequenceList | of Heartbeat NTP GPS RealTimeClock MobileNetwork RadioTimeTransmitter
Connector.AvailabilityState | r | OptionList | of {_STATES}
Connector.Available | r | boolean
Connector.ConnectorType | r | string
Connector.SupplyPhases | r | integer
DeviceDataCtrlr.BytesPerMessage[GetReport] | r | integer
DeviceDataCtrlr.BytesPerMessage[GetVariables] | r | integer
DeviceDataCtrlr.BytesPerMessage[SetVariables] | r | integer
DeviceDataCtrlr.ItemsPerMessage[GetReport] | r | integer
DeviceDataCtrlr.ItemsPerMessage[GetVariables] | r | integer
DeviceDataCtrlr.ItemsPerMessage[SetVariables] | r | integer
EVSE.AvailabilityState | r | OptionList | of {_STATES}
EVSE.Available | r | boolean
EVSE.Power | r | decimal | W/kW | up to
EVSE.SupplyPhases | r | integer
OCPPCommCtrlr.FileTransferProtocols | r | MemberList | of FTP FTPS HTTP HTTPS SFTP
OCPPCommCtrlr.MessageTimeout[Default] | r | integer | s
OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent] | rw | integer | s
OCPPCommCtrlr.MessageAttempts[TransactionEvent] | rw | integer
OCPPCommCtrlr.NetworkConfigurationPriority | rw | SequenceList
OCPPCommCtrlr.NetworkProfileConnectionAttempts | rw | integer
OCPPCommCtrlr.OfflineThreshold | rw | integer | s
OCPPCommCtrlr.ResetRetries | rw | integer
OCPPCommCtrlr.UnlockOnEVSideDisconnect | r/rw | boolean
SampledDataCtrlr.TxEndedInterval | rw | integer | s
SampledDataCtrlr.TxEndedMeasurands | rw | MemberList | up to
SampledDataCtrlr.TxStartedMeasurands | rw | MemberList | up to
SampledDataCtrlr.TxUpdatedInterval | rw | integer | s
SampledDataCtrlr.TxUpdatedMeasurands | rw | MemberList | up to
SecurityCtrlr.CertificateEntries | r | integer | up to
SecurityCtrlr.OrganizationName | rw | string
SecurityCtrlr.SecurityProfile | r | integer
TxCtrlr.EVConnectionTimeOut | rw | integer | s
TxCtrlr.StopTxOnEVSideDisconnect | r/rw | boolean
TxCtrlr.StopTxOnInvalidId | rw | boolean
TxCtrlr.TxStartPoint | r/rw | MemberList | of {_POINTS} DataSigned
TxCtrlr.TxStopPoint | r/rw | MemberList | of {_POINTS} DataSigned
DisplayMessageCtrlr.DisplayMessages | r | integer
DisplayMessageCtrlr.SupportedFormats | r | MemberList | of ASCII HTML URI UTF8
DisplayMessageCtrlr.SupportedPriorities | r | MemberList | of AlwaysFront InFront NormalCycle
ISO15118Ctrlr.ContractValidationOffline | rw | boolean
LocalAuthListCtrlr.BytesPerMessage | r | integer
LocalAuthListCtrlr.Entries | r | integer | up to
LocalAuthListCtrlr.ItemsPerMessage | r | integer
MonitoringCtrlr.BytesPerMessage[SetVariableMonitoring] | r | integer
SmartChargingCtrlr.Entries[ChargingProfiles] | r | integer | up to
SmartChargingCtrlr.LimitChangeSignificance | rw | decimal | Percent
SmartChargingCtrlr.PeriodsPerSchedule | r | integer
SmartChargingCtrlr.ProfileStackLevel | r | integer
SmartChargingCtrlr.RateUnit | r | MemberList | of A W
TariffCostCtrlr.Currency | r/rw | string
TariffCostCtrlr.TariffFallbackMessage | rw | string | up to
TariffCostCtrlr.TotalCostFallbackMessage | rw | string | up to
"""
"""Name, mutability (r: ReadOnly, rw: ReadWrite, r/rw: either), type; then optionally the unit (`W/kW`: either), the
allowed values (`of …`), or that it must have a maxLimit (`up to`).
"""

_MAY_LACK = frozenset(
    {"DisplayMessageCtrlr", "ISO15118Ctrlr", "LocalAuthListCtrlr", "MonitoringCtrlr", "SmartChargingCtrlr"}
    | {"TariffCostCtrlr"}
)
"""The optional components."""
_MUTABILITY: Mapping[str, Sequence[str]] = {
    "r": ("ReadOnly",),
    "rw": ("ReadWrite",),
    "r/rw": ("ReadOnly", "ReadWrite"),
}
_BOUNDED = "up to"
_ONE_OF = "of "


class Required(Record):
    """A required variable."""

    name: str
    """`COMPONENT.VARIABLE[INSTANCE]`."""
    mutability: Sequence[str]
    """The mutabilities that it may have."""
    data_type: str
    units: Sequence[str] = ()
    """The units that it may have; empty for any."""
    values: Sequence[str] = ()
    """The values that may be in its valuesList; empty for any."""
    is_bounded: bool = False
    """Whether it must have a maxLimit above 0."""

    @property
    def component(self) -> str:
        """The name of its component."""
        return self.name.partition(".")[0]

    def faults(self, item: Json) -> Iterator[str]:
        """Yield the faults of the variable in an item of a report."""
        characteristics = item.get("variableCharacteristics", {})
        actual = [each for each in item["variableAttribute"] if each.get("type", "Actual") == "Actual"]
        mutability = actual[0].get("mutability", "ReadWrite") if actual else None
        values = {value.strip() for value in characteristics.get("valuesList", "").split(",")}
        for what, found, is_fine in (
            ("mutability", mutability, mutability in self.mutability),
            ("dataType", characteristics.get("dataType"), characteristics.get("dataType") == self.data_type),
            ("unit", characteristics.get("unit"), not self.units or characteristics.get("unit") in self.units),
            ("valuesList", characteristics.get("valuesList"), not self.values or values <= {*self.values}),
            (
                "maxLimit",
                characteristics.get("maxLimit"),
                not self.is_bounded or characteristics.get("maxLimit", 0) > 0,
            ),
        ):
            if not is_fine:
                yield f"{self.name} (its {what} is {found or 'not reported'})"


def _row(line: str) -> Required:
    name, mutability, data_type, *more = line.split(" | ")
    values = [value for part in more if part.startswith(_ONE_OF) for value in part.split()[1:]]
    units = [unit for part in more if part != _BOUNDED and not part.startswith(_ONE_OF) for unit in part.split("/")]
    return Required(name, _MUTABILITY[mutability], data_type, units, values, _BOUNDED in more)


REQUIRED: Mapping[str, Required] = {row.name: row for row in map(_row, _TABLE.strip().splitlines())}
"""All required variables by name."""

WRITABLE: Sequence[str] = [
    row.name for row in REQUIRED.values() if row.component not in _MAY_LACK and row.mutability == _MUTABILITY["rw"]
]
"""The variables of Core that must be writable; without those that may be ReadOnly."""


_VALUES_OF_21: Mapping[str, Sequence[str]] = {"DisplayMessageCtrlr.SupportedFormats": ("QRCODE",)}
"""The values that OCPP 2.1 has added to those in the table."""


def required_of(components: Collection[str], version: str = DEFAULT.name) -> Mapping[str, Required]:
    """Return the variables that a station with these components must have, in a version of OCPP."""
    added = _VALUES_OF_21 if version == V21.name else {}
    return {
        name: replace(row, values=(*row.values, *added.get(name, ())))
        for name, row in REQUIRED.items()
        if row.component not in _MAY_LACK or row.component in components
    }
