"""Black-box tests of TLS: the program as a process, with the clients of Python's `ssl`, openssl and Node."""

import asyncio
import shutil
import ssl
import subprocess
from base64 import b64encode
from pathlib import Path

import orjson
import pytest
from websockets.exceptions import WebSocketException

from mock_csms.station.cues import FileMoved, GetFile, MoveProblem
from mock_csms.station.transfers.moving import move
from tests.pki import flags, folder, s_client, strict
from tests.raw import refused, run, until
from tests.station.sites import site_at
from tests.wire import HANDSHAKE, PATIENCE, Mock

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""The cipher suites of A00.FR.319."""
REFUSED = (WebSocketException, OSError, EOFError)
"""What a refused client may raise; which one depends on which side closes first."""
NODE = shutil.which("node")


async def wait_for_log(mock: Mock, text: str) -> None:
    """Wait until the log of the mock contains this text."""
    await until(lambda: text in mock.log)


def tls12(suite: str) -> ssl.SSLContext:
    """Return the context of a strict client with TLS 1.2 and only this cipher suite."""
    context = strict(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite)
    return context


async def test_one_port_serves_ws_and_wss() -> None:
    """With --tls auto stations can connect with wss:// and with ws:// to the same port, and the log shows TLS."""
    async with Mock(*flags()) as mock:
        assert mock.url == f"wss://127.0.0.1:{mock.port}"
        async with mock.station(tls=strict()) as secure:
            assert "currentTime" in await secure.ask("Heartbeat")
        async with mock.raw() as plain:
            await plain.write(b"\x88\x80\0\0\0\0")
        await wait_for_log(mock, "RAW         disconnected")
        assert f"listening                    on wss://127.0.0.1:{mock.port}" in mock.log
        assert mock.log.count("TLS                          TLSv1.3 TLS_AES_256_GCM_SHA384\n") == 1


async def test_the_suites_of_part_2() -> None:
    """A station with TLS 1.2 and only one of the four suites can connect."""
    async with Mock(*flags()) as mock:
        for suite in SUITES:
            async with mock.station(tls=tls12(suite)) as station:
                await station.ask("Heartbeat")
            await wait_for_log(mock, f"TLSv1.2 {suite}\n")


