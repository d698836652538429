"""Wrong settings of OCPI are refused with one line that names them."""

from pathlib import Path
from typing import Any

import pytest

from mock_csms.control.python import Csms
from mock_csms.settings import Config
from mock_csms.settings.checking import check
from mock_csms.settings.flags import Source, read
from mock_csms.settings.roaming import GivenPeer
from tests.raw import refused

PEER = """
[[peer]]
party = "{party}"
role = "{role}"
token = "{token}"
their-token = "token-b"
versions = "{versions}"
"""
RIGHT = {"party": "DE*EMS", "role": "EMSP", "token": "token-c", "versions": "http://127.0.0.1:1/versions"}


def config(**values: Any) -> Config:
    """Return the settings with these values of flags, checked."""
    found = read(Config, [Source({"ocpi": "0", **values})])
    check(found)
    return found


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"ocpi": "x"}, r"--ocpi: 'x' is not \[HOST:\]PORT"),
        *(({"ocpi_party": text}, "--ocpi-party: '.*' is not CC") for text in ("NL", "NLD*MOC", "N1*MOC", "NL*MO-", "")),
        *(
            ({"ocpi_url": text}, "--ocpi-url: .* is not a URL")
            for text in ("cpo.example", "ftp://cpo.example", "http://a?b")
        ),
        *(({"ocpi_token_a": [text]}, "--ocpi-token-a: a credentials token has") for text in ("", "a b", "ä", "x" * 65)),
        ({"ocpi_peer": "http://127.0.0.1:1"}, "--ocpi-peer needs --ocpi-peer-token"),
        ({"ocpi_peer": "127.0.0.1:1", "ocpi_peer_token": "x"}, "--ocpi-peer: .* is not a URL"),
        ({"ocpi_peer_token": "x"}, "--ocpi-peer-token needs --ocpi-peer"),
        ({"ocpi_registered": "/nowhere/peers.toml"}, "--ocpi-registered: /nowhere/peers.toml"),
        ({"ocpi_renew": "0"}, "--ocpi-renew: "),
    ],
)
def test_wrong_values(values: dict[str, Any], problem: str) -> None:
    """Each wrong value is refused, and the flag is named."""
    with pytest.raises(ValueError, match=problem) as raised:
        config(**values)
    assert "\n" not in str(raised.value)


def test_parties_are_written_in_several_ways() -> None:
    """The asterisk is optional, and small letters become capital ones."""
    assert {config(ocpi_party=text).ocpi_party for text in ("BE*ABC", "be*abc", "BEABC")} == {"BE*ABC"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"party": "DE"}, "'DE' is not CC"),
        ({"role": "DRIVER"}, "'DRIVER' is not one of CPO, EMSP"),
        ({"token": "hidden word"}, "a credentials token has 1 to 64 characters"),
        ({"versions": "versions"}, "'versions' is not a URL"),
        ({"role": 'EMSP"\nhair = "long'}, "hair"),
        ({"role": "EMSP\nx"}, "not TOML"),
    ],
)
def test_wrong_files_of_registrations(changes: dict[str, str], problem: str, tmp_path: Path) -> None:
    """The error names the file, and does not have the token."""
    file = tmp_path / "peers.toml"
    file.write_text(PEER.format(**RIGHT))
    assert config(ocpi_registered=str(file)).ocpi_registered == (
        GivenPeer(party="DE*EMS", token="token-c", their_token="token-b", versions=RIGHT["versions"]),
    )
    file.write_text(PEER.format(**RIGHT | changes))
    with pytest.raises(ValueError, match=problem) as raised:
        config(ocpi_registered=str(file))
    assert str(file) in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_the_command_line_refuses_them() -> None:
    """The program prints one line and ends with status 2."""
    refused(["--ocpi", "0", "--ocpi-party", "X"], "--ocpi-party", "CC*PID")
    refused(["--ocpi-party", "NL*ABC"], "--ocpi-party", "needs", "--ocpi")


def test_python_programs_get_no_ocpi() -> None:
    """A Python program is told that only the command line serves OCPI."""
    with pytest.raises(ValueError, match="ocpi works on the command line only"):
        Csms(ocpi="0")
