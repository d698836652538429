"""Misbehaviours with certificates and security events (checks C and S)."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.fragments import HASH
from mock_csms.station.cues import Act, Answered, Opened, Send, Set
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    after_command,
    alarms,
    always,
    answers,
    has,
    ignores,
    never,
    patched,
    sends,
)
from mock_csms.station.v2 import certificates
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.misbehaviours.events import Situation
from mock_csms.station.v2.storage import TYPES
from mock_csms.station.v2.variables import NETWORK_PRIORITY

EVENT, REQUEST, SIGNING = "SecurityEventNotification", "SignCertificate", "signing"
_LIST = "certificateHashDataChain"
_TYPES = ("V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "ManufacturerRootCertificate")


def _forgets_events(at: Situation, right: list[Act]) -> list[Act]:
    """Lose the security events of an outage."""
    wrong: list[Act] = sends(EVENT, never)(at, right)
    return right if at.device.is_online else wrong


def _requests_without_limit(at: Situation, right: list[Act]) -> list[Act]:
    """Send SignCertificate more often than CertSigningRepeatTimes allows."""
    cue = at.event
    is_it = isinstance(cue, Answered) and cue.action == REQUEST and cue.response["status"] == "Accepted"
    if not is_it or any(isinstance(act, Set) and act.alarm[0] == SIGNING for act in right):
        return right
    return [*right, Set((SIGNING,), 30.0)]


def _requests_without_trigger(at: Situation, right: list[Act]) -> list[Act]:
    """Send SignCertificate again after an invalid certificate, without a trigger (A02.FR.20)."""
    wrong: list[Act] = []
    for act in right:
        wrong.append(act)
        if isinstance(act, Send) and act.payload.get("type") == "InvalidChargingStationCertificate":
            wrong += [ask for ask in certificates.sign(at.device)[1] if isinstance(ask, Send)]
    return wrong


def _with_others(request: Json, right: Json) -> Json:
    """List a certificate of a type that was not requested too."""
    others = [kind for kind in _TYPES if kind not in request.get("certificateType", _TYPES)]
    if not others:
        return right
    entry = {"certificateType": others[0], "certificateHashData": HASH}
    return {"status": "Accepted", _LIST: [*right.get(_LIST, []), entry]}


def _drops_old_roots(before: Device, after: Device) -> Device:
    """Remove the old root of the CSMS as soon as the new one that replaces it is installed."""
    held = after.storage.certificates
    new = [each for each in held if each.kind == TYPES.root and each.is_new]
    if not new or held == before.storage.certificates:
        return after
    return after.storing(certificates=tuple(each for each in held if each.kind != TYPES.root or each in new))


def _keeps_old_roots(at: Situation, right: Device) -> Device:
    """Keep the old root of the CSMS when a connection was made with the new one."""
    before = at.device.storage.certificates
    is_less = isinstance(at.event, Opened) and len(right.storage.certificates) < len(before)
    return right.storing(certificates=before) if is_less else right


def _keeps_order(at: Situation, right: Device) -> Device:
    """Keep the order of the network profiles when a connection has raised the security profile."""
    is_it = isinstance(at.event, Opened) and right.variables[NETWORK_PRIORITY] != at.device.variables[NETWORK_PRIORITY]
    return right.with_variables({NETWORK_PRIORITY: at.device.variables[NETWORK_PRIORITY]}) if is_it else right


KINDS: Kinds = {
    "certificates-without-list": Misbehaviour(
        "answers Accepted without a list of certificates",
        ("C01",),
        answer=answers("GetInstalledCertificateIds", lambda _, right: patched(**{_LIST: None})(right)),
    ),
    "certificate-not-installed": Misbehaviour(
        "accepts certificates and does not install them",
        ("C02", "C04"),
        answer=answers("InstallCertificate", always(status="Accepted")),
        effect=ignores("InstallCertificate"),
    ),
    "certificate-not-deleted": Misbehaviour(
        "accepts the deletion of certificates that it does not have",
        ("C03",),
        answer=answers("DeleteCertificate", always(status="Accepted")),
    ),
    "certificate-kept": Misbehaviour(
        "accepts the deletion of a certificate and keeps it", ("C03",), effect=ignores("DeleteCertificate")
    ),
    "old-root-dropped": Misbehaviour(
        "removes the old root of the CSMS as soon as the new one is installed",
        (),
        effect=after_command("InstallCertificate", _drops_old_roots),
    ),
    "old-root-kept": Misbehaviour(
        "keeps the old root of the CSMS after it has connected with the new one", (), effect=_keeps_old_roots
    ),
    "low-profile-kept": Misbehaviour(
        "keeps network profiles with a lower security profile than that in use", (), effect=_keeps_order
    ),
    "certificates-of-other-types": Misbehaviour(
        "lists certificates of types that were not requested",
        ("C01",),
        answer=answers("GetInstalledCertificateIds", _with_others),
    ),
    "certificate-always-accepted": Misbehaviour(
        "accepts any signed certificate",
        ("S07", "S08"),
        answer=answers("CertificateSigned", always(status="Accepted")),
        acts=sends(EVENT, never, has(type="InvalidChargingStationCertificate")),
    ),
    "no-csr": Misbehaviour("accepts the trigger of a CSR and sends none", ("S06",), acts=sends(REQUEST, never)),
    "bad-csr": Misbehaviour("sends an invalid CSR", ("S06",), acts=sends(REQUEST, patched(csr="MOCK"))),
    "unknown-security-event": Misbehaviour(
        "sends security events that the specification does not have",
        ("S01", "L05"),
        acts=sends(EVENT, patched(type="SomethingHappened")),
    ),
    "forgets-security-events": Misbehaviour(
        "loses the security events of an outage", ("S02", "S03", "S04", "L05"), acts=_forgets_events
    ),
    "asks-for-certificate-too-soon": Misbehaviour(
        "repeats SignCertificate ten times too soon",
        ("S09",),
        acts=alarms(SIGNING, lambda seconds: seconds / 10),
    ),
    "asks-for-certificate-too-often": Misbehaviour(
        "repeats SignCertificate more often than CertSigningRepeatTimes", ("S09",), acts=_requests_without_limit
    ),
    "asks-for-certificate-anew": Misbehaviour(
        "sends SignCertificate again after an invalid certificate", ("S10",), acts=_requests_without_trigger
    ),
}
