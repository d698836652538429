"""The effects of --tls-fault on the TLS clients of Python's `ssl`, openssl and Node, and the log of the mock."""

import asyncio
import shutil
import signal
import ssl
import subprocess
from pathlib import Path

import orjson
import pytest

from mock_csms.behavior.handshake_faults import KINDS, MUST_REFUSE, OF_CERTIFICATE, TlsFault, TlsFaults
from tests.pki import flags, folder, s_client, strict
from tests.raw import refused, until
from tests.test_tls import REFUSED, tls12, wait_for_log
from tests.wire import PATIENCE, Mock

NODE = shutil.which("node")

STRICT = {
    "expired": ("certificate has expired", "certificate_expired"),
    "not-yet-valid": ("certificate is not yet valid", "bad_certificate"),
    "wrong-name": ("hostname mismatch", "bad_certificate"),
    "unknown-root": ("self-signed certificate in certificate chain", "unknown_ca"),
    "self-signed": ("self-signed certificate", "unknown_ca"),
    "incomplete-chain": ("unable to get local issuer certificate", "unknown_ca"),
    "weak-key": ("EE certificate key too weak", "bad_certificate"),
    "sha1": ("CA signature digest algorithm too weak", "bad_certificate"),
    "other-root": ("self-signed certificate in certificate chain", "unknown_ca"),
}
"""The error of openssl for each wrong certificate, and the alert that it sends."""

NODES = {
    "expired": "CERT_HAS_EXPIRED",
    "not-yet-valid": "CERT_NOT_YET_VALID",
    "wrong-name": "ERR_TLS_CERT_ALTNAME_INVALID",
    "unknown-root": "SELF_SIGNED_CERT_IN_CHAIN",
    "self-signed": "DEPTH_ZERO_SELF_SIGNED_CERT",
    "incomplete-chain": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "weak-key": "UNSPECIFIED",
    "sha1": "UNSPECIFIED",
    "other-root": "SELF_SIGNED_CERT_IN_CHAIN",
}
"""The error code of Node for each wrong certificate."""


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("kind", OF_CERTIFICATE)
async def test_a_wrong_certificate_is_refused(kind: str, version: str) -> None:
    """openssl refuses each wrong certificate for the right reason, and the log has the alert and the fault."""
    words = [version, "-verify_return_error", "-verify_hostname", "localhost", "-verify", "5"]
    words += ["-cipher", "DEFAULT:@SECLEVEL=2"]
    async with Mock(*flags(), "--tls-fault", kind) as mock:
        output = await asyncio.to_thread(s_client, mock.port, *words)
        problem, alert = STRICT[kind]
        assert problem in output.lower() or problem in output, output
        await until(lambda: "TLS failed" in mock.log)
        assert f"the station sent the alert {alert}: it " in mock.log
        assert f"; fault: {kind}\n" in mock.log


@pytest.mark.parametrize("kind", OF_CERTIFICATE)
async def test_node_refuses_a_wrong_certificate(kind: str) -> None:
    """Node refuses each wrong certificate too, and the mock logs the failed handshake."""
    if NODE is None:
        pytest.skip("Node is not installed")
    code = (
        "const tls = require('tls'), fs = require('fs'), [port, ca] = process.argv.slice(1);"
        "tls.connect({port, host: 'localhost', ca: fs.readFileSync(ca), ciphers: 'DEFAULT:@SECLEVEL=2'},"
        " () => { console.log('accepted'); process.exit(); }).on('error', error => console.log(error.code));"
    )
    async with Mock(*flags(), "--tls-fault", kind) as mock:
        command = [NODE, "-e", code, mock.port, str(folder() / "root.pem")]
        ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE)
        assert ended.stdout == f"{NODES[kind]}\n"
        await until(lambda: f"; fault: {kind}" in mock.log)


@pytest.mark.parametrize("kind", MUST_REFUSE)
async def test_a_station_that_accepts_a_fault_is_reported(kind: str) -> None:
    """T32 reports a station that accepts a wrong certificate or a weak cipher suite."""
    context = tls12("AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0")
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with Mock(*flags(), "--tls-fault", kind, "--checks", "T32") as mock:
        async with mock.station(tls=context) as station:
            await station.ask("Heartbeat")
        await wait_for_log(
            mock, f"T32 (A00.FR.311, A00.FR.414, A00.FR.323, A00.FR.426): the station accepted {MUST_REFUSE[kind]}"
        )


