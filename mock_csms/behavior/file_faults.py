"""The faults of the file server, and which one the next transfer gets, by the name of its file."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from mock_csms.protocol.records import Mutable, Record

MISSING, AUTH, TRUNCATED, SLOW, HANG = "missing", "auth", "truncated", "slow", "hang"
WRONG_IMAGE = "wrong-image"
FILE_FAULTS: Mapping[str, str] = {
    MISSING: "there is no such file or folder (HTTP 404, FTP 550)",
    AUTH: "its user and password are refused (HTTP 401, FTP 530)",
    TRUNCATED: "the connection ends in the middle of the file",
    SLOW: "the file takes SEC seconds (`slow=SEC`)",
    HANG: "no answer",
    WRONG_IMAGE: "other bytes than those of the file, as many of them; only for downloads",
}
"""Every kind of `--files-fault`, and its effect for the station."""


class FileFault(Record):
    """One fault."""

    kind: str
    seconds: float = 0.0
    """How many seconds a slow transfer takes."""
    times: int | None = None
    """How many transfers get the fault; None for no limit."""
    files: str = "*"
    """The pattern of the paths, without the first slash."""

    @property
    def told(self) -> str:
        """The name of the fault in events."""
        kind = f"{self.kind}={self.seconds:g}" if self.kind == SLOW else self.kind
        times = f"*{self.times}" if self.times is not None else ""
        return f"--files-fault {kind}{times}{'' if self.files == '*' else f'@{self.files}'}"


class _Uses(Mutable):
    """How often a fault was used."""

    count: int = 0


class FileFaults:
    """The faults of one file server: a transfer gets the first fault for its path that is not used up."""

    def __init__(self, faults: Sequence[FileFault]) -> None:
        self.wanted = tuple(faults)
        self._left = [(fault, _Uses()) for fault in faults]

    def next(self, path: str, *, is_upload: bool) -> FileFault | None:
        """Count a transfer, and return its fault; None for a transfer without a fault."""
        for fault, uses in self._left:
            is_for_it = fnmatchcase(path.removeprefix("/"), fault.files)
            is_for_it = is_for_it and not (is_upload and fault.kind == WRONG_IMAGE)
            if is_for_it and (fault.times is None or uses.count < fault.times):
                uses.count += 1
                return fault
        return None
