"""The table of OCPP 2.1: the rows of 2.0.1, one of them with a new field, and 27 new actions.

Only data belongs here, as in the table of 2.0.1 (`v201.py`).
"""

from mock_csms.protocol.actions import Action, Actions, Json, Sender
from mock_csms.protocol.v2 import v201
from mock_csms.protocol.v2.fragments import ACCEPTED, FRESH_ID, HASH, MONITOR, NOW, POWER, TOKEN, TRANSACTION

STATION, CSMS = Sender.STATION, Sender.CSMS

TARIFF: Json = {"tariffId": "tariff-1", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.25}]}}
STREAM: Json = {"id": 1, "variableMonitoringId": 1, "params": {"interval": 10, "values": 5}}
GRADIENT: Json = {"priority": 1, "gradient": 10, "softGradient": 5}
LIMIT: Json = {"limit": 16}
_REPORT = v201.ACTIONS["NotifyMonitoringReport"]
_MONITORING: Json = {
    "id": 1,
    "transaction": False,
    "eventNotificationType": "CustomMonitor",
    **MONITOR,
    "value": 11000,
}

CHANGED: Actions = {
    "NotifyMonitoringReport": Action(
        STATION, {**_REPORT.request, "monitor": [{**POWER, "variableMonitoring": [_MONITORING]}]}, gist=_REPORT.gist
    ),
}
"""The rows of 2.0.1 whose default payload is invalid by the schemas of 2.1."""

NEW: Actions = {
    # C. Authorization (payment without a contract)
    "NotifySettlement": Action(
        STATION,
        {
            "pspRef": "psp-1",
            "status": "Settled",
            "settlementAmount": 10.0,
            "settlementTime": NOW,
            "transactionId": TRANSACTION,
        },
        gist="status pspRef",
        answer_gist="receiptId",
    ),
    "NotifyWebPaymentStarted": Action(CSMS, {"evseId": 1, "timeout": 120}, gist="evseId:EVSE"),
    "VatNumberValidation": Action(
        STATION,
        {"vatNumber": "NL123456789B01"},
        {
            "vatNumber": "{{request.vatNumber}}",
            **ACCEPTED,
            "company": {"name": "Mock Company", "address1": "Mock Street 1", "city": "Mockville", "country": "NL"},
        },
        gist="vatNumber",
    ),
    # I. Tariff and cost
    "ChangeTransactionTariff": Action(
        CSMS, {"transactionId": TRANSACTION, "tariff": TARIFF}, ACCEPTED, gist="transactionId"
    ),
    "ClearTariffs": Action(
        CSMS,
        {},
        {"clearTariffsResult": [{"tariffId": "tariff-1", **ACCEPTED}]},
        answer_gist="clearTariffsResult.status",
    ),
    "GetTariffs": Action(
        CSMS,
        {"evseId": 0},
        {**ACCEPTED, "tariffAssignments": [{"tariffId": "tariff-1", "tariffKind": "DefaultTariff"}]},
        gist="evseId:EVSE",
    ),
    "SetDefaultTariff": Action(CSMS, {"evseId": 0, "tariff": TARIFF}, ACCEPTED, gist="evseId:EVSE"),
    # K. Smart charging
    "NotifyPriorityCharging": Action(
        STATION, {"transactionId": TRANSACTION, "activated": True}, gist="transactionId activated"
    ),
    "PullDynamicScheduleUpdate": Action(
        STATION, {"chargingProfileId": 1}, {**ACCEPTED, "scheduleUpdate": LIMIT}, gist="chargingProfileId:profile"
    ),
    "UpdateDynamicSchedule": Action(
        CSMS, {"chargingProfileId": 1, "scheduleUpdate": LIMIT}, ACCEPTED, gist="chargingProfileId:profile"
    ),
    "UsePriorityCharging": Action(
        CSMS, {"transactionId": TRANSACTION, "activate": True}, ACCEPTED, gist="transactionId activate"
    ),
    # M. ISO 15118 and certificate management
    "GetCertificateChainStatus": Action(
        STATION,
        {
            "certificateStatusRequests": [
                {"certificateHashData": HASH, "source": "OCSP", "urls": ["https://ocsp.invalid/"]}
            ]
        },
        {
            "certificateStatus": [
                {"certificateHashData": HASH, "source": "OCSP", "status": "Good", "nextUpdate": "{{now+3600}}"}
            ]
        },
        answer_gist="certificateStatus.status",
    ),
    # N. Diagnostics (streams of periodic events)
    "AdjustPeriodicEventStream": Action(CSMS, {"id": 1, "params": {"interval": 10}}, ACCEPTED, gist="id:stream"),
    "ClosePeriodicEventStream": Action(STATION, {"id": 1}, gist="id:stream"),
    "GetPeriodicEventStream": Action(CSMS, {}, {"constantStreamData": [STREAM]}, answer_gist=""),
    "NotifyPeriodicEventStream": Action(
        STATION,
        {"id": 1, "pending": 0, "basetime": NOW, "data": [{"t": 0, "v": "230.4"}]},
        gist="id:stream pending:pending",
        is_send=True,
    ),
    "OpenPeriodicEventStream": Action(STATION, {"constantStreamData": STREAM}, ACCEPTED),
    # Q. Bidirectional power transfer
    "AFRRSignal": Action(CSMS, {"timestamp": NOW, "signal": 0}, ACCEPTED, gist="signal:signal"),
    "NotifyAllowedEnergyTransfer": Action(
        CSMS,
        {"transactionId": TRANSACTION, "allowedEnergyTransfer": ["AC_three_phase"]},
        ACCEPTED,
        gist="transactionId",
    ),
    # R. Control of distributed energy resources
    "ClearDERControl": Action(CSMS, {"isDefault": False}, ACCEPTED, gist="controlType controlId"),
    "GetDERControl": Action(CSMS, {"requestId": FRESH_ID}, ACCEPTED, gist="controlType controlId"),
    "NotifyDERAlarm": Action(
        STATION,
        {"controlType": "LVMustTrip", "gridEventFault": "UnderVoltage", "timestamp": NOW},
        gist="controlType gridEventFault",
    ),
    "NotifyDERStartStop": Action(
        STATION, {"controlId": "der-1", "started": True, "timestamp": NOW}, gist="controlId started:started"
    ),
    "ReportDERControl": Action(
        STATION, {"requestId": FRESH_ID, "gradient": [{"id": "der-1", "gradient": GRADIENT}]}, gist="requestId:request"
    ),
    "SetDERControl": Action(
        CSMS,
        {"isDefault": True, "controlId": "der-1", "controlType": "Gradients", "gradient": GRADIENT},
        ACCEPTED,
        gist="controlType controlId",
    ),
    # S. Battery swapping
    "BatterySwap": Action(
        STATION,
        {
            "requestId": FRESH_ID,
            "eventType": "BatteryIn",
            "idToken": TOKEN,
            "batteryData": [{"evseId": 1, "serialNumber": "B0001", "soC": 20, "soH": 95}],
        },
        gist="eventType idToken.idToken",
    ),
    "RequestBatterySwap": Action(CSMS, {"requestId": FRESH_ID, "idToken": TOKEN}, ACCEPTED, gist="idToken.idToken"),
}
"""The actions that are new in 2.1."""

SENDS = tuple(action for action, row in NEW.items() if row.is_send)
"""The new actions that are sent as a SEND."""

ACTIONS: Actions = {**v201.ACTIONS, **CHANGED, **NEW}
