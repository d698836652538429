"""WebSockets: text in, text out, and the brutal acts that faults need. The only importer of `websockets`.

It drives the library's sans-I/O protocol from asyncio's, without a task or a queue for a connection. `connection` is
one WebSocket once it is open, whichever side it is, and `frames` knows where a frame ends; `pool` is what connections
share. A server has `endpoint`, with `handshake` for how a connection opens; a client has `dial` and `outgoing`.
`receiver` and `gate` are what all this asks of the rest of the mock.

`websockets` imports `importlib.metadata`, but uses it only in its own development versions. To load it takes a tenth
of the program's start, so it is loaded when it is used first.
"""

import importlib
import sys
from types import ModuleType
from typing import Any


def _load_when_used(package: ModuleType, name: str) -> None:
    """Let a module of a package be imported without being loaded: its first attribute that is read loads it."""
    full_name = f"{package.__name__}.{name}"
    if full_name in sys.modules:
        return

    def attribute(wanted: str) -> Any:
        if sys.modules.get(full_name) is stand_in:
            del sys.modules[full_name]
        return getattr(importlib.import_module(full_name), wanted)

    stand_in = ModuleType(full_name)
    vars(stand_in)["__getattr__"] = attribute  # Python asks it for what the module does not have (PEP 562)
    sys.modules[full_name] = stand_in
    setattr(package, name, stand_in)


_load_when_used(importlib, "metadata")
