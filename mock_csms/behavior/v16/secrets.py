"""The places of secrets in messages of OCPP 1.6."""

from collections.abc import Collection

from mock_csms.behavior.dialect import SecretPlaces

_VALUES = "the values of secret configuration keys"
_URLS = "user and password of a URL, and secret parts of its query"
_TEXT = "private keys in PEM, URLs, JSON in a text, and every secret that stood in its own place before"

SECRETS = SecretPlaces(
    messages={
        "ChangeConfiguration": _VALUES,
        "GetConfiguration": _VALUES,
        "GetDiagnostics": _URLS,
        "GetLog": _URLS,
        "UpdateFirmware": _URLS,
        "SignedUpdateFirmware": _URLS,
        "DataTransfer": _TEXT,
        "InstallCertificate": _TEXT,
        "CertificateSigned": _TEXT,
        "SignCertificate": _TEXT,
        "SecurityEventNotification": _TEXT,
    },
    names=(("key",),),
    values=("value",),
)


def passwords(password: str) -> Collection[str]:
    """Return the texts that a station may send as its password: the password, or the bytes written in hex.

    See OCPP-J 1.6, 6.2.2. Bytes that are not UTF-8 are escaped as Python does it (`surrogateescape`).
    """
    try:
        return (password, bytes.fromhex(password).decode(errors="surrogateescape"))
    except ValueError:
        return (password,)
