"""The files of the test authority that `mock-csms pki` and `--tls auto` write, verified by `openssl`."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mock_csms.runtime.pki.folder import OTHER_ROOT, PkiFolder
from mock_csms.runtime.pki.wrong import DAY, OF_SERVER, OF_STATION
from tests.raw import run

NOW = 1_800_000_000.0
"""The time at which the folder of most tests is made, in seconds since 1970."""
NAMES = ("localhost", "127.0.0.1", "::1")

PROBLEMS = {
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "unknown-root": "self-signed certificate in certificate chain",
    "self-signed": "self-signed certificate",
    "incomplete-chain": "unable to get local issuer certificate",
    "weak-key": "EE certificate key too weak",
    "sha1": "CA signature digest algorithm too weak",
    "wrong-name": "hostname mismatch",
}
"""What `openssl verify` says about each wrong certificate."""


def openssl(*words: str) -> str:
    """Return what openssl prints on stdout and stderr."""
    ended = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    return ended.stdout + ended.stderr


def verified(path: Path, root: Path, *more: str) -> str:
    """Return what a strict `openssl verify` says about a certificate chain, at the time NOW."""
    how = ["-CAfile", str(root), "-untrusted", str(path), "-attime", f"{NOW:.0f}", "-auth_level", "2", *more]
    return openssl("verify", *how, str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with all files."""
    path = tmp_path_factory.mktemp("pki")
    made = PkiFolder(str(path), NAMES, NOW)
    made.make()
    made.make_wrong([*OF_SERVER, OTHER_ROOT])
    made.make_wrong_stations()
    return path


