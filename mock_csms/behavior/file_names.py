"""File names from stations: which file of the folder a path means, and where an upload is stored."""

import re
from pathlib import PurePosixPath

UPLOADS = "uploads"
"""The folder for uploads of stations."""
_LONGEST = 100
"""How many characters each part of the path of an upload may have."""
_DEEPEST = 4
"""How many parts the path may have below the folder for uploads."""
_ODD = r"[^A-Za-z0-9._-]"
_DEVICES = r"(?i:con|prn|aux|nul|com\d|lpt\d)(\.|$)"
"""Names that Windows reserves."""


def parts_of(path: str) -> tuple[str, ...] | None:
    """Split the path of a download. Returns None if the path leaves the folder or names a hidden file."""
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    is_wrong = any(part.startswith(".") or "\\" in part or "\0" in part or ":" in part for part in parts)
    return None if is_wrong or not parts else parts


def kept_path(path: str, name: str = "") -> PurePosixPath:
    """Return where an upload to `path` is stored, below the served folder: always in its folder for uploads.

    A path that ends with a slash is a folder; then, or if the station sends a name, the file gets that `name`.
    """
    *folders, last = path.split("/")
    parts = [part for part in folders if part.strip(".")]
    if parts[:1] == [UPLOADS]:
        del parts[0]
    safe = [_safe(part) for part in [*parts[: _DEEPEST - 1], re.split(r"[/\\]", name)[-1] or last or "upload"]]
    return PurePosixPath(UPLOADS, *safe)


def numbered(path: PurePosixPath, number: int) -> PurePosixPath:
    """Return the same path with a number in the name: `log-2.txt`; for 1 the path itself."""
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def _safe(part: str) -> str:
    """Return a part of a path that is a valid file name on every system, and has no special meaning."""
    safe = re.sub(_ODD, "_", part).lstrip(".").rstrip(".")
    if len(safe) > _LONGEST:
        suffix = PurePosixPath(safe).suffix[:20]
        safe = f"{safe[: _LONGEST - len(suffix)]}{suffix}".rstrip(".")
    return f"_{safe}" if not safe or re.match(_DEVICES, safe) else safe
