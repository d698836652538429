"""What libraries import although no command needs it to start: together a sixth of the time that a start took."""

import sys

from mock_csms.runtime.deferred import load_when_used


class _NoSocket:
    """Stands for `ssl.SSLSocket` until `ssl` is loaded: no socket can be one before that, and asyncio asks for each."""


def leave_out() -> None:
    """Load none of these modules before they are used. Call it before asyncio and msgspec are imported."""
    load_when_used("ssl", SSLSocket=_NoSocket)
    load_when_used("asyncio.sslproto")
    for other_format in ("msgpack", "toml", "yaml"):
        load_when_used(f"msgspec.{other_format}")
    load_when_used("msgspec.inspect")
    if "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment] # an import of it fails, says Python's manual
        import mock_csms.protocol.records  # noqa: F401, PLC0415 - it loads msgspec, which then uses `typing` instead

        del sys.modules["typing_extensions"]
