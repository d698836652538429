"""How mock-station connects: checks the settings of its security profile, and makes its connections."""

import re
from pathlib import Path

from mock_csms.protocol.records import replace
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.runtime.transport.limits import Limits
from mock_csms.runtime.transport.trust import Trust, client_context
from mock_csms.settings.texts import read_text
from mock_csms.station.handshake import uses_tls
from mock_csms.station.settings import StationSettings

_WITH_CERTIFICATE = 3
"""The security profile in which a client certificate replaces the password."""
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)
_MAX_MESSAGE_SIZE = 1024 * 1024
_PING_INTERVAL = _PING_TIMEOUT = 20.0


def check_profile(settings: StationSettings, url: str) -> None:
    """Raise ValueError if what the security profile needs is missing, or what it forbids is given (A00)."""
    profile, is_secure = settings.security_profile, uses_tls(url)
    needs = {
        "a ws:// URL": profile == 1 and is_secure,
        "a wss:// URL": profile in (2, 3) and not is_secure,
        "--password-file": profile in (1, 2) and settings.password_file is None,
        "--client-cert": profile == _WITH_CERTIFICATE and settings.client_cert is None,
        "no --password-file": profile == _WITH_CERTIFICATE and settings.password_file is not None,
    }
    missing = [need for need, is_so in needs.items() if is_so]
    if missing:
        raise ValueError(f"--security-profile: {profile} needs {' and '.join(missing)}")


def profile_of(settings: StationSettings, url: str) -> int:
    """Return the security profile with which a station connects; 0 if it has neither a password nor a certificate."""
    if settings.security_profile is not None:
        return settings.security_profile
    if settings.client_cert is not None and uses_tls(url):
        return _WITH_CERTIFICATE
    return 0 if settings.password_file is None else 2 if uses_tls(url) else 1


def trust_for(settings: StationSettings) -> Trust:
    """Return with what the station does TLS. Raises ValueError for a file that cannot be used."""
    trust = Trust(authorities=read_text(settings.ca)) if settings.ca is not None else Trust()
    if settings.ca is not None:
        _check(f"--ca: {settings.ca}", trust)
    if settings.client_cert is None:
        return trust
    text, beside = read_text(settings.client_cert), Path(settings.client_cert).with_suffix(".key")
    key = _KEY.search(read_text(str(beside)) if beside.exists() else text)
    trust = replace(trust, certificate=_KEY.sub("", text), key=key[0] if key else "")
    _check(f"--client-cert: {settings.client_cert}", trust)
    return trust


def _check(setting: str, trust: Trust) -> None:
    try:
        client_context(trust)
    except ValueError as error:
        raise ValueError(f"{setting}: {error}") from None


def dialer_for(settings: StationSettings) -> Dialer:
    """Return what opens connections."""
    return Dialer(Limits(_MAX_MESSAGE_SIZE, settings.compression, _PING_INTERVAL, _PING_TIMEOUT))
