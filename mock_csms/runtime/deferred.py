"""Loads modules late that libraries import at once, but that the mock seldom uses.

Together they took a sixth of every start. Each is replaced by a stand-in, which loads the module when an attribute is
first read. For the library only the time of loading changes.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def load_when_used(name: str, **known: object) -> None:
    """Load the module with that full name when it is first used; a module that is loaded already stays.

    `known` are attributes that can be read without loading the module. After loading, its own attributes replace them.
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
    vars(stand_in)["__getattr__"] = attribute  # Python calls this for missing attributes of a module (PEP 562)
    sys.modules[name] = stand_in
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], last, stand_in)
