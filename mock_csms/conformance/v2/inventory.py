"""The variables that a station must have by Part 2, "Referenced Components and Variables" (for check V16)."""

from collections.abc import Callable, Mapping, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.twin.v2.variables import folded
from mock_csms.twin.variables import Name

_ALWAYS = """
AlignedDataCtrlr Interval integer
AlignedDataCtrlr Measurands MemberList
AlignedDataCtrlr TxEndedInterval integer
AlignedDataCtrlr TxEndedMeasurands MemberList
AuthCtrlr AuthorizeRemoteStart boolean
AuthCtrlr LocalAuthorizeOffline boolean
AuthCtrlr LocalPreAuthorize boolean
ChargingStation AvailabilityState OptionList ReadOnly
ChargingStation SupplyPhases integer ReadOnly
ClockCtrlr DateTime dateTime ReadOnly
ClockCtrlr TimeSource SequenceList
Connector AvailabilityState OptionList ReadOnly
Connector ConnectorType - ReadOnly
Connector SupplyPhases integer ReadOnly
DeviceDataCtrlr BytesPerMessage[GetReport] integer ReadOnly
DeviceDataCtrlr BytesPerMessage[GetVariables] integer ReadOnly
DeviceDataCtrlr BytesPerMessage[SetVariables] integer ReadOnly
DeviceDataCtrlr ItemsPerMessage[GetReport] integer ReadOnly
DeviceDataCtrlr ItemsPerMessage[GetVariables] integer ReadOnly
DeviceDataCtrlr ItemsPerMessage[SetVariables] integer ReadOnly
EVSE AvailabilityState OptionList ReadOnly
EVSE Power decimal ReadOnly
EVSE SupplyPhases integer ReadOnly
OCPPCommCtrlr ActiveNetworkProfile - ReadOnly
OCPPCommCtrlr FileTransferProtocols MemberList ReadOnly
OCPPCommCtrlr MessageAttemptInterval[TransactionEvent] integer
OCPPCommCtrlr MessageAttempts[TransactionEvent] integer
OCPPCommCtrlr MessageTimeout[Default] integer ReadOnly
OCPPCommCtrlr NetworkConfigurationPriority -
OCPPCommCtrlr NetworkProfileConnectionAttempts integer
OCPPCommCtrlr OfflineThreshold integer
OCPPCommCtrlr ResetRetries integer
OCPPCommCtrlr UnlockOnEVSideDisconnect boolean
SampledDataCtrlr TxEndedInterval integer
SampledDataCtrlr TxEndedMeasurands MemberList
SampledDataCtrlr TxStartedMeasurands MemberList
SampledDataCtrlr TxUpdatedInterval integer
SampledDataCtrlr TxUpdatedMeasurands MemberList
SecurityCtrlr CertificateEntries integer ReadOnly
SecurityCtrlr OrganizationName string
SecurityCtrlr SecurityProfile integer ReadOnly
TxCtrlr EVConnectionTimeOut integer
TxCtrlr StopTxOnEVSideDisconnect boolean
TxCtrlr StopTxOnInvalidId boolean
TxCtrlr TxStartPoint MemberList
TxCtrlr TxStopPoint MemberList
"""

_IF_THERE = """
DisplayMessageCtrlr DisplayMessages integer ReadOnly
DisplayMessageCtrlr SupportedFormats MemberList ReadOnly
DisplayMessageCtrlr SupportedPriorities MemberList ReadOnly
ISO15118Ctrlr ContractValidationOffline boolean
LocalAuthListCtrlr BytesPerMessage integer ReadOnly
LocalAuthListCtrlr Entries integer ReadOnly
LocalAuthListCtrlr ItemsPerMessage integer ReadOnly
MonitoringCtrlr BytesPerMessage[SetVariableMonitoring] integer ReadOnly
MonitoringCtrlr ItemsPerMessage[SetVariableMonitoring] integer ReadOnly
SmartChargingCtrlr Entries[ChargingProfiles] integer ReadOnly
SmartChargingCtrlr LimitChangeSignificance decimal
SmartChargingCtrlr PeriodsPerSchedule integer ReadOnly
SmartChargingCtrlr ProfileStackLevel integer ReadOnly
SmartChargingCtrlr RateUnit MemberList ReadOnly
TariffCostCtrlr Currency string
TariffCostCtrlr TariffFallbackMessage string
TariffCostCtrlr TotalCostFallbackMessage string
"""

