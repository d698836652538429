"""Modules that libraries import, but commands do not need at the start. Without them a start is a sixth faster."""

import sys

from mock_csms.runtime.deferred import load_when_used

LATER = (
    "asyncio.sslproto",
    *("email.utils", "hashlib", "secrets"),  # `websockets` needs them when a station connects
    "ipaddress",  # `urllib` needs it for hosts in brackets
    *("msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml"),
)
"""Modules that are loaded when they are first used."""


class _NoSocket:
    """Stands for `ssl.SSLSocket` until `ssl` is loaded: asyncio tests for the class, but no socket has it so early."""


def leave_out() -> None:
    """Load these modules only when they are used. Call this before asyncio and msgspec are imported."""
    load_when_used("ssl", SSLSocket=_NoSocket)
    if sys.platform == "linux":
        load_when_used("platform", system=lambda: "Linux")  # `uuid` works without it
    import email  # noqa: F401, PLC0415 - `import email.utils` finds the stand-in only in the package, which is small

    for name in LATER:
        load_when_used(name)
    if "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment] # None makes an import fail
        import mock_csms.protocol.records  # noqa: F401, PLC0415 - it loads msgspec, which then uses `typing` instead

        del sys.modules["typing_extensions"]
