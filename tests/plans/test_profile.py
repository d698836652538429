"""The profile of a station under test: reading and writing its file, and errors in it."""

from pathlib import Path

import pytest

from mock_csms.plans.profile import Profile, Timeouts, read_profile
from mock_csms.plans.profile_text import profile_text
from mock_csms.plans.v2.learning import Learned

FILE = """
identity = "CS 7"
connectors = [2, 1]
features = ["C-13", "HFS-2"]
authorization = "remote"
firmware = "https://files/1.2.bin"
url = "ws://10.0.0.2:9000"
slots = [3, 4]
interface = "Wireless1"
[tokens]
valid = "TAG1:eMAID"
blocked = "urn:9:ISO14443"
[timeouts]
boot = 12
tolerance = 0.5
"""


def profile(tmp_path: Path, text: str) -> Profile:
    """Return the profile in a file with this text."""
    path = tmp_path / "station.toml"
    path.write_text(text)
    return read_profile(str(path))


def test_a_profile_file_is_read(tmp_path: Path) -> None:
    """Settings that the file has are read, and all others have defaults."""
    read = profile(tmp_path, FILE)
    assert (read.identity, read.authorization) == ("CS 7", "remote")
    assert (read.firmware, read.logs) == ("https://files/1.2.bin", "")
    assert (read.url, read.slots, read.interface) == ("ws://10.0.0.2:9000", (3, 4), "Wireless1")
    assert read.places == [(1, 1), (1, 2), (2, 1)]
    assert read.tokens["valid"] == {"idToken": "TAG1", "type": "eMAID"}
    assert read.tokens["blocked"] == {"idToken": "urn:9", "type": "ISO14443"}
    assert read.tokens["expired"] == {"idToken": "expired_token", "type": "ISO14443"}
    assert (read.timeouts.boot, read.timeouts.tolerance, read.timeouts.message) == (12, 0.5, 30)


def test_profiles_are_written_and_read(tmp_path: Path) -> None:
    """Writing a learned or an empty profile and reading it back gives the same profile."""
    features = frozenset({"C-13", "AS-2", "HFS-2"})
    known = Profile('CS "7"', (2, 1), features, timeouts=Timeouts(message=12, boot=200.5), slots=(3,))
    reasons = {"message": "one variable", "boot": "another"}
    text = profile_text(Learned(known, frozenset({"C-49"}), reasons, 'a "vendor"\nof = "lines"'))
    assert profile(tmp_path, text) == known
    assert "it has none of C-49." in text
    assert profile(tmp_path, profile_text()) == Profile("CS-1")


def test_the_features_of_a_profile(tmp_path: Path) -> None:
    """`has` looks for the feature in the profile; two EVSEs imply HFS-8."""
    read = profile(tmp_path, FILE)
    assert [feature for feature in ("C-13", "C-14", "HFS-2", "HFS-8") if read.has(feature)] == [
        "C-13",
        "HFS-2",
        "HFS-8",
    ]
    assert not Profile("CS-1").has("HFS-8")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("connectors = [1]", "'identity' is missing"),
        ("identity = 7", "identity = 7: must be a string"),
        ("identity = ''", "must not be empty"),
        ("identity = 'A'\nconnector = [1]", "unknown key 'connector'; did you mean 'connectors'?"),
        ("identity = 'A'\nconnectors = []", "must be a list with the number of connectors"),
        ("identity = 'A'\nconnectors = [true]", "must be a list with the number of connectors"),
        ("identity = 'A'\nfeatures = 'C-13'", "must be a list of strings"),
        ("identity = 'A'\nfeatures = ['13']", "'13' is not a feature"),
        ("identity = 'A'\nauthorization = 'by card'", "'by card' is not one of local, remote"),
        ("identity = 'A'\ntokens.vlaid = 'T'", "unknown key 'vlaid'; did you mean 'valid'?"),
        ("identity = 'A'\ntokens.valid = 'T:RFID'", "'RFID' is not one of"),
        ("identity = 'A'\ntokens.valid = 7", "must be a string"),
        ("identity = 'A'\ntokens = []", "must be a table"),
        ("identity = 'A'\ntimeouts = 5", "must be a table"),
        ("identity = 'A'\ntimeouts.boot = -1", "must be a number of seconds"),
        ("identity = 'A'\ntimeouts.boot = '1'", "must be a number of seconds"),
        ("identity = 'A'\ntimeouts.boots = 1", "unknown key 'boots'; did you mean 'boot'?"),
        ("identity", "station.toml: "),
    ],
)
def test_errors_are_one_line(tmp_path: Path, text: str, problem: str) -> None:
    """An error is one line that begins with the name of the file."""
    with pytest.raises(ValueError, match=r"\A[^\n]*station\.toml: [^\n]+\Z") as error:
        profile(tmp_path, text)
    assert problem in str(error.value)
