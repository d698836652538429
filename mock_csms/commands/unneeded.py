"""What libraries import although no command needs it to start: together a seventh of the time that a start takes."""

import sys

from mock_csms.runtime.deferred import load_when_used

SELDOM_USED = ("ssl", "asyncio.sslproto", "msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml")
"""What asyncio imports for TLS, and msgspec for formats other than JSON."""


def leave_out() -> None:
    """Load none of these modules before they are used. Call it before asyncio and msgspec are imported."""
    load_when_used(*SELDOM_USED)
    if "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment] # None makes an import fail, says Python's manual
        import mock_csms.protocol.records  # noqa: F401, PLC0415 - msgspec, which it loads, then uses `typing`

        del sys.modules["typing_extensions"]
