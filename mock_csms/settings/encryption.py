"""TLS: with which certificates the mock serves wss://, and who is let in."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import ClassVar

from mock_csms.settings import values
from mock_csms.settings.flags import flag, part

AUTO = "auto"
_HOST = re.compile(r"(?!.*\.\.)[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")


def names(value: Sequence[str]) -> tuple[str, ...]:
    """Take host names of at most 64 characters and IP addresses, several times."""
    for name in value:
        if not (_HOST.fullmatch(name) or _is_address(name)):
            raise ValueError(f"{name!r} is neither a host name nor an IP address")
    return tuple(value)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


@part
class Encryption:
    """TLS: with which certificates the mock serves wss://, and who is let in."""

    title: ClassVar[str] = "TLS"

    tls: str | None = flag(
        None,
        "serve wss:// beside ws:// on the same port; auto: with certificates of a test authority, which is made at "
        "first use and kept in --state-dir",
        values.one_of(lambda: (AUTO,)),
        AUTO,
        needs=("state_dir",),
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
