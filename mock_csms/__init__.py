"""A configurable mock CSMS (charging-station management system) for OCPP.

`Csms`, `Config` and `CallFailed` are loaded when they are first asked for, so that nobody else waits for them.
"""

TYPE_CHECKING = False  # type checkers take it for True; `typing` takes a while to load, in which nobody may interrupt
if TYPE_CHECKING:
    from mock_csms.control.python import Csms
    from mock_csms.runtime.open_call import CallFailed
    from mock_csms.settings import Config

__version__ = "0.1.0"
__all__ = ["CallFailed", "Config", "Csms", "__version__"]

_HOMES = {
    "CallFailed": "mock_csms.runtime.open_call",
    "Config": "mock_csms.settings",
    "Csms": "mock_csms.control.python",
}


def __getattr__(name: str) -> object:
    """Return what the package offers under `name`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_HOMES[name]), name)
