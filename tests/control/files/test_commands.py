"""Commands about files, with --files and without it."""

import asyncio
import json
from base64 import b64decode
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from mock_csms.control.files.serving import url_for
from mock_csms.control.python import Csms
from mock_csms.protocol.versions import Version, versions
from mock_csms.settings.control import Address
from mock_csms.settings.files import FilesAddress

CONTENT, OTHER = b"a firmware", b"another one, which is newer"


async def command(csms: Csms, version: Version, action: str, payload: Any = None, identity: str = "CS 1") -> Any:
    """Send a command to a station, and return its payload, which fits its schema."""
    protocols = [Subprotocol(f"ocpp{version.name}")]
    url = f"{csms.url}/{identity.replace(' ', '%20')}"
    async with connect(url, subprotocols=protocols, ping_interval=None, proxy=None) as station:
        sent = asyncio.ensure_future(csms.call(identity, action, payload))
        _, id_, name, got = json.loads(await station.recv())
        await station.send(json.dumps([4, id_, "NotSupported", "", {}]))
        await asyncio.gather(sent, return_exceptions=True)
    assert (name, version.schemas.request_violations(action, got)) == (action, ())
    return got


def folder(path: Path) -> str:
    """Make a folder with two files."""
    (path / "firmware.bin").write_bytes(CONTENT)
    (path / "other file.bin").write_bytes(OTHER)
    return str(path)


def check_signature(firmware: dict[str, Any], content: bytes, root: str) -> None:
    """Check that a signature is right for some bytes, and that the root itself has issued its certificate."""
    certificate = x509.load_pem_x509_certificate(firmware["signingCertificate"].encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(root.encode()))
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(b64decode(firmware["signature"]), content, PSS(MGF1(SHA256()), PSS.AUTO), SHA256())


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
async def test_firmware(version: Version, tmp_path: Path) -> None:
    """Commands have the location of the firmware, which can be downloaded, its signature, and its checksum."""
    async with Csms(files=folder(tmp_path)) as csms:
        url = f"{csms.file_urls[0]}/firmware.bin"
        update = await command(csms, version, "UpdateFirmware")
        if version.name == "1.6":
            assert update["location"] == url
            update = await command(csms, version, "SignedUpdateFirmware")
        else:
            publish = await command(csms, version, "PublishFirmware")
            checksum = md5(CONTENT).hexdigest()
            assert (publish["location"], publish["checksum"]) == (url, checksum)
            assert await command(csms, version, "UnpublishFirmware") == {"checksum": checksum}
        assert update["firmware"]["location"] == url
        root = (await command(csms, version, "InstallCertificate"))["certificate"]
        check_signature(update["firmware"], CONTENT, root)
        async with httpx.AsyncClient() as client:
            assert (await client.get(url)).content == CONTENT


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
async def test_logs(version: Version, tmp_path: Path) -> None:
    """Commands have an upload folder for each station, and the events about uploads there name the station."""
    async with Csms(files=folder(tmp_path)) as csms:
        url = f"{csms.file_urls[0]}/uploads/CS%201/"
        assert (await command(csms, version, "GetLog"))["log"]["remoteLocation"] == url
        if version.name == "1.6":
            assert (await command(csms, version, "GetDiagnostics"))["location"] == url
        async with httpx.AsyncClient() as client:
            assert (await client.put(f"{url}a.log", content=CONTENT)).status_code == 201
        assert (tmp_path / "uploads/CS_1/a.log").read_bytes() == CONTENT
        about = [line for line in csms.lines() if "a.log" in line]
        assert [line.split(" ", 1)[1].startswith("CS 1 ") for line in about] == [True, True]


async def test_own_locations(tmp_path: Path) -> None:
    """A location from the user is sent unchanged; each file of the folder has its signature; null removes a field."""
    [v201] = [version for version in versions() if version.name == "2.0.1"]
    async with Csms(files=folder(tmp_path)) as csms:

        async def firmware(**fields: Any) -> Any:
            return (await command(csms, v201, "UpdateFirmware", {"firmware": fields}))["firmware"]

        elsewhere = await firmware(location="https://example.com/x.bin")
        assert elsewhere.keys() == {"location", "retrieveDateTime"}
        other = await firmware(location="{{files}}/other%20file.bin")
        assert other["location"] == f"{csms.file_urls[0]}/other%20file.bin"
        check_signature(other, OTHER, (await command(csms, v201, "InstallCertificate"))["certificate"])
        bare = await firmware(signature=None, signingCertificate=None)
        assert bare.keys() == {"location", "retrieveDateTime"}
        assert (await firmware(signature="own"))["signature"] == "own"
        (tmp_path / "firmware.bin").unlink()
        assert (await firmware())["location"] == f"{csms.file_urls[0]}/other%20file.bin"
        (tmp_path / "other file.bin").unlink()
        assert (await firmware()).keys() == {"location", "retrieveDateTime"}


async def test_without_files() -> None:
    """Without --files commands have the default locations, which lead nowhere."""
    async with Csms() as csms:
        assert csms.file_urls == ()
        for version in versions():
            for action in ("UpdateFirmware", "GetLog"):
                assert ".invalid/" in json.dumps(await command(csms, version, action))


@pytest.mark.parametrize(
    ("served", "mock", "url"),
    [
        ("http://127.0.0.1:80", "ws://127.0.0.1:9000", "http://127.0.0.1:80"),
        ("http://127.0.0.1:80", "wss://127.0.0.1:9000", "https://127.0.0.1:80"),
        ("http://0.0.0.0:80", "ws://192.0.2.1:9000", "http://192.0.2.1:80"),
        ("http://*:80", "wss://csms.example:9000", "https://csms.example:80"),
        ("ftp://*:21", "wss://[2001:db8::1]:9000", "ftp://[2001:db8::1]:21"),
        ("sftp://192.0.2.2:22", "ws://127.0.0.1:9000", "sftp://192.0.2.2:22"),
    ],
)
def test_the_url_for_a_station(served: str, mock: str, url: str) -> None:
    """The URL uses TLS if the station does; a server on all addresses is named by the host that the station uses."""
    scheme, _, address = served.partition("://")
    host, _, port = address.rpartition(":")
    assert url_for(FilesAddress(scheme, Address(host, int(port))), mock) == url


async def test_the_login_is_masked(tmp_path: Path) -> None:
    """Stations get the user and the password in the URL; no log line and no record contains them."""
    async with Csms(files=folder(tmp_path), files_auth="someone:hidden/word-1") as csms:
        log = (await command(csms, next(iter(versions())), "GetLog"))["log"]
        assert log["remoteLocation"].startswith("http://someone:hidden%2Fword-1@127.0.0.1:")
        assert [url for url in csms.file_urls if "someone" in url] == []
        shown = "\n".join([*csms.lines(), *(message.text for message in csms.messages)])
        assert "http://*******:" in shown
        assert [text for text in ("hidden", "someone") if text in shown] == []


def test_the_login_is_in_the_url() -> None:
    """The user and the password are escaped in the URL."""
    served = FilesAddress("ftp", Address("127.0.0.1", 21))
    assert url_for(served, "ws://127.0.0.1:9000", ("a@b", "c/d")) == "ftp://a%40b:c%2Fd@127.0.0.1:21"
