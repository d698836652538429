"""Files that a station downloads and uploads: its decisions, in both versions, without a network."""

from hashlib import md5, sha256
from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import FileMoved, GetFile, MoveProblem, PutFile
from mock_csms.station.moving import foreseen
from tests.station.authority import Authority, ec_key, signature
from tests.station.bench import Bench
from tests.station.bench16 import Bench16

URL, FOLDER = "http://127.0.0.1/firmware.bin", "ftp://user:secret@127.0.0.1/logs/"
IMAGE = b"an image"
MAKER = Authority("Maker")
SIGNER = MAKER.issue("Signer", ec_key("Signer").public_key())
FETCHED, FAILED = ["Downloading", "Downloaded"], ["Downloading", "DownloadFailed"]
INSTALLED = ["Installing", "InstallRebooting", "Installed"]
STATUSES = {
    "FirmwareStatusNotification",
    "SignedFirmwareStatusNotification",
    "LogStatusNotification",
    "DiagnosticsStatusNotification",
    "PublishFirmwareStatusNotification",
}


def ended(bench: Bench | Bench16, content: bytes = b"", problem: MoveProblem | None = None) -> None:
    """Let the running transfer end, with these bytes or with a problem."""
    act = bench.files.pop()
    assert not bench.files
    sums = (sha256(content).digest(), md5(content).hexdigest(), len(content))
    bench.tell(FileMoved(act.alarm, act.number, problem, "", *sums))


def told(bench: Bench | Bench16) -> list[str]:
    """Return the statuses that were reported."""
    return [payload["status"] for _, payload in bench.take(*STATUSES)]


def update(bench: Bench, location: str = URL, number: int = 7, **more: Any) -> Any:
    """Send a signed UpdateFirmware to a station of 2.0.1, or a SignedUpdateFirmware to one of 1.6."""
    signed = {"signingCertificate": SIGNER, "signature": signature(ec_key("Signer"), IMAGE)}
    firmware = {"location": location, "retrieveDateTime": bench.at(0), **signed}
    action = "UpdateFirmware" if type(bench) is Bench else "SignedUpdateFirmware"
    return bench.status(action, {"requestId": number, "firmware": firmware, **more})


def get_log(bench: Bench | Bench16, number: int = 7, **more: Any) -> Json:
    """Send a GetLog."""
    log = {"remoteLocation": FOLDER}
    return bench.ask("GetLog", {"logType": "DiagnosticsLog", "requestId": number, "log": log, **more})


@pytest.fixture(params=[Bench, Bench16], ids=["2.0.1", "1.6"])
def bench(request: pytest.FixtureRequest) -> Any:
    """A station of each version that trusts a manufacturer."""
    bench = request.param()
    bench.ask("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": MAKER.root})
    return bench


@pytest.mark.parametrize(
    ("image", "statuses"),
    [
        (IMAGE, [*FETCHED, "SignatureVerified", *INSTALLED]),
        (b"another image", [*FETCHED, "InvalidSignature"]),
    ],
)
def test_the_image_itself_is_verified(bench: Any, image: bytes, statuses: list[str]) -> None:
    """The signature must fit the downloaded bytes; nothing follows Downloading before they have come (L01)."""
    assert update(bench) == "Accepted"
    bench.wait(100)
    assert told(bench) == ["Downloading"]
    ended(bench, image)
    bench.wait(100)
    assert told(bench) == statuses[1:]


def test_an_empty_image_is_not_installed(bench: Any) -> None:
    """An image without bytes has a right signature, but cannot be installed; connectors become Available again."""
    signed = {"signingCertificate": SIGNER, "signature": signature(ec_key("Signer"), b"")}
    firmware = {"location": URL, "retrieveDateTime": bench.at(0), **signed}
    action = "UpdateFirmware" if type(bench) is Bench else "SignedUpdateFirmware"
    bench.ask(action, {"requestId": 7, "firmware": firmware})
    bench.wait(1)
    ended(bench)
    bench.wait(100)
    assert told(bench) == [*FETCHED, "SignatureVerified", "Installing", "InstallVerificationFailed"]
    assert "Unavailable" not in bench.device.reported.values()


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_download_is_retried(bench: Any, retries: int) -> None:
    """A failed download is tried again as often as the command says, at its interval; then it is DownloadFailed."""
    update(bench, retries=retries, retryInterval=20)
    bench.wait(1)
    for _ in range(retries):
        ended(bench, problem=MoveProblem.FAILED)
        bench.wait(19.9)
        assert bench.files == []
        bench.wait(0.2)
        assert len(bench.files) == 1
    ended(bench, problem=MoveProblem.FAILED)
    bench.wait(100)
    assert (told(bench), bench.files) == (FAILED, [])


def test_a_later_attempt_succeeds(bench: Any) -> None:
    """After a successful retry the update continues as usual."""
    update(bench, retries=1, retryInterval=5)
    bench.wait(1)
    ended(bench, problem=MoveProblem.DENIED)
    bench.wait(6)
    ended(bench, IMAGE)
    bench.wait(100)
    assert told(bench) == [*FETCHED, "SignatureVerified", *INSTALLED]