async def test_a_client_of_node() -> None:
    """Node accepts the mock if it trusts the root of --tls auto, and otherwise refuses it, which the mock logs."""
    if NODE is None:
        pytest.skip("Node is not installed")
    code = (
        "const tls = require('tls'), fs = require('fs');"
        "const [port, ca] = process.argv.slice(1);"
        "const socket = tls.connect({port, host: 'localhost', ca: ca ? fs.readFileSync(ca) : undefined},"
        " () => { console.log(socket.getProtocol(), socket.authorized); socket.end(); });"
        "socket.on('error', error => console.log(error.code));"
    )
    async with Mock(*flags()) as mock:
        for ca, expected in ((str(folder() / "root.pem"), "TLSv1.3 true\n"), ("", "SELF_SIGNED_CERT_IN_CHAIN\n")):
            command = [NODE, "-e", code, mock.port, ca]
            ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE)
            assert (ended.stdout in (expected, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY\n"), ended.stderr) == (True, "")
        await wait_for_log(mock, "TLS failed")


async def test_a_key_update() -> None:
    """A station may update the keys of TLS 1.3 during a connection."""
    async with Mock(*flags()) as mock:
        words = ["openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", f"localhost:{mock.port}"]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as client:
            assert client.stdin
            assert client.stdout
            await wait_for_log(mock, "TLSv1.3")
            for line in (b"K\n", b"k\n", b"GET /healthz HTTP/1.1\r\n", b"Host: x\r\n\r\n"):
                client.stdin.write(line)
                client.stdin.flush()
                await asyncio.sleep(0.1)
            output = await asyncio.to_thread(client.stdout.readline)
            client.kill()
        assert output == b"HTTP/1.1 200 OK\r\n"


async def test_the_alert_of_a_station_is_explained() -> None:
    """If a station does not trust the mock, the log has the name and the meaning of its alert."""
    async with Mock(*flags()) as mock:
        output = await asyncio.to_thread(s_client, mock.port, "-verify_return_error", root="other-root")
        assert "verify error" in output
        meaning = "the station sent the alert unknown_ca: it does not trust the authority of the mock's certificate"
        await wait_for_log(mock, f"TLS failed                   WARNING: {meaning}")


@pytest.mark.parametrize(
    ("limits", "client", "expected"),
    [
        (["--tls-max", "1.2"], ["-tls1_3"], "the station offers no version of TLS that the mock accepts"),
        (["--tls-min", "1.3"], ["-tls1_2"], "the station offers no version of TLS that the mock accepts"),
        (
            [],
            ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            "no version of TLS that the mock accepts (alert protocol_version)",
        ),
        (["--tls-min", "1.0"], ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "TLSv1.1 "),
        (["--tls-max", "1.2"], [], "TLSv1.2 "),
        ([], ["-tls1_2", "-cipher", "AES128-SHA"], "the station offers no cipher suite that the mock accepts"),
    ],
)
async def test_versions(limits: list[str], client: list[str], expected: str) -> None:
    """--tls-min and --tls-max limit the TLS versions; the log explains why a handshake failed."""
    async with Mock(*flags(), *limits) as mock:
        await asyncio.to_thread(s_client, mock.port, *client)
        await wait_for_log(mock, expected)


async def test_certificates_of_the_user(tmp_path: Path) -> None:
    """--tls-cert accepts RSA and ECDSA certificates, with the key in the same file or in one of --tls-key."""
    both = tmp_path / "both.pem"
    both.write_text((folder() / "server-rsa.pem").read_text() + (folder() / "server-rsa.key").read_text())
    ec = str(folder() / "server-ec")
    two = ["--tls-cert", str(folder() / "server-rsa.pem"), "--tls-key", str(folder() / "server-rsa.key")]
    for given, suites in (
        (["--tls-cert", str(both)], SUITES[2:]),
        ([*two, "--tls-cert", f"{ec}.pem", "--tls-key", f"{ec}.key"], SUITES),
    ):
        async with Mock(*given) as mock:
            for suite in suites:
                async with mock.station(tls=tls12(suite)) as station:
                    await station.ask("Heartbeat")


async def test_the_keys_for_wireshark(tmp_path: Path) -> None:
    """--tls-keylog writes the keys of each connection in the format of Wireshark."""
    log = tmp_path / "keys"
    async with Mock(*flags(), "--tls-keylog", str(log)) as mock, mock.station(tls=strict()) as station:
        await station.ask("Heartbeat")
    assert "CLIENT_TRAFFIC_SECRET_0 " in log.read_text()


async def test_tls_auto_creates_an_authority(tmp_path: Path) -> None:
    """--tls auto creates an authority in the state directory, and the next run uses the same one."""
    given = ["--tls", "auto", "--state-dir", str(tmp_path), "--tls-name", "csms.example"]
    roots = []
    for _ in range(2):
        async with Mock(*given) as mock:
            roots.append((tmp_path / "root.pem").read_bytes())
            context = ssl.create_default_context(cafile=str(tmp_path / "root.pem"))
            async with mock.station(tls=context) as station:
                await station.ask("Heartbeat")
    assert roots[0] == roots[1]


# Client certificates.


async def test_a_valid_client_certificate() -> None:
    """The log has the subject, the issuer and the serial number of a station's certificate."""
    async with Mock(*flags()) as mock, mock.station(tls=strict("station")) as station:
        await station.ask("Heartbeat")
        result = (
            "certificate of 'CN=MOCK-0001,O=mock-csms', issued by 'CN=mock-csms test authority,O=mock-csms', serial"
        )
        await wait_for_log(mock, result)


WRONG_CLIENTS = {
    "expired": "certificate has expired (alert certificate_expired)",
    "not-yet-valid": "certificate is not yet valid (alert bad_certificate)",
    "unknown-root": "(alert unknown_ca)",
    "self-signed": "self-signed certificate (alert unknown_ca)",
    "incomplete-chain": "unable to get local issuer certificate (alert unknown_ca)",
    "weak-key": "EE certificate key too weak (alert bad_certificate)",
    "sha1": "CA signature digest algorithm too weak (alert bad_certificate)",
}


@pytest.mark.parametrize("kind", WRONG_CLIENTS)
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_wrong_client_certificate(kind: str, newest: ssl.TLSVersion) -> None:
    """A wrong station certificate is refused, and the log has the reason and the certificate."""
    context = strict(f"wrong/station-{kind}", maximum_version=newest)
    async with Mock(*flags()) as mock:
        with pytest.raises(REFUSED):
            async with mock.station(tls=context) as station:
                await station.ask("Heartbeat")
        await wait_for_log(mock, WRONG_CLIENTS[kind])
        assert "WARNING: the client certificate is not valid: " in mock.log
        assert "; certificate of 'CN=MOCK-0001,O=mock-csms', issued by " in mock.log


@pytest.mark.parametrize("kind", WRONG_CLIENTS)
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_wrong_client_certificate_may_be_accepted(kind: str, newest: ssl.TLSVersion) -> None:
    """With --tls-client accept-and-report a wrong certificate causes a warning and a finding, but no refusal."""
    context = strict(f"wrong/station-{kind}", maximum_version=newest)
    async with Mock(*flags(), "--tls-client", "accept-and-report", "--checks", "T21") as mock:
        async with mock.station(tls=context) as station:
            for _ in range(3):
                await station.ask("Heartbeat")
            big = {"vendorId": "v", "data": "x" * 100_000}
            assert (await station.ask("DataTransfer", big))["status"]
        problem = WRONG_CLIENTS[kind].partition(" (")[0].removeprefix("(alert unknown_ca)")
        await wait_for_log(mock, f"{problem})" if problem else ")\n")
        await wait_for_log(mock, f"the client certificate is not trusted: {problem}")
        async with mock.station(tls=strict("station")) as station:
            await station.ask("Heartbeat")
        async with mock.station(tls=strict()) as station:
            await station.ask("Heartbeat")
        assert mock.log.count("T21") == (
            2 if kind in ("weak-key", "sha1") else 1
        )  # T21 reports the weak algorithm separately


async def test_long_answers_to_a_station_with_a_wrong_certificate() -> None:
    """An accepted station with a wrong certificate can get messages longer than a TLS record."""
    text = "x" * 100_000
    given = ["--tls-client", "accept-and-report", "--reply", "DataTransfer", orjson.dumps({"data": text}).decode()]
    async with Mock(*flags(), *given) as mock, mock.station(tls=strict("wrong/station-expired")) as station:
        assert (await station.ask("DataTransfer", {"vendorId": "v"}))["data"] == text


BASIC = {"Authorization": f"Basic {b64encode(b'CS-1:a-password-of-16').decode()}"}
"""The header with the credentials of a station."""


@pytest.mark.parametrize("profiles", ["1", "2", "3", "1,2", "2,3", "1,3"])
async def test_security_profiles(profiles: str) -> None:
    """Only stations with a profile of --security-profile may connect; profiles 1 and 2 need a password."""
    async with Mock(*flags(), "--security-profile", profiles) as mock:
        mock.url = f"wss://127.0.0.1:{mock.port}"
        for profile, certificate in ((2, ""), (3, "station")):
            if str(profile) in profiles:
                async with mock.station(tls=strict(certificate), headers=BASIC if profile == 2 else {}) as station:
                    await station.ask("Heartbeat")
            elif profile == 2 or "2" not in profiles:
                with pytest.raises(REFUSED):
                    async with mock.station(tls=strict(certificate), headers=BASIC) as station:
                        await station.ask("Heartbeat")
        async with mock.tcp() as plain:
            status, _ = await plain.get("/CS-1", f"{HANDSHAKE}Authorization: {BASIC['Authorization']}\r\n")
            assert status == (101 if "1" in profiles else 403)
        if "1" in profiles:
            async with mock.tcp() as plain:
                assert (await plain.get("/CS-1", HANDSHAKE))[0] == 401


async def test_a_refused_profile_is_logged() -> None:
    """The log has the security profile that the station used, and the accepted profiles."""
    async with Mock(*flags(), "--security-profile", "2") as mock:
        async with mock.tcp() as plain:
            assert (await plain.get("/CS-1", HANDSHAKE))[0] == 403
        await wait_for_log(mock, "403: security profile 1 (ws://) is not let in (--security-profile 2)")
    async with Mock(*flags(), "--security-profile", "3") as mock:
        with pytest.raises(REFUSED):
            async with mock.station(tls=strict()) as station:
                await station.ask("Heartbeat")
        await wait_for_log(mock, "the station has no client certificate (alert certificate_required)")


# Events.


async def test_handshakes_in_the_event_log(tmp_path: Path) -> None:
    """The event log has each handshake: the offer, and the agreed values or the reason of the failure."""
    log = tmp_path / "events"
    async with Mock(*flags(), "--events", str(log)) as mock:
        async with mock.station(tls=strict("station", maximum_version=ssl.TLSVersion.TLSv1_2)):
            pass
        await asyncio.to_thread(s_client, mock.port, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-servername", "csms")
        await until(lambda: "TlsFailed" in log.read_text())
    events = [event for event in map(orjson.loads, log.read_bytes().splitlines()) if event["event"].startswith("Tls")]
    assert [event["event"] for event in events] == ["TlsOffered", "TlsAgreed", "TlsOffered", "TlsFailed"]
    first, agreed, second, failed = events
    assert first["versions"] == ["TLSv1.2", "TLSv1.1", "TLSv1"]  # this client only sends its newest version
    assert "ECDHE-ECDSA-AES128-GCM-SHA256" in first["suites"]
    assert (agreed["tls_version"], agreed["doubt"], agreed["fault"]) == ("TLSv1.2", "", "")
    assert agreed["certificate"].startswith("certificate of 'CN=MOCK-0001")
    assert (second["versions"], second["server_name"]) == (["TLSv1.1", "TLSv1"], "csms")
    assert (failed["by"], failed["alert"]) == ("mock", "protocol_version")


# Bad input.


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--tls-cert", "/nonexistent"], ["--tls-cert: ", "/nonexistent", "No such file"]),
        (["--tls-cert", __file__], ["--tls-cert: ", "it has nothing in PEM"]),
        (["--tls-key", "{server-rsa.key}"], ["--tls-key needs --tls-cert"]),
        (["--tls-cert", "{server-rsa.pem}", "--tls", "auto", "--state-dir", "x"], ["cannot be used together"]),
        (["--tls-min", "1.3", "--tls-max", "1.2"], ["--tls-min: 1.3 is more than --tls-max 1.2"]),
        (["--tls-max", "1.4"], ["--tls-max: '1.4' is not one of 1.0, 1.1, 1.2, 1.3"]),
        (["--security-profile", "2"], ["2 and 3 need --tls auto or --tls-cert"]),
        (["--security-profile", "4"], ["'4' is not between 1 and 3"]),
        (
            ["--security-profile", "3", "--tls-cert", "{server-rsa.pem}", "--tls-key", "{server-rsa.key}"],
            ["3 needs --tls auto, --tls-client-ca or --sign"],
        ),
        (
            ["--tls-cert", "{server-rsa.pem}", "--tls-key", "{server-rsa.key}", "--tls-key", "{server-ec.key}"],
            ["2 keys are given for 1 --tls-cert"],
        ),
    ],
)
def test_bad_flags(given: list[str], words: list[str]) -> None:
    """Invalid flags and combinations of flags get one line and status 2."""
    refused([str(folder() / word[1:-1]) if word.startswith("{") else word for word in given], *words)


@pytest.mark.parametrize(
    ("chain", "key", "expected"),
    [
        ("server-rsa.pem", "server-ec.key", "the key is not that of the certificate"),
        ("server-rsa.key", "server-rsa.key", "it has no certificate with its key in PEM"),
        ("wrong/weak-key.pem", "wrong/weak-key.key", "the key is too short"),
    ],
)
def test_unusable_certificate_files(chain: str, key: str, expected: str) -> None:
    """An unusable certificate is named in one line, and the mock does not start."""
    path = folder() / chain
    ended = run("--port=0", "--tls-cert", str(path), "--tls-key", str(folder() / key))
    assert (ended.returncode, ended.stderr) == (3, f"mock-csms: error: cannot start: {path}: {expected}\n")


async def test_files_over_https(tmp_path: Path) -> None:
    """HTTPS is on the port of HTTP; a station that does not trust the mock fails, and the mock says why."""
    (tmp_path / "a.bin").write_bytes(b"a file")
    ready = tmp_path / "ready"
    listen = ["--files", str(tmp_path), "--files-listen", "localhost:0", "--ready-file", str(ready)]
    async with Mock(*flags(), *listen) as mock:
        await until(ready.exists)
        _, url = ready.read_text().split()
        assert url.startswith("https://localhost:")

        async def get(location: str, root: str = "root") -> FileMoved:
            site = site_at(authorities=str(folder() / f"{root}.pem"))
            return await move(GetFile(("x",), 1, location), site)

        right, wrong = await get(f"{url}/a.bin"), await get(f"{url}/a.bin", "other-root")
        plain = await get(f"{url.replace('https', 'http')}/a.bin")
        assert (right.problem, wrong.problem, plain.problem) == (None, MoveProblem.FAILED, None)
        assert "certificate" in wrong.reason
        refused = "TLS failed                   WARNING: file server: the station ended the connection"
        await until(lambda: refused in mock.log)
