"""The dialects of the versions of OCPP: a new version is a row here, with its dialect in a folder of its own.

A dialect is loaded when it is first needed: no start waits for those of all versions.
"""

from collections.abc import Callable, Iterable, Sequence

from mock_csms.behavior.dialect import Dialect
from mock_csms.protocol.versions import V16, V21, V201, Version, versions


def _of_201() -> Dialect:
    from mock_csms.behavior.v2.dialect import DIALECT  # noqa: PLC0415 - see above

    return DIALECT


def _of_21() -> Dialect:
    from mock_csms.behavior.v2.dialect import DIALECT_OF_21  # noqa: PLC0415 - see above

    return DIALECT_OF_21


def _of_16() -> Dialect:
    from mock_csms.behavior.v16.dialect import DIALECT  # noqa: PLC0415 - see above

    return DIALECT


DIALECTS: dict[str, Callable[[], Dialect]] = {V201.name: _of_201, V21.name: _of_21, V16.name: _of_16}
"""By the name of the version: what returns its dialect."""
_WITHOUT = Dialect()


def dialect_of(version: Version) -> Dialect:
    """Return the dialect of a version; an empty one if it has none."""
    load = DIALECTS.get(version.name)
    return load() if load else _WITHOUT


def all_dialects() -> Iterable[Dialect]:
    """Return the dialects of all versions that have one."""
    return [load() for load in DIALECTS.values()]


def spoken_dialects() -> Sequence[Dialect]:
    """Return the dialects of all supported versions, the preferred version's first."""
    return [dialect_of(version) for version in versions()]
