"""The settings of TLS: the certificates of the mock for wss://, and the clients that it accepts."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import ClassVar

from mock_csms.behavior.handshake_faults import KINDS, OF_CERTIFICATE, TlsFault
from mock_csms.protocol.tls import TLS10, TLS11, TLS12, TLS13
from mock_csms.settings import values
from mock_csms.settings.flags import flag, part
from mock_csms.settings.texts import read_text

AUTO = "auto"
REFUSE, ACCEPT = "refuse", "accept-and-report"
VERSIONS: Mapping[str, int] = {"1.0": TLS10, "1.1": TLS11, "1.2": TLS12, "1.3": TLS13}
"""The versions of TLS in the values of flags, from the oldest to the newest."""
_HOST = r"(?!.*\.\.)[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?"


def names(value: Sequence[str]) -> tuple[str, ...]:
    """Parse host names of at most 64 characters and IP addresses; the flag is repeatable."""
    for name in value:
        if not (re.fullmatch(_HOST, name) or _is_address(name)):
            raise ValueError(f"{name!r} is neither a host name nor an IP address")
    return tuple(value)


def files(value: Sequence[str]) -> tuple[str, ...]:
    """Parse the paths of PEM files; the flag is repeatable."""
    return tuple(map(pem, value))


def pem(path: str) -> str:
    """Parse the path of a PEM file. Raises ValueError if the file has no PEM in it."""
    if "-----BEGIN " not in read_text(values.text(path)):
        raise ValueError(f"{path}: it has nothing in PEM")
    return path


def profiles(value: str) -> tuple[int, ...]:
    """Parse security profiles, separated by commas."""
    return tuple(sorted({values.integer(1, 3)(part.strip()) for part in value.split(",")}))


_FAULT = r"(?P<kind>[^*\s]+)(\*(?P<times>\d+))?(\s+for=(?P<seconds>\S+))?"


def faults(value: Sequence[str]) -> tuple[TlsFault, ...]:
    """Parse `KIND` with an optional `*N` or ` for=SEC`; the flag is repeatable."""
    return tuple(map(_fault, value))


def _fault(text: str) -> TlsFault:
    found = re.fullmatch(_FAULT, text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not KIND, with *N or for=SEC after it if needed")
    kind = values.one_of(lambda: KINDS)(found["kind"])
    times = values.integer(1)(found["times"]) if found["times"] else None
    return TlsFault(kind, times, values.number(above=True)(found["seconds"]) if found["seconds"] else None)


def check_tls(config: "Encryption", *, signs: bool) -> None:
    """Raise ValueError if the TLS flags do not fit together; `signs`: whether the mock signs client certificates."""
    if config.tls_key and len(config.tls_key) != len(config.tls_cert):
        raise ValueError(f"--tls-key: {len(config.tls_key)} keys are given for {len(config.tls_cert)} --tls-cert")
    if config.tls_client == ACCEPT and find_spec("OpenSSL") is None:
        raise ValueError(f"--tls-client: {ACCEPT} needs pyOpenSSL: pip install 'mock-csms[tls]'")
    own = next((fault.kind for fault in config.tls_fault if fault.kind in OF_CERTIFICATE), "")
    if own and not config.tls:
        raise ValueError(f"--tls-fault: {own} needs --tls auto, whose authority makes such a certificate")
    order = [*VERSIONS]
    if order.index(config.tls_min) > order.index(config.tls_max):
        raise ValueError(f"--tls-min: {config.tls_min} is more than --tls-max {config.tls_max}")
    serves_tls = config.tls or config.tls_cert
    if any(profile > 1 for profile in config.security_profile) and not serves_tls:
        raise ValueError("--security-profile: 2 and 3 need --tls auto or --tls-cert")
    if 3 in config.security_profile and not (config.tls or config.tls_client_ca or signs):
        raise ValueError("--security-profile: 3 needs --tls auto, --tls-client-ca or --sign")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@part
class Encryption:
    """The settings of TLS: the certificates of the mock for wss://, and the clients that it accepts."""

    title: ClassVar[str] = "TLS"

    tls: str | None = flag(
        None,
        "serve wss:// beside ws:// on the same port; auto: with certificates of a test authority, which is made at "
        "first use and kept in --state-dir",
        values.one_of(lambda: (AUTO,)),
        AUTO,
        needs=("state_dir",),
        rivals=("tls_cert",),
    )
    tls_name: tuple[str, ...] = flag(
        (),
        "a host name or an IP address under which stations reach the mock; it is put into the certificate of --tls "
        "auto; localhost, --host and the names of this machine are always in it",
        names,
        "NAME|IP",
        repeated=True,
        needs=("tls",),
    )
    tls_cert: tuple[str, ...] = flag(
        (),
        "serve wss:// with the certificate in this PEM file; those of its authorities follow it, and its key may too; "
        "repeatable, for an RSA and an ECDSA certificate",
        files,
        "FILE",
        repeated=True,
    )
    tls_key: tuple[str, ...] = flag(
        (),
        "the PEM file with the private key of --tls-cert; one for each, in the same order",
        files,
        "FILE",
        repeated=True,
        needs=("tls_cert",),
    )
    tls_client_ca: str | None = flag(
        None,
        "trust client certificates of the authorities in this PEM file; --tls auto trusts its own authority anyway",
        pem,
        "FILE",
        needs=("tls", "tls_cert"),
    )
    tls_client: str = flag(
        REFUSE,
        "what to do with a client certificate that is not trusted; refuse: end the handshake with the right alert; "
        "accept-and-report: let it in, with a warning and finding T21 (needs pyOpenSSL)",
        values.one_of(lambda: (REFUSE, ACCEPT)),
        f"{REFUSE}|{ACCEPT}",
        needs=("tls", "tls_client_ca"),
    )
    tls_min: str = flag(
        "1.2", "the oldest version of TLS that is accepted", values.one_of(lambda: VERSIONS), "|".join(VERSIONS)
    )
    tls_max: str = flag(
        "1.3", "the newest version of TLS that is accepted", values.one_of(lambda: VERSIONS), "|".join(VERSIONS)
    )
    tls_keylog: str | None = flag(
        None,
        "append the keys of all TLS connections to this file; with it Wireshark shows what they carry",
        values.text,
        "FILE",
        needs=("tls", "tls_cert"),
    )
    tls_fault: tuple[TlsFault, ...] = flag(
        (),
        "break TLS handshakes in this way; `*N`: only the next N handshakes, of whichever station; `for=SEC`: for SEC "
        "seconds from the first one; repeatable: a further one begins where the one before ends",
        faults,
        "KIND[*N][ for=SEC]",
        repeated=True,
        needs=("tls", "tls_cert"),
    )
    security_profile: tuple[int, ...] = flag(
        (),
        "let in only stations with these security profiles; 1: ws:// with a password; 2: wss:// with a password; 3: "
        "wss:// with a client certificate; others get HTTP 403, or a TLS alert",
        profiles,
        "1|2|3[,…]",
    )
