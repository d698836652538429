"""Learns the password of a station, and its certificate requests."""

from mock_csms.conformance.facts.makes import add_make
from mock_csms.conformance.facts.v2.security import OWN, TRIGGERS, password_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.twin.events import Knocked
from mock_csms.twin.seen import Seen, call, command, response, result, when

SECURITY = Subject("security")
_MOST_REQUESTS = 10


@SECURITY.learn(when("knocked"))
def knocked(seen: Seen, station: KnownStation) -> None:
    """Note the password in a handshake. It counts as correct if none is configured."""
    security = station.security
    if security.password is None:
        configured = (station.terms.passwords or {}).get(folded(station.identity))
        security.password = configured if configured is not None else password_of(seen)


@SECURITY.learn(when("knocked"))
def offered(seen: Seen, station: KnownStation) -> None:
    """Note the offer in a TLS handshake, which stations of the same make share."""
    visitor = seen.event_as(Knocked).visitor
    if visitor.tls is not None and not visitor.problem:
        add_make(station.makes, visitor.tls.offer, station.identity)


@SECURITY.learn(result("SetVariables"))
def was_set(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS sets a new password.

    If that needs a reboot, it is not known which password the station uses.
    """
    security = station.security
    for asked, reported in zip(seen.request["setVariableData"], seen.payload["setVariableResult"], strict=False):
        if (asked["component"]["name"], asked["variable"]["name"]) != ("SecurityCtrlr", "BasicAuthPassword"):
            continue
        value, status = asked["attributeValue"], reported["attributeStatus"]
        if status == "Accepted":
            security.password, security.replaced, security.refused = value, security.password, None
        elif status == "RebootRequired":
            security.password = security.replaced = security.refused = None
        elif value != security.password:
            security.refused = value


@SECURITY.learn(command("TriggerMessage"), when("spoiled"), any_payload=True)
def triggered(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS triggers certificate requests."""
    message = seen.message
    asked_ = message.payload if isinstance(message, Call) else None
    requested = asked_.get("requestedMessage") if isinstance(asked_, dict) else None
    if isinstance(requested, str) and requested in TRIGGERS:
        station.security.triggered_at = seen.at
        for kind in [TRIGGERS[requested]] if TRIGGERS[requested] else list(station.security.signing):
            signing = station.security.of(kind)
            signing.is_open, signing.is_over, signing.repeats = False, False, 0


@SECURITY.learn(call("SignCertificate"))
def asked(seen: Seen, station: KnownStation) -> None:
    """Note that the station sends a certificate request."""
    signing = station.security.of(seen.payload.get("certificateType", OWN))
    signing.requests = (*signing.requests[1 - _MOST_REQUESTS :], seen.payload["csr"])
    signing.repeats, signing.asked_at = signing.repeats + signing.is_open, seen.at


@SECURITY.learn(response("SignCertificate"))
def answered(seen: Seen, station: KnownStation) -> None:
    """Note the answer to the request: if it is accepted, the station waits for a certificate."""
    if isinstance(seen.request.get("csr"), str):
        signing = station.security.of(str(seen.request.get("certificateType", OWN)))
        signing.is_open, signing.taken_at = seen.payload["status"] == "Accepted", seen.at
        signing.is_over = not signing.is_open


@SECURITY.learn(command("CertificateSigned"), when("spoiled"), any_payload=True)
def sent(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS sends a certificate. If it is spoiled, the state of the requests is unknown."""
    if seen.action == "CertificateSigned":
        station.security.sent_at = seen.at
        if seen.kind == "spoiled":
            station.security.signing.clear()


@SECURITY.learn(result("CertificateSigned"))
def signed(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts or rejects the certificate."""
    signing = station.security.of(seen.request.get("certificateType", OWN))
    signing.is_open, signing.repeats = False, 0
    signing.is_over = seen.payload["status"] == "Rejected" and bool(signing.requests)


@SECURITY.learn(call("SecurityEventNotification"))
def reported(seen: Seen, station: KnownStation) -> None:
    """Note that the station reports an invalid certificate, or an invalid signature."""
    if seen.payload["type"] == "InvalidChargingStationCertificate":
        station.security.invalid_at = seen.at
    elif seen.payload["type"] == "InvalidFirmwareSignature":
        station.security.signature_at = seen.at


@SECURITY.learn(call("BootNotification"))
def booted(_: Seen, station: KnownStation) -> None:
    """Note a boot, after which the station may request certificates again."""
    for signing in station.security.signing.values():
        signing.is_open, signing.is_over, signing.repeats = False, False, 0
