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
    assert read_options(given(station="CS-1")).settings == {}
    assert read_options(given(station="CS-1", files=f"{tmp_path}")).settings == {"files": f"{tmp_path}"}
    listening = given(station="CS-1", files=f"{tmp_path}", files_listen=["ftp://0"])
    assert read_options(listening).settings == {"files": f"{tmp_path}", "files_listen": ["ftp://0"]}


def test_the_password_and_tls(tmp_path: Path) -> None:
    """--password-file is read, and --tls becomes settings of the mock; they provide what cases need."""
    file = tmp_path / "password.txt"
    file.write_text("a-password-of-16\nand more\n", encoding="utf-8")
    options = read_options(given(station="CS-1", password_file=f"{file}", tls=f"{tmp_path}"))
    assert options.profile.password == "a-password-of-16"
    assert options.settings == {"tls": "auto", "state_dir": f"{tmp_path}"}
    assert [*options.means] == ["password", "tls", "certificate"]
    assert [*read_options(given(station="CS-1")).means] == []
    assert [*read_options(given(station="CS-1", for_good=True)).means] == ["for-good"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"password_file": "no/such/file"}, "--password-file: .*no/such/file"),
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
