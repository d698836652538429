"""File names that stations send: none leads out of the folder."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.file_names import UPLOADS, kept_path, numbered, parts_of

PIECES = st.sampled_from(
    ["..", ".", "", "/", "\\", "uploads", "CON", "nul.txt", "a" * 300, "ü", "\0", "%2e", ":", "~", " ", "-", ".hidden"]
)
PATHS = st.one_of(st.text(max_size=50), st.lists(PIECES | st.text(max_size=5), max_size=8).map("/".join))


@settings(max_examples=50)
@given(PATHS, st.just("") | PATHS)
def test_an_upload_is_kept_below_its_folder(path: str, name: str) -> None:
    """In the path of an upload, each part is a valid file name on every system."""
    kept = kept_path(path, name)
    assert kept.parts[0] == UPLOADS
    assert 2 <= len(kept.parts) <= 5
    for part in kept.parts:
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}", part), part
        assert not part.endswith(".")
        assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", part)
    assert kept_path(str(kept)) == kept


@given(PATHS)
def test_a_download_stays_in_the_folder(path: str) -> None:
    """The path of a download never leads up, and has no hidden part; an invalid one is None."""
    parts = parts_of(path)
    assert parts is None or all(part and not part.startswith(".") and not set(part) & set("/\\:\0") for part in parts)


@pytest.mark.parametrize(
    ("path", "name", "kept"),
    [
        ("/uploads/CS-1/log.txt", "", "uploads/CS-1/log.txt"),
        ("/log.txt", "", "uploads/log.txt"),
        ("/uploads/CS-1/", "diagnostics.log", "uploads/CS-1/diagnostics.log"),
        ("/uploads/CS-1/", "C:\\logs\\today.log", "uploads/CS-1/today.log"),
        ("/../../etc/passwd", "", "uploads/etc/passwd"),
        ("/uploads/CS 1/a:b.tar.gz", "", "uploads/CS_1/a_b.tar.gz"),
        ("/a/b/c/d/e/f.log", "", "uploads/a/b/c/f.log"),
        ("/", "", "uploads/upload"),
    ],
)
def test_where_an_upload_is_kept(path: str, name: str, kept: str) -> None:
    """If possible, the path and the name that a station sends are used unchanged."""
    assert str(kept_path(path, name)) == kept


def test_a_second_file_gets_a_number() -> None:
    """A second file with the same name gets a number before its suffix."""
    path = PurePosixPath("uploads/log.txt")
    assert [str(numbered(path, number)) for number in (1, 2)] == ["uploads/log.txt", "uploads/log-2.txt"]
