"""The variables that OCPP 2.1 has added to the device model, and those whose rows differ from 2.0.1."""

from collections.abc import Mapping
from functools import cache

from mock_csms.station.v2 import model, variables
from mock_csms.station.v2.model import Extras, Shape
from mock_csms.station.v2.variables import DISPLAY_FORMATS, DISPLAY_STATES, Name, Variable

BATTERY_SWAP: Name = ("BatterySwapCtrlr", "Enabled")
BATTERY_TOKEN: Name = ("BatterySwapCtrlr", "IdToken")
BATTERY_TARGET: Name = ("BatterySwapCtrlr", "TargetSoC")
BATTERY_TIMEOUT: Name = ("BatterySwapCtrlr", "Timeout")
COSTS: Name = ("TariffCostCtrlr", "Enabled[Cost]")
COST_INTERVAL: Name = ("TariffCostCtrlr", "Interval[Cost]")
MOST_ELEMENTS: Name = ("TariffCostCtrlr", "MaxElements[Tariff]")
TARIFFS: Name = ("TariffCostCtrlr", "Enabled[Tariff]")
STREAMS: Name = ("MonitoringCtrlr", "MaxPeriodicEventStreams")
WEB_PAYMENTS: Name = ("WebPaymentsCtrlr", "Enabled")
RESUMPTION: Name = ("TxCtrlr", "ResumptionTimeout")
DER_MODES = "ModesSupported"
DER_CONTROLLER = "ACDERCtrlr"

MODES = ("EnterService", "FreqDroop", "FreqWatt", "FixedVar", "Gradients", "LimitMaxDischarge", "VoltVar", "VoltWatt")
"""The DER controls that the station knows."""

_NO, _YES = model.fixed_switch(value=False), model.fixed_switch(value=True)

NEW: Mapping[Name, Variable] = {
    ("BatterySwapCtrlr", "Available"): _YES,
    BATTERY_SWAP: model.switch(default=False),
    BATTERY_TOKEN: model.text("battery-swap", most=255),
    BATTERY_TARGET: Variable("80", "integer", "Percent", least=1, most=100),
    BATTERY_TIMEOUT: model.seconds(60, least=1),
    STREAMS: model.fixed("10"),
    ("PaymentCtrlr", "Available"): _YES,
    ("PaymentCtrlr", "Enabled"): model.switch(default=True),
    ("PaymentCtrlr", "ReceiptByCSMS"): _NO,
    ("SmartChargingCtrlr", "SupportedAdditionalPurposes"): model.fixed_list("PriorityCharging"),
    ("SmartChargingCtrlr", "SupportsDynamicProfiles"): _YES,
    ("SmartChargingCtrlr", "SupportsEvseSleep"): _NO,
    ("SmartChargingCtrlr", "SupportsLimitAtSoC"): _NO,
    ("SmartChargingCtrlr", "SupportsRandomizedDelay"): _NO,
    ("SmartChargingCtrlr", "SupportsUseLocalTime"): _NO,
    ("TariffCostCtrlr", "ConditionsSupported[Tariff]"): _NO,
    ("TariffCostCtrlr", "HandleFailedTariff"): model.fixed(
        "UseDefaultTariff", "OptionList", values=("UseDefaultTariff",)
    ),
    COST_INTERVAL: model.seconds(60),
    MOST_ELEMENTS: model.fixed("10"),
    RESUMPTION: model.seconds(300),
    ("TxCtrlr", "SupportedLimits"): model.fixed_list("MaxCost", "MaxEnergy", "MaxSoC", "MaxTime"),
    ("V2XChargingCtrlr", "Available"): _NO,
    ("WebPaymentsCtrlr", "Available"): _YES,
    WEB_PAYMENTS: model.switch(default=True),
}
"""Every new variable of the station as a whole."""

CHANGED: Mapping[Name, Variable] = {
    DISPLAY_FORMATS: model.fixed_list("ASCII", "QRCODE", "UTF8"),
    DISPLAY_STATES: model.fixed_list("Charging", "Discharging", "Faulted", "Idle", "Suspended", "Unavailable"),
    variables.BASIC_AUTH_PASSWORD: Variable("", "string", mutability="WriteOnly", least=16, most=64),
}
"""The variables that may have other values in 2.1."""

EVSE_VARIABLES: Mapping[str, Variable] = {
    "Available": _YES,
    "Enabled": _YES,
    DER_MODES: model.fixed_list(*MODES),
}
"""Every variable of the DER controller of an EVSE."""

DEFAULTS: Mapping[Name, str] = {
    name: row.default for name, row in {**model.VARIABLES, **NEW, **CHANGED}.items() if row.default is not None
}
"""The values of the variables of a new station of 2.1."""


@cache
def rows_of(shape: Shape) -> Extras:
    """Return the rows that a station with these EVSEs has besides those of 2.0.1, or in place of them."""
    of_evses = {(f"{DER_CONTROLLER}[{evse}]", name): row for evse, _ in shape for name, row in EVSE_VARIABLES.items()}
    return tuple({**NEW, **CHANGED, **of_evses}.items())
