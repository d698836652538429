"""The settings of certificates for stations, and of the status of certificates."""

import re
from collections.abc import Sequence
from typing import ClassVar

from mock_csms.behavior.signing import DELAY, SIGN_KINDS, Sign, sign_rules
from mock_csms.settings import values
from mock_csms.settings.flags import flag, part

_SIGN = r"(?P<kind>[^*@=\s]+)(=(?P<seconds>[^*@\s]+))?(\*(?P<times>\d+))?(@(?P<stations>\S+))?"
_STATUSES = ("good", "revoked", "unknown")
_SERIAL = r"(0[xX])?[0-9A-Fa-f:]+"


def signs(value: Sequence[str]) -> tuple[Sign, ...]:
    """Parse `KIND` with an optional `*N` and `@GLOB`; the flag is repeatable."""
    return tuple(map(_sign, value))


def _sign(text: str) -> Sign:
    found = re.fullmatch(_SIGN, text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not KIND, with *N and @GLOB after it if needed")
    kind = values.one_of(lambda: SIGN_KINDS)(found["kind"])
    if (kind == DELAY) is not (found["seconds"] is not None):
        raise ValueError(f"{text!r}: only {DELAY} has a number of seconds, as in {DELAY}=5, and it needs one")
    seconds = values.number()(found["seconds"]) if found["seconds"] else 0.0
    times = values.integer(1)(found["times"]) if found["times"] else None
    return Sign(kind, seconds, times, found["stations"] or "*")


def certificate_statuses(value: Sequence[str]) -> dict[int | None, str]:
    """Parse `good|revoked|unknown` with an optional `:SERIAL,…`; the flag is repeatable.

    Returns the status by serial number; the key None has the status of all others.
    """
    found: dict[int | None, str] = {}
    for text in value:
        word, colon, serials = text.partition(":")
        status = values.one_of(lambda: _STATUSES)(word.strip())
        if not colon:
            found[None] = status
        for serial in map(str.strip, serials.split(",")) if colon else ():
            if not re.fullmatch(_SERIAL, serial):
                raise ValueError(f"{serial!r} is not a serial number in hexadecimal digits")
            found[int(serial.replace(":", ""), 16)] = status
    return found


@part
class CertificateRequests:
    """The settings of certificates for stations, and of the status of certificates."""

    title: ClassVar[str] = "certificates"

    sign: tuple[Sign, ...] = flag(
        (),
        "sign the certificate requests of stations; KIND says what they get: on, refuse, withhold, delay=SEC, "
        "wrong-ca, expired, wrong-cn, other-key or garbage; `*N`: for the first N requests of each station; `@GLOB`: "
        "for these stations; repeatable, the first that matches is used",
        signs,
        "KIND[*N][@GLOB]",
        repeated=True,
        rules=lambda config, dialect: sign_rules(config.sign, dialect.signing),
    )
    certificate_status: dict[int | None, str] | None = flag(
        None,
        "what OCSP responses say about certificates; with `:SERIAL,…` about those with these serial numbers",
        certificate_statuses,
        "good|revoked|unknown[:SERIAL,…]",
        repeated=True,
        shown="good",
    )