@pytest.mark.parametrize(("kind", "version"), [("tls1.0", "TLSv1 "), ("tls1.1", "TLSv1.1 ")])
async def test_old_versions_are_chosen(kind: str, version: str) -> None:
    """The mock chooses an old TLS version even if the client does not offer it; then the client must refuse."""
    async with Mock(*flags(), "--tls-fault", kind) as mock:
        await asyncio.to_thread(s_client, mock.port, "-tls1", "-cipher", "ALL:@SECLEVEL=0") if kind == "tls1.0" else (
            await asyncio.to_thread(s_client, mock.port, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        )
        await wait_for_log(mock, f"TLS                          {version}")
        for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with pytest.raises(ssl.SSLError, match=r"UNSUPPORTED_PROTOCOL|WRONG_VERSION"):
                async with mock.station(tls=strict(minimum_version=newest)):
                    pass
        await until(lambda: mock.log.count(f"; fault: {kind}") >= 3)
        output = await asyncio.to_thread(s_client, mock.port, "-tls1_3")
        assert "alert protocol version" in output or "unsupported protocol" in output
        await wait_for_log(
            mock, "the station sent the alert protocol_version: it refuses the version of TLS that the mock chose"
        )


async def test_a_suite_that_was_not_offered() -> None:
    """The mock chooses a weak cipher suite that the client did not offer, and the client refuses it."""
    async with Mock(*flags(), "--tls-fault", "cipher") as mock:
        output = await asyncio.to_thread(s_client, mock.port, "-cipher", "ECDHE+AESGCM", "-tls1_2")
        assert "cipher returned" in output
        await wait_for_log(
            mock, "the station sent the alert illegal_parameter: it refuses something that it did not offer"
        )


async def test_hang_and_reset() -> None:
    """With `reset` a handshake gets a TCP RST, with `hang` no answer."""
    async with Mock(*flags(), "--tls-fault", "reset*1", "--tls-fault", "hang*1") as mock:
        with pytest.raises(ConnectionResetError):
            async with mock.station(tls=strict()):
                pass
        await wait_for_log(mock, "the mock dropped the connection with a TCP RST; fault: reset")
        with pytest.raises(REFUSED):
            async with mock.station(tls=strict()):
                pass
        await wait_for_log(mock, "the station still waited after 10 s; fault: hang")
        async with mock.station(tls=strict()) as station:
            await station.ask("Heartbeat")


async def test_a_slow_handshake_succeeds() -> None:
    """With `slow` the handshake succeeds, although it takes longer than the mock usually waits."""
    async with Mock(*flags(), "--tls-fault", "slow*1") as mock:
        async with mock.station(tls=strict()) as station:
            await station.ask("Heartbeat")
        await wait_for_log(mock, "; fault: slow\n")


async def test_the_certificate_of_another_root() -> None:
    """With `other-root` the certificate is signed by another root, and valid for clients that trust that root."""
    async with Mock(*flags(), "--tls-fault", "other-root") as mock:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with mock.station(tls=strict()):
                pass
        for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256"):
            context = strict(root="other-root", maximum_version=ssl.TLSVersion.TLSv1_2)
            context.set_ciphers(suite)
            async with mock.station(tls=context) as station:
                await station.ask("Heartbeat")


# The order of faults.


def test_faults_follow_each_other() -> None:
    """Each fault applies as often or as long as configured, then the next one; after the last there is none."""
    faults = TlsFaults([TlsFault("reset", 2), TlsFault("hang", None, 5.0), TlsFault("sha1", 1, 100.0)])
    assert [faults.next(at) for at in (0.0, 50.0, 60.0, 64.9, 65.0, 66.0)] == [
        "reset",
        "reset",
        "hang",
        "hang",
        "sha1",
        "",
    ]
    forever = TlsFaults([TlsFault("reset"), TlsFault("hang")])
    assert {forever.next(float(at)) for at in range(100)} == {"reset"}
    assert TlsFaults([]).next(0.0) == ""


async def test_faults_change_on_sighup(tmp_path: Path) -> None:
    """After SIGHUP the new faults apply, and the certificates stay the same."""
    file = tmp_path / "settings.toml"
    own = f'tls = "auto"\nstate-dir = "{folder()}"\n'
    file.write_text(f'{own}tls-fault = ["self-signed"]\n')
    log = file.with_suffix(".events")
    async with Mock("--config", str(file), "--events", str(log)) as mock:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with mock.station(tls=strict()):
                pass
        file.write_text(own)
        mock.process.send_signal(signal.SIGHUP)
        await until(lambda: "Reconfigured" in log.read_text())
        async with mock.station(tls=strict()) as station:
            await station.ask("Heartbeat")
    events = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    assert [event["fault"] for event in events if event["event"] in ("TlsAgreed", "TlsFailed")] == ["self-signed", ""]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--tls-fault", "expird"], ["--tls-fault: 'expird' is not one of", "did you mean 'expired'"]),
        (["--tls-fault", "expired*0"], ["--tls-fault: '0' is not between 1"]),
        (["--tls-fault", "expired twice"], ["is not KIND, with *N or for=SEC after it"]),
        (["--tls-fault", "expired"], ["--tls-fault needs --tls or --tls-cert"]),
    ],
)
def test_bad_flags(given: list[str], words: list[str]) -> None:
    """An invalid fault gets one line, with the nearest valid one, and status 2."""
    refused([*flags(), *given] if "needs" not in words[0] else given, *words)


def test_a_certificate_of_the_user_cannot_be_wrong() -> None:
    """Faults with a wrong certificate need --tls auto, which has the authority that can sign it."""
    own = str(folder() / "server-ec")
    given = ["--tls-cert", f"{own}.pem", "--tls-key", f"{own}.key", "--tls-fault", "expired"]
    refused(given, "--tls-fault: expired needs --tls auto, whose authority makes such a certificate")


def test_every_kind_is_tested() -> None:
    """Each kind of fault is in the tables of this file, or has its own test."""
    assert {*STRICT} == {*NODES} == {*OF_CERTIFICATE}
    assert {*KINDS} == {*OF_CERTIFICATE, "tls1.0", "tls1.1", "cipher", "hang", "reset", "slow"}
