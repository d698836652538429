"""Modules that a library imports when it is loaded, and that the mock seldom or never uses.

Together they took a tenth of every start. Each is replaced by a stand-in, which loads the module when its first
attribute is read. So nothing changes for the library, except when the module is loaded.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def load_when_used(*names: str) -> None:
    """Let modules with those full names be imported without being loaded; those that are loaded already stay."""
    for name in names:
        if name not in sys.modules:
            _stand_in_for(name)


def _stand_in_for(name: str) -> None:
    def attribute(wanted: str) -> Any:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(import_module(name), wanted)

    stand_in = ModuleType(name)
    vars(stand_in)["__getattr__"] = attribute  # Python asks it for what the module does not have (PEP 562)
    sys.modules[name] = stand_in
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], last, stand_in)