def test_a_second_update_gives_up_the_first_download(bench: Any) -> None:
    """The result of a download that was given up changes nothing."""
    update(bench)
    bench.wait(1)
    [first] = bench.files
    bench.files.clear()
    assert update(bench, number=8) == "AcceptedCanceled"
    bench.wait(1)
    bench.tell(FileMoved(first.alarm, first.number, None, "", b"", "", 5))
    told(bench)
    ended(bench, IMAGE)
    bench.wait(2)
    assert "Downloaded" in told(bench)


def test_a_download_begins_again_after_a_reboot(bench: Any) -> None:
    """A download that a reboot has interrupted starts again; the result of the first attempt is ignored."""
    update(bench)
    bench.wait(1)
    [first] = bench.files
    bench.files.clear()
    bench.restart()
    bench.wait(5)
    [second] = bench.files
    assert (second.location, second.number != first.number) == (URL, True)
    bench.tell(FileMoved(first.alarm, first.number, MoveProblem.FAILED))
    ended(bench, IMAGE)
    bench.wait(1)
    assert told(bench) == FETCHED


UPLOADS = {
    None: "Uploaded",
    MoveProblem.FAILED: "UploadFailure",
    MoveProblem.DENIED: "PermissionDenied",
    MoveProblem.UNSUPPORTED: "NotSupportedOperation",
    MoveProblem.MALFORMED: "BadMessage",
}


@pytest.mark.parametrize(("problem", "status"), UPLOADS.items())
def test_a_log_is_put(bench: Any, problem: MoveProblem | None, status: str) -> None:
    """A log is uploaded under the name in the answer, and the status has the result (N01)."""
    name = get_log(bench)["filename"]
    bench.wait(100)
    [act] = bench.files
    assert isinstance(act, PutFile)
    assert (act.location, act.name) == (FOLDER, name)
    assert act.content.startswith(b"2026-")
    assert told(bench) == ["Uploading"]
    ended(bench, problem=problem)
    assert told(bench) == [status]


def test_an_upload_is_retried(bench: Any) -> None:
    """A failed upload is tried again as often as the command says, at its interval (N01, TC_N_26)."""
    get_log(bench, retries=3, retryInterval=10)
    bench.wait(1)
    for _ in range(3):
        ended(bench, problem=MoveProblem.DENIED)
        bench.wait(9.9)
        assert bench.files == []
        bench.wait(0.2)
    ended(bench, problem=MoveProblem.DENIED)
    assert (told(bench), bench.files) == (["Uploading", "PermissionDenied"], [])


def test_diagnostics_of_16() -> None:
    """GetDiagnostics uploads a file too; every problem leads to UploadFailed."""
    bench = Bench16()
    for problem, status in ((None, "Uploaded"), (MoveProblem.DENIED, "UploadFailed")):
        bench.ask("GetDiagnostics", {"location": FOLDER})
        bench.wait(1)
        assert bench.files[0].name == "diagnostics.log"
        ended(bench, problem=problem)
        assert told(bench) == ["Uploading", status]


def test_an_unsigned_update_of_16() -> None:
    """UpdateFirmware without a signature downloads the image, and installs it unless it is empty."""
    for image, last in ((IMAGE, "Installed"), (b"", "InstallationFailed")):
        bench = Bench16()
        bench.ask("UpdateFirmware", {"location": URL, "retrieveDate": bench.at(0)})
        bench.wait(1)
        ended(bench, image)
        bench.wait(100)
        assert told(bench) == [*FETCHED, "Installing", last]


@pytest.mark.parametrize(
    ("image", "statuses"),
    [
        (IMAGE, ["Downloading", "Downloaded", "ChecksumVerified", "Published"]),
        (b"another", ["Downloading", "Downloaded", "InvalidChecksum"]),
    ],
)
def test_published_firmware_has_its_checksum(image: bytes, statuses: list[str]) -> None:
    """PublishFirmware compares the MD5 of the downloaded bytes (L03)."""
    bench = Bench()
    checksum = md5(IMAGE).hexdigest().upper()
    bench.ask("PublishFirmware", {"requestId": 7, "location": URL, "checksum": checksum})
    ended(bench, image)
    bench.wait(100)
    assert told(bench) == statuses


@pytest.mark.parametrize(
    ("location", "is_real"),
    [
        ("http://127.0.0.1/x", True),
        ("HTTPS://[::1]:1/x", True),
        ("ftp://a.example/", True),
        ("sftp://user@host/x", True),
        ("http://x.invalid/x", False),
        ("http://INVALID/x", False),
        ("http://x.invalid.example/x", True),
        ("gopher://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("/etc/passwd", False),
        ("http://host:port/", False),
    ],
)
def test_which_transfers_are_real(location: str, is_real: bool) -> None:
    """Only locations with a host and a known protocol are real; a host `.invalid` is never looked up."""
    assert (foreseen(location, ("x",)) is None) is is_real


def test_a_download_is_an_act() -> None:
    """The station requests the location exactly as the command has it."""
    bench = Bench16()
    bench.ask("UpdateFirmware", {"location": URL, "retrieveDate": bench.at(0)})
    bench.wait(1)
    [act] = bench.files
    assert isinstance(act, GetFile)
    assert act.location == URL
