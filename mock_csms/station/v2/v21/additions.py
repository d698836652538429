"""The additions of OCPP 2.1 to commands and messages of 2.0.1, and commands for features that the station lacks."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, ChainAsked, Say, Send
from mock_csms.station.state import Moment
from mock_csms.station.v2 import availability, certificates, transactions
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.causes import Cause
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.v21 import billing, payments, streams
from mock_csms.station.v2.v21.costs import details_of
from mock_csms.station.v2.v21.device import Device21
from mock_csms.station.v2.v21.model import COSTS, RESUMPTION

_MODES = frozenset({"AC_single_phase", "AC_three_phase"})
"""The energy transfer modes of the station."""
_NOT_ALLOWED = Cause("AbnormalCondition", "ReqEnergyTransferRejected", is_end=True)
_RESUMED = "TxResumed"
_COSTS_TOLD = ("RunningCost", "TariffChanged", "CostLimitReached")
"""The triggers of events that contain the costs; an event that ends a transaction contains them too."""
_MOST_CHAINS = 4
"""How many certificates one GetCertificateChainStatus may ask about."""


def reset(device: Device21, payload: Json, moment: Moment) -> Given:
    """Reboot; with ImmediateAndResume the transactions continue after the reboot (B13, E17)."""
    if payload["type"] != "ImmediateAndResume":
        return availability.reset(device, payload, moment)
    if "evseId" in payload or not device.number(RESUMPTION):
        return device, because("UnsupportedParam"), []
    return replace(device, reset="RemoteReset", resumes=True), ACCEPTED, []


def resume(device: Device21, moment: Moment) -> Step:
    """Report which transactions continue after a reboot."""
    acts: list[Act] = []
    for evse in list(device.evses.values()):
        if evse.transaction is not None and evse.transaction.id in device.resumed:
            device, more = transactions.tell(device, evse, _RESUMED, moment)
            acts += [*more, *transactions.wake(device, evse), *billing.wake(device, evse.transaction.id)]
    return replace(device, resumed=frozenset()), acts


def allowed_energy_transfer(device: Device21, payload: Json, moment: Moment) -> Given:
    """End a transaction whose energy transfer mode is no longer allowed (Q of 2.1)."""
    evse = device.charging(payload["transactionId"])
    if evse is None:
        return device, because("TxNotFound"), []
    device, acts = _restricted(device, evse.id, payload["allowedEnergyTransfer"], moment)
    return device, ACCEPTED, acts


def restrict(device: Device21, request: Json, response: Json, moment: Moment) -> Step:
    """Obey the `allowedEnergyTransfer` in the answer to Authorize."""
    allowed, token = response.get("allowedEnergyTransfer"), request.get("idToken")
    evse = next((each for each in device.evses.values() if each.authorized == token), None)
    return (device, []) if not allowed or evse is None else _restricted(device, evse.id, allowed, moment)


def _restricted(device: Device21, evse: int, allowed: list[str], moment: Moment) -> Step:
    if not _MODES.isdisjoint(allowed):
        return device, []
    return transactions.end(device, device.evses[evse], _NOT_ALLOWED, moment)


def certificate_signed(device: Device21, payload: Json, moment: Moment) -> Given:
    """Accept the certificate for the last request only, if the CSMS names the request (A02)."""
    if payload.get("requestId", device.csr_id) != device.csr_id:
        return device, because("InvalidCertificate"), []
    return certificates.signed(device, payload, moment)


def ask_chain(device: Device21, _: ChainAsked, __: Moment) -> Step:
    """Ask the CSMS whether the installed certificates were revoked (M)."""
    found = device.storage.certificates[:_MOST_CHAINS]
    if not found:
        return device, [Say("the station has no certificates")]
    asked = [
        {"certificateHashData": each.hash_data, "source": "OCSP", "urls": ["https://ocsp.invalid/"]} for each in found
    ]
    return device, [Send("GetCertificateChainStatus", {"certificateStatusRequests": asked})]


def chain_told(device: Device21, _: Json, response: Json, __: Moment) -> Step:
    """Remove the certificates that were revoked."""
    revoked = [each["certificateHashData"] for each in response["certificateStatus"] if each["status"] == "Revoked"]
    kept = tuple(each for each in device.storage.certificates if each.hash_data not in revoked)
    return device.storing(certificates=kept), [Say(f"{len(revoked)} certificates were revoked")]


def complete(device: Device21, acts: list[Act], moment: Moment) -> Step:
    """Add to each message the fields that 2.1 requires; values of streams are removed from their events."""
    completed: list[Act] = []
    for act in acts:
        if isinstance(act, Send) and act.action in _COMPLETED and not act.is_by_hand:
            device, more = _COMPLETED[act.action](device, act, moment)
            completed += more
        else:
            completed.append(act)
    return device, completed


def _event(device: Device21, act: Send, moment: Moment) -> Step:
    """Add the severity of its monitor to an event; the value of a stream goes into the stream (N11)."""
    events = []
    for event in act.payload["eventData"]:
        taken = streams.taken(device, event, moment)
        if taken is not None:
            return taken
        monitor = device.storage.monitors.get(event.get("variableMonitoringId", -1))
        events.append(event if monitor is None else event | {"severity": monitor.setting["severity"]})
    return device, [replace(act, payload=act.payload | {"eventData": events})]


def _monitoring_report(device: Device21, act: Send, _: Moment) -> Step:
    """Add to each monitor who has set it: 2.1 requires that."""
    monitors = device.storage.monitors

    def told(each: Json) -> Json:
        kind = "CustomMonitor" if monitors[each["id"]].is_custom else "HardWiredMonitor"
        return each | {"eventNotificationType": kind}

    reported = [
        item | {"variableMonitoring": [told(each) for each in item["variableMonitoring"]]}
        for item in act.payload["monitor"]
    ]
    return device, [replace(act, payload=act.payload | {"monitor": reported})]


def _signing_request(device: Device21, act: Send, moment: Moment) -> Step:
    """Add the requestId to the request for a certificate (A02)."""
    device = replace(device, csr_id=moment.world.new_integer())
    return device, [replace(act, payload=act.payload | {"requestId": device.csr_id})]


def _transaction_event(device: Device21, act: Send, moment: Moment) -> Step:
    """Add the tariff, the limit and the costs of a transaction to its events, and settle it at its end (I12, E16)."""
    kind, trigger, info = (act.payload[key] for key in ("eventType", "triggerReason", "transactionInfo"))
    id_, more = info["transactionId"], list[Act]()
    bill = device.bills.get(id_)
    if bill is None:
        return device, [act]
    if kind == "Ended":
        device, bill = billing.settled(device, id_, bill, moment)
        device, more = payments.settlement(device, id_, bill, moment)
    if bill.tariff is not None and (kind == "Started" or trigger == "TariffChanged"):
        info = info | {"tariffId": bill.tariff["tariffId"]}
    if trigger == "LimitSet":
        info = info | {"transactionLimit": bill.limit}
    payload = act.payload | {"transactionInfo": info}
    costs = details_of(bill, moment) if kind == "Ended" or trigger in _COSTS_TOLD else None
    if costs is not None and device.is_on(COSTS):
        payload = payload | {"costDetails": costs}
    return device, [replace(act, payload=payload), *more]


_COMPLETED: Mapping[str, Callable[[Device21, Send, Moment], Step]] = {
    "NotifyEvent": _event,
    "NotifyMonitoringReport": _monitoring_report,
    "SignCertificate": _signing_request,
    "TransactionEvent": _transaction_event,
}

ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {
    "AFRRSignal": lambda device, *_: (device, because("UnsupportedRequest"), []),
    "CertificateSigned": certificate_signed,
    "NotifyAllowedEnergyTransfer": allowed_energy_transfer,
    "Reset": reset,
}
RESPONSES: Mapping[str, Callable[[Device21, Json, Json, Moment], Step]] = {
    "GetCertificateChainStatus": chain_told,
    "VatNumberValidation": payments.vat_validated,
}
