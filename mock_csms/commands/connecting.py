"""How mock-station connects: checks the settings of its security profile, and makes its connections."""

from pathlib import Path

from mock_csms.runtime.transport.dial import Dialer, Trust
from mock_csms.runtime.transport.limits import Limits
from mock_csms.station.settings import StationSettings

_WITH_CERTIFICATE = 3
"""The security profile that uses a client certificate in place of the password (A00)."""
_MAX_MESSAGE_SIZE = 1024 * 1024
_PING_INTERVAL = _PING_TIMEOUT = 20.0


def check_profile(settings: StationSettings, url: str) -> None:
    """Raise ValueError if a setting that the security profile needs is missing, or one that it forbids is set (A00)."""
    profile, is_secure = settings.security_profile, url.startswith("wss:")
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


def dialer_for(settings: StationSettings) -> Dialer:
    """Return the dialer that opens connections. The key of the certificate may be in a file beside it."""
    path = settings.client_cert
    beside = Path(path).with_suffix(".key") if path else None
    trust = Trust(settings.ca, path, str(beside) if beside is not None and beside.exists() else None)
    return Dialer(Limits(_MAX_MESSAGE_SIZE, settings.compression, _PING_INTERVAL, _PING_TIMEOUT), trust)