_IF_TOLD = """
ChargingStation Available boolean ReadOnly
Connector Available boolean ReadOnly
EVSE Available boolean ReadOnly
"""


class RequiredVariable(Record):
    """A variable that a station must have."""

    component: str
    """The name of the component."""
    variable: str
    """The name of the variable."""
    instance: str
    """The instance of the variable; empty if it has none."""
    data_type: str
    """The dataType it must have; empty if any will do."""
    mutability: str
    """The mutability it must have, ReadOnly; empty if any will do."""

    @property
    def name(self) -> str:
        """The name of the variable as findings show it."""
        return f"{self.component}.{self.variable}{f'[{self.instance}]' if self.instance else ''}"


_MISSING = "is missing"


def _rows(text: str) -> tuple[RequiredVariable, ...]:
    rows = []
    for line in text.strip().splitlines():
        component, variable, data_type, *mutability = line.split()
        name, _, instance = variable.removesuffix("]").partition("[")
        rows.append(RequiredVariable(component, name, instance, data_type.strip("-"), "".join(mutability)))
    return tuple(rows)


ALWAYS, IF_THERE, IF_REPORTED = _rows(_ALWAYS), _rows(_IF_THERE), _rows(_IF_TOLD)
"""Required variables: of every station, of each existing and available component, and in certain reports.

A report may omit those of the last group if it has other variables of the component (2.13.1). If it has them, they must
be correct.
"""
_SWITCHES = (("available", ""), ("available", "tariff"), ("enabled", ""), ("enabled", "tariff"))
"""The variables that say whether a component is in use. The first one that is reported decides."""
_PARTS = {"EVSE", "Connector"}
"""The components that exist once per EVSE or connector."""


def lacking(reported: Mapping[Name, Json]) -> list[str]:
    """Return the errors of an inventory: variables that are missing, or have a wrong dataType or mutability.

    Each EVSE and each connector in the inventory must have its own variables. The variables of a controller may be at
    any one place.
    """
    items = {folded(name): item for name, item in reported.items()}
    places: dict[str, set[tuple[str, int, int]]] = {}
    for component, instance, evse, connector, *_ in items:
        places.setdefault(component, set()).add((instance, evse, connector))
    found: list[str] = []
    for row in (*ALWAYS, *IF_THERE, *IF_REPORTED):
        component, key = row.component.casefold(), (row.variable.casefold(), row.instance.casefold())
        there = places.get(component, set())
        if row in IF_THERE and _is_absent(items, component, there):
            continue
        here = _due(row, [items.get((component, *place, *key)) for place in sorted(there)])
        found += [f"{row.name} {wrong}" for wrong in map(_wrong_of(row), here) if wrong][:1]
    return found


def _due(row: RequiredVariable, here: list[Json | None]) -> Sequence[Json | None]:
    """Return the reported variable at each place; None for a place where a required variable is missing."""
    if row.component in _PARTS and row not in IF_REPORTED:
        return here or [None]
    present = [item for item in here if item is not None]
    return present if present or row in IF_REPORTED else [None]


def lacks_any(reported: Mapping[Name, Json]) -> bool:
    """Return whether a required variable is missing in an inventory: then other variables may be missing too."""
    return any(wrong.endswith(_MISSING) for wrong in lacking(reported))


def _is_absent(items: Mapping[Name, Json], component: str, places: set[tuple[str, int, int]]) -> bool:
    """Whether a component does not exist, or its first reported switch (available before enabled) is false."""
    for switch in _SWITCHES:
        said = [items.get((component, *place, *switch)) for place in places]
        values = [attribute.get("value") for item in said if item for attribute in item["variableAttribute"]]
        if values:
            return "false" in (str(value).casefold() for value in values)
    return not places


def _wrong_of(row: RequiredVariable) -> Callable[[Json | None], str | None]:
    return lambda item: _wrong(row, item)


def _wrong(row: RequiredVariable, item: Json | None) -> str | None:
    """Return what is wrong with a required variable; None if nothing is."""
    if item is None:
        return _MISSING
    data_type = (item.get("variableCharacteristics") or {}).get("dataType", row.data_type)
    if row.data_type and data_type != row.data_type:
        return f"has the dataType {data_type}, not {row.data_type}"
    actual = [each for each in item["variableAttribute"] if each.get("type", "Actual") == "Actual"]
    mutability = actual[0].get("mutability", "ReadWrite") if actual else row.mutability
    return (
        f"has the mutability {mutability}, not {row.mutability}"
        if row.mutability and mutability != row.mutability
        else None
    )
