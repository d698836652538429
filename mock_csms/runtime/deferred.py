"""Modules that a library imports when it is loaded, and that the mock seldom or never uses.

Together they took a sixth of every start. Each is replaced by a stand-in, which loads the module when its first
attribute is read. So nothing changes for the library, except when the module is loaded.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def load_when_used(name: str, **known: object) -> None:
    """Let the module with that full name be imported without being loaded; one that is loaded already stays.

    `known` are attributes that can be read without loading it; once it is loaded, its own replace them.
    """
    if name in sys.modules:
        return

    def attribute(wanted: str) -> Any:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        module = import_module(name)
        vars(stand_in).update(vars(module))
        return getattr(module, wanted)

    stand_in = ModuleType(name)
    vars(stand_in).update(known)
    vars(stand_in)["__getattr__"] = attribute  # Python asks it for what the module does not have (PEP 562)
    sys.modules[name] = stand_in
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], last, stand_in)
