"""The options of a plan's command line: pure input and output."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from mock_csms.plans.options import OPTIONS, read_options


def given(**options: Any) -> Namespace:
    """Return parsed options: the defaults, and these."""
    defaults = {name.removeprefix("--").replace("-", "_"): how.get("default") for name, how in OPTIONS}
    return Namespace(**defaults | {"reference": False} | options)


def test_the_file_server(tmp_path: Path) -> None:
    """--files and --files-listen become settings of the mock; without --files there are none."""
    assert read_options(given(station="CS-1")).files == {}
    assert read_options(given(station="CS-1", files=f"{tmp_path}")).files == {"files": f"{tmp_path}"}
    listening = given(station="CS-1", files=f"{tmp_path}", files_listen=["ftp://0"])
    assert read_options(listening).files == {"files": f"{tmp_path}", "files_listen": ["ftp://0"]}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"files_listen": ["8080"]}, "--files-listen needs --files"),
        ({"files": __file__}, "it is not a directory"),
        ({"files": ".", "files_listen": ["gopher://1"]}, "--files-listen: "),
    ],
)
def test_a_wrong_file_server(options: Any, complaint: str) -> None:
    """A wrong option is told in one line."""
    with pytest.raises(ValueError, match=complaint) as told:
        read_options(given(station="CS-1", **options))
    assert "\n" not in str(told.value)
