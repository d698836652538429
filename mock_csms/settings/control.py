"""The settings of the HTTP API and of the metrics."""

import re
from typing import ClassVar, NamedTuple

from mock_csms.settings import values
from mock_csms.settings.flags import flag, part
from mock_csms.settings.texts import read_text

_ADDRESS = r"((?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]/]+):)?(?P<port>[0-9]{1,5})"
_BEARER = r"[!-~]{1,1024}"
_SIZE = r"(?P<number>[0-9]{1,12})(?P<unit>[KMG]i?B?|B)?"
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SMALLEST = 64 * 1024

AUTO = "auto"
"""The value of --api-token with which the mock makes a token when it starts."""


class Address(NamedTuple):
    """The address of a server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a server at that host can be reached only from this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def address(value: str) -> Address:
    """Parse `[HOST:]PORT`; without a host it is 127.0.0.1."""
    found = re.fullmatch(_ADDRESS, value.strip())
    if found is None:
        raise ValueError(f"{value!r} is not [HOST:]PORT")
    host = (found["host"] or "127.0.0.1").strip("[]")
    return Address(host, values.integer(0, 65535)(found["port"]))


def token(value: str) -> str:
    """Parse a token, or `@FILE` with one. Errors do not contain the token."""
    text = read_text(value[1:]).strip() if value.startswith("@") else value
    if not re.fullmatch(_BEARER, text):
        raise ValueError("a token has 1 to 1024 characters, which are ASCII letters, digits and signs without spaces")
    return text


def size(value: str) -> int:
    """Parse a number of bytes, with KiB, MiB or GiB at the end if wanted."""
    found = re.fullmatch(_SIZE, value.strip().replace(" ", ""), re.IGNORECASE)
    if found is None:
        raise ValueError(f"{value!r} is not a number of bytes, such as 16MiB")
    number = int(found["number"]) * _UNITS[(found["unit"] or "").upper().rstrip("B").rstrip("I")]
    if number < _SMALLEST:
        raise ValueError(f"{value!r} is less than {_SMALLEST // 1024}KiB")
    return number


@part
class RunTimeControl:
    """The settings of the HTTP API and of the metrics."""

    title: ClassVar[str] = "run-time control"

    api: Address | None = flag(
        None,
        "serve the HTTP API and the live page at this address; without HOST only this machine reaches it; 0 picks a "
        "free port",
        address,
        "[HOST:]PORT",
    )
    api_token: str | None = flag(
        None,
        "ask each client of the API for this token; @FILE reads it from a file, `auto` makes one and prints it; it is "
        "needed if other machines reach the API",
        token,
        "TEXT|@FILE|auto",
        needs=("api",),
        is_secret=True,
    )
    journal_size: int = flag(
        16 * 1024 * 1024,
        "how many bytes of events the API keeps; the oldest are dropped first",
        size,
        "BYTES|16MiB",
        shown="16MiB",
    )
    metrics: Address | None = flag(
        None,
        "serve /metrics for Prometheus at an address of its own, without a token; with --api it is there too",
        address,
        "[HOST:]PORT",
    )


def refuse_open_api(settings: RunTimeControl) -> None:
    """Raise ValueError for an API without a token that other machines can reach."""
    if settings.api is not None and not is_loopback(settings.api.host) and not settings.api_token:
        raise ValueError(
            f"--api {settings.api} needs --api-token TEXT|@FILE|auto: other machines can reach it, not only this one"
        )
