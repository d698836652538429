"""Security events about TLS: what the station has refused, and to which certificate it has returned (A00, A02, A04)."""

from collections.abc import Mapping

from mock_csms.protocol.records import replace
from mock_csms.runtime.transport.trust import BAD_CERTIFICATE, BAD_SUITE, BAD_VERSION
from mock_csms.station import outbox
from mock_csms.station.certificates import first_certificates, own_of
from mock_csms.station.cues import Act, Unreached
from mock_csms.station.state import Moment
from mock_csms.station.v2.calls import security_event
from mock_csms.station.v2.certificates import CAPACITY, renewal
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.storage import TYPES
from mock_csms.station.v2.variables import SECURITY_PROFILE

_EVENTS: Mapping[str, str] = {
    BAD_CERTIFICATE: "InvalidCsmsCertificate",
    BAD_VERSION: "InvalidTLSVersion",
    BAD_SUITE: "InvalidTLSCipherSuite",
}
"""By refused part of TLS: the security event that reports it (A00.FR.310, A00.FR.316, A00.FR.323)."""


def unreached(device: Device, cue: Unreached, moment: Moment) -> Step:
    """Report TLS that the station has refused, once for repeated attempts (A00.FR.316); it is sent when online."""
    kind = _EVENTS.get(cue.refused)
    if kind is None or outbox.holds_event(device, kind):
        return device, []
    return device, [security_event(kind, moment)]


def renewed(before: Device, device: Device, moment: Moment) -> list[Act]:
    """Return the consequences of a connection that has decided between two own certificates (A02.FR.10, A02.FR.29)."""
    old, new = (own_of(each.storage.certificates, TYPES) for each in (before, device))
    if old is None or new is None or not old.is_new:
        return []
    events: list[Act] = []
    if old.pem != new.pem:
        events = [security_event("DiscardedRenewedClientCertificate", moment)]
    return [*events, *renewal(device, moment)]


def secured(device: Device, profile: int, roots: str, own: tuple[str, str]) -> Device:
    """Return a device with a security profile (A00), roots of the CSMS, and its own certificate and key, in PEM.

    With profile 0 that of a device file stays. Raises ValueError for a text that has no certificate.
    """
    held, profile = first_certificates(roots, own, TYPES, CAPACITY), profile or device.number(SECURITY_PROFILE)
    device = replace(device.with_variables({SECURITY_PROFILE: str(profile)}), first_profile=profile)
    return device.storing(certificates=held)
