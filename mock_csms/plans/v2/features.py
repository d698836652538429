"""The optional features of a station (Part 5, 3.1), and the variables that show whether a station has them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mock_csms.plans.v2.model import ReportedVariable, ReportedVariables
from mock_csms.protocol.records import Record

Test: TypeAlias = Callable[[ReportedVariable], bool]


class Feature(Record):
    """An optional feature."""

    id: str
    title: str
    variable: str = ""
    """The name of the variable that shows whether a station has it; "" if none does."""
    test: Test | None = None
    """Whether the value of that variable means that the station has the feature."""

    def shown_by(self, model: ReportedVariables) -> bool | None:
        """Whether a station with these variables has the feature; None if no variable shows that."""
        if self.test is None:
            return None
        return any(self.test(reported) for reported in model.all(self.variable))


def _there(_: ReportedVariable) -> bool:
    return True


def _is_true(reported: ReportedVariable) -> bool:
    return reported.value.lower() == "true"


def _can_be_set(reported: ReportedVariable) -> bool:
    return reported.is_writable


def _offers(value: str) -> Test:
    return lambda reported: (
        value in (reported.values if reported.is_writable and reported.values else reported.value.split(","))
    )


def _can_be(value: str) -> Test:
    return lambda reported: reported.is_writable or reported.value.lower() == value


def _begins_with(letter: str) -> Test:
    return lambda reported: reported.value.startswith(letter)


_IS_DC: Test = lambda reported: reported.value in ("cCCS1", "cCCS2", "cG105", "cTesla")  # noqa: E731 - a row's test
_START, _STOP = "TxCtrlr.TxStartPoint", "TxCtrlr.TxStopPoint"
_CABLE = "Connector.ConnectorType"

START_POINTS: Mapping[str, str] = {
    "EVConnected": "C-09.1",
    "Authorized": "C-09.2",
    "DataSigned": "C-09.3",
    "PowerPathClosed": "C-09.4",
    "EnergyTransfer": "C-09.5",
    "ParkingBayOccupancy": "C-09.6",
}
"""Every value of TxStartPoint, with the feature of a station that supports it."""
STOP_POINTS: Mapping[str, str] = {
    "EVConnected": "C-10.1",
    "Authorized": "C-10.2",
    "PowerPathClosed": "C-10.3",
    "EnergyTransfer": "C-10.4",
    "ParkingBayOccupancy": "C-10.5",
}
"""Every value of TxStopPoint that a test plan uses, with the feature of a station that supports it."""

FEATURES: Sequence[Feature] = (
    Feature("C-01", "authorizes offline", "LocalAuthListCtrlr.Enabled", _is_true),
    Feature("C-01", "authorizes offline", "AuthCacheCtrlr.Enabled", _there),
    Feature("C-01", "authorizes offline", "AuthCtrlr.OfflineTxForUnknownIdEnabled", _there),
    Feature("C-02", "authorizes unknown tokens offline", "AuthCtrlr.OfflineTxForUnknownIdEnabled", _there),
    Feature("C-03", "gives some energy for invalid tokens", "TxCtrlr.MaxEnergyOnInvalidId", _there),
    Feature("C-04", "reports only statuses that last", "ChargingStation.MinimumStatusDuration", _there),
    Feature("C-05", "has a configurable ping interval", "OCPPCommCtrlr.WebSocketPingInterval", _can_be_set),
    Feature(
        "C-06.1", "stays authorized when unplugged at the EV", "TxCtrlr.StopTxOnEVSideDisconnect", _can_be("false")
    ),
    Feature("C-06.2", "stops when unplugged at the EV", "TxCtrlr.StopTxOnEVSideDisconnect", _can_be("true")),
    Feature("C-07", "has a master pass and a display (AuthCtrlr.MasterPassGroupId)"),
    Feature("C-08", "has a master pass and no display (AuthCtrlr.MasterPassGroupId)"),
    *(
        Feature(id_, f"can start transactions at {point}", _START, _offers(point))
        for point, id_ in START_POINTS.items()
    ),
    *(Feature(id_, f"can stop transactions at {point}", _STOP, _offers(point)) for point, id_ in STOP_POINTS.items()),
    Feature(
        "C-12.1",
        "unlocks the connector when unplugged at the EV",
        "OCPPCommCtrlr.UnlockOnEVSideDisconnect",
        _can_be("true"),
    ),
    Feature(
        "C-12.2",
        "keeps the connector locked when unplugged at the EV",
        "OCPPCommCtrlr.UnlockOnEVSideDisconnect",
        _can_be("false"),
    ),
    Feature("C-13", "can reset a single EVSE", "EVSE.AllowReset", _is_true),
    Feature("C-14", "finds customers by their identifier"),
    Feature(
        "C-20",
        "allows new sessions while a firmware update is pending",
        "ChargingStation.AllowNewSessionsPendingFirmwareUpdate",
        _there,
    ),
    Feature("C-21", "can queue all messages", "OCPPCommCtrlr.QueueAllMessages", _can_be("true")),
    Feature("C-25", "has a time offset", "ClockCtrlr.TimeOffset", _there),
    Feature("C-26", "has a time zone", "ClockCtrlr.TimeZone", _there),
    Feature("C-28", "can send clock-aligned values only while idle", "AlignedDataCtrlr.SendDuringIdle", _there),
    *(
        Feature(f"C-29.{number}", f"sends {message} when triggered")
        for number, message in enumerate(
            (
                *("MeterValues", "TransactionEvent", "LogStatusNotification"),
                *("FirmwareStatusNotification", "StatusNotification", "BootNotification"),
            ),
            1,
        )
    ),
    *(
        Feature(f"C-{number}", f"local start with {what}")
        for number, what in enumerate(
            ("ISO14443", "ISO15693", "KeyCode", "a token that the station generates", "MacAddress", "no authorization"),
            30,
        )
    ),
    *(
        Feature(f"C-{number}", f"remote start with {what}")
        for number, what in enumerate(("ISO14443", "ISO15693", "a token of the CSMS", "no authorization"), 36)
    ),
    Feature(
        "C-40", "measures what charges (it has supported measurands)", "SampledDataCtrlr.TxUpdatedMeasurands", _there
    ),
    Feature("C-42", "signs meter values", "SampledDataCtrlr.SignReadings", _can_be("true")),
    Feature("C-43", "installs firmware during a transaction"),
    Feature("C-47", "falls back to another network profile"),
    Feature("C-48.1", "can authorize the token of a remote start", "AuthCtrlr.AuthorizeRemoteStart", _can_be("true")),
    Feature(
        "C-48.2",
        "can accept the token of a remote start without Authorize",
        "AuthCtrlr.AuthorizeRemoteStart",
        _can_be("false"),
    ),
    Feature("C-49", "has an authorization cache", "AuthCacheCtrlr.Enabled", _there),
    Feature("C-51", "has a configurable TxStartPoint", _START, _can_be_set),
    Feature("C-52", "has a configurable TxStopPoint", _STOP, _can_be_set),
    Feature("C-53", "has a lifetime for cached tokens", "AuthCacheCtrlr.LifeTime", _there),
    Feature("C-56", "reports a SummaryInventory", "(GetBaseReport)", _is_true),
    Feature("C-57", "can cancel the upload of a log"),
    Feature("C-58", "can switch off remote authorization", "AuthCtrlr.DisableRemoteAuthorization", _there),
    Feature(
        "C-59",
        "can switch off Authorize for cached tokens that are not Accepted",
        "AuthCacheCtrlr.DisablePostAuthorize",
        _there,
    ),
    Feature("C-60", "can cancel a firmware update"),
    Feature("C10", "keeps its authorization cache over a reboot"),
    Feature("L02", "installs firmware without a signature"),
    Feature("LA-0", "has a local authorization list", "LocalAuthListCtrlr.Enabled", _there),
    Feature(
        "AS-2", "checks new root certificates additionally", "SecurityCtrlr.AdditionalRootCertificateCheck", _is_true
    ),
    Feature("AS-3", "repeats SignCertificate", "SecurityCtrlr.CertSigningRepeatTimes", _there),
    Feature("HFS-1", "detachable cables", _CABLE, _begins_with("s")),
    Feature("HFS-2", "fixed cables", _CABLE, _begins_with("c")),
    Feature("HFS-4", "direct current", _CABLE, _IS_DC),
    Feature("SC-0", "supports smart charging", "SmartChargingCtrlr.Available", _is_true),
    Feature("AQ-1", "its last CSMS root certificate can be removed"),
    Feature("AQ-2", "its cable can only be plugged in after authorization"),
    Feature("AQ-3", "its last certificate can be removed"),
    Feature("AQ-7", "downloads firmware during a transaction"),
    Feature("AQ-8", "the EVSE is chosen before authorization"),
    Feature("AQ-9", "charges in mode 3"),
)
"""The features that select cases; a feature that several variables can show has several rows."""
SUMMARY = ReportedVariable("(GetBaseReport)", value="true")
"""A variable that does not exist; it stands for the ability to report a SummaryInventory."""