def test_right_certificates_are_right(folder: Path) -> None:
    """The server certificates are valid for their names, and the station's certificate for a client."""
    for name in ("server-rsa", "server-ec"):
        for how in (["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]):
            output = verified(folder / f"{name}.pem", folder / "root.pem", "-purpose", "sslserver", *how)
            assert output.endswith(": OK\n"), output
    assert verified(folder / "station.pem", folder / "root.pem", "-purpose", "sslclient").endswith(": OK\n")


def test_the_station_certificate_obeys_part_2(folder: Path) -> None:
    """The station's certificate has operator, serial number and EC key, no key usage or DNS name (A00.FR.513)."""
    output = openssl("x509", "-in", str(folder / "station.pem"), "-noout", "-text")
    assert "Subject: O = mock-csms, CN = MOCK-0001" in output
    assert "prime256v1" in output
    assert not re.search("Extended Key Usage|DNS:", output)


@pytest.mark.parametrize("kind", OF_SERVER)
def test_each_wrong_server_certificate_is_refused(folder: Path, kind: str) -> None:
    """openssl refuses each wrong server certificate for the reason in its name."""
    for name in (kind, f"{kind}-ec"):
        path = folder / "wrong" / f"{name}.pem"
        if name != "weak-key-ec":
            output = verified(path, folder / "root.pem", "-purpose", "sslserver", "-verify_hostname", "localhost")
            assert PROBLEMS[kind] in output, output


@pytest.mark.parametrize("kind", OF_STATION)
def test_each_wrong_station_certificate_is_refused(folder: Path, kind: str) -> None:
    """openssl refuses each wrong station certificate, unless only its subject is wrong, which openssl cannot know."""
    output = verified(folder / "wrong" / f"station-{kind}.pem", folder / "root.pem", "-purpose", "sslclient")
    assert PROBLEMS.get(kind, ": OK") in output, output


def test_the_certificate_of_the_other_root(folder: Path) -> None:
    """The certificate signed by the other root is valid only for a client that trusts that root."""
    path = folder / "wrong" / "other-root.pem"
    assert verified(path, folder / "other-root.pem", "-verify_hostname", "localhost").endswith(": OK\n")
    assert PROBLEMS["unknown-root"] in verified(path, folder / "root.pem")


def test_each_root_is_signed_by_the_other(folder: Path) -> None:
    """A client that trusts one root can verify the other one, and then the certificates below that."""
    for name, other in (("root", OTHER_ROOT), (OTHER_ROOT, "root")):
        signed = folder / f"{name}-signed.pem"
        assert verified(signed, folder / f"{other}.pem").endswith(": OK\n")
        assert PROBLEMS["incomplete-chain"] in verified(signed, folder / f"{name}.pem")
    for path, name in ((folder / "server-ec.pem", "root"), (folder / "wrong" / "other-root.pem", OTHER_ROOT)):
        assert verified(path, folder / f"{name}-signed.pem", "-partial_chain").endswith(": OK\n")


def test_every_key_fits_its_certificate_and_is_private(folder: Path) -> None:
    """Each certificate has a file with its key beside it, which only the user may read."""
    for path in [*folder.glob("*.pem"), *folder.glob("wrong/*.pem")]:
        key = path.with_suffix(".key")
        wanted = openssl("x509", "-in", str(path), "-noout", "-pubkey")
        assert openssl("pkey", "-in", str(key), "-pubout") == wanted
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the directory, for a test that changes it."""
    return Path(shutil.copytree(folder, tmp_path / "own"))


def contents(path: Path) -> dict[str, bytes]:
    """Return the content of each file of a directory."""
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def test_valid_files_are_kept(own: Path) -> None:
    """A second run changes no file; a new name or the end of validity renews only certificates, not the root."""
    path = str(own)
    first = contents(own)
    PkiFolder(path, NAMES[:2], NOW + DAY).make()
    assert contents(own) == first
    PkiFolder(path, ("csms.example", *NAMES), NOW).make()
    second = contents(own)
    assert {name for name in first if first[name] != second[name]} == {"server-rsa.pem", "server-ec.pem"}
    PkiFolder(path, NAMES, NOW + 340 * DAY).make()
    third = contents(own)
    assert {name for name in first if second[name] != third[name]} == {
        "server-rsa.pem",
        "server-ec.pem",
        "station.pem",
    }


def test_a_lost_root_is_replaced(own: Path) -> None:
    """If the root is lost, all certificates are made again, so that the new root verifies all of them."""
    (own / "root.pem").unlink()
    PkiFolder(str(own), NAMES, NOW).make()
    for name in ("server-rsa", "server-ec", "station"):
        assert verified(own / f"{name}.pem", own / "root.pem").endswith(": OK\n")


def test_the_pki_command(tmp_path: Path) -> None:
    """`mock-csms pki DIR` writes the files, with the names and the station of its flags."""
    path = tmp_path / "new" / "pki"
    flags = ["--tls-name", "csms.example", "--tls-name", "192.0.2.7", "--serial-number", "SN-7", "--organization", "Op"]
    ended = run("pki", str(path), *flags)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"{path}/root.pem: the root that stations have to trust\n" in ended.stdout
    output = openssl("x509", "-in", str(path / "server-ec.pem"), "-noout", "-subject", "-ext", "subjectAltName")
    assert "CN = csms.example\n" in output
    assert "DNS:csms.example, IP Address:192.0.2.7, DNS:localhost, IP Address:127.0.0.1" in output
    assert "O = Op, CN = SN-7\n" in openssl("x509", "-in", str(path / "station.pem"), "-noout", "-subject")


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (["pki"], 2, "DIR"),
        (["pki", ""], 2, "must not be empty"),
        (["pki", "d", "--tls-name", "a b"], 2, "--tls-name: 'a b' is neither a host name nor an IP address"),
        (["pki", "/dev/null/x"], 3, "/dev/null/x: Not a directory"),
        (["--tls", "auto"], 2, "--tls needs --state-dir"),
        (["--tls", "manual"], 2, "--tls: 'manual' is not one of auto"),
        (["--tls-name", "x"], 2, "--tls-name needs --tls"),
    ],
)
def test_bad_input(words: list[str], status: int, expected: str, tmp_path: Path) -> None:
    """An invalid command line gets one line and status 2; an unusable directory gets status 3."""
    ended = run(*words)
    assert ended.returncode == status
    assert expected in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_damaged_file_is_named(own: Path) -> None:
    """A file that is not a certificate causes an error that names it, and is not changed."""
    damaged = own / "root.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    ended = run("pki", str(own), LC_ALL="C")
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert f"{damaged}: it is no certificate in PEM" in ended.stderr
    assert "nonsense" in damaged.read_text()


def test_no_certificate_library_is_loaded_without_tls() -> None:
    """Without the flags for TLS no library for certificates is loaded. (asyncio itself loads `ssl`.)"""
    code = (
        "import sys, mock_csms.commands.serve, mock_csms.commands.cli; "
        "print(sorted({'cryptography', 'OpenSSL', 'mock_csms.runtime.pki.making', 'mock_csms.runtime.transport.tls'} "
        "& sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
