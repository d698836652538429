"""Plays the examples of `mock-csms explain` for OCPP 1.6 with a client at a running mock, in virtual time."""

import asyncio
import re
import ssl
import tempfile
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from mock_csms.behavior.commands import Step
from mock_csms.commands.explaining import explanation_of
from mock_csms.protocol.actions import Json
from mock_csms.runtime.pki.folder import PkiFolder
from mock_csms.runtime.pki.making import (
    Issuer,
    Wish,
    certificate,
    certificate_pem,
    key_pem,
    new_ec,
    read_certificates,
    read_key,
)
from mock_csms.station.handshake import basic
from tests.conformance.handmade import tcp
from tests.conformance.live import Run, run_of
from tests.conformance.test_security import csr
from tests.pki import folder, made_at, strict
from tests.station.play import Answering
from tests.station.rig import KNOWN, PASSWORD, STATION, Stand
from tests.wire import HANDSHAKE, Raw, masked

CALL, RESULT, ERROR = 2, 3, 4
BOOT = {"chargePointVendor": "v", "chargePointModel": "m"}
_READ_ONLY = ("NumberOfConnectors", "GetConfigurationMaxKeys", "ReserveConnectorZeroSupported")
_CSR = "-----BEGIN CERTIFICATE REQUEST-----..."
_TLS = re.compile(r"TLSv1.3 with a client certificate for (\S+) of (\S+)")
_SILENCE, _LONG = 100.0, 10_000.0
"""How many seconds pass after an example, and from which wait on the clock jumps."""


def answers_in(lines: Sequence[str]) -> Answering:
    """Return the CSMS that answers the calls of an example as its lines say, or in the usual way."""
    told = [orjson.loads(line[2:]) for line in lines if line[:3] in ("> [", "< [") and line[3] in "234"]
    given = {id_: rest[0] for number, id_, *rest in told if number in (RESULT, ERROR)}
    patches: dict[str, list[Any]] = {}
    for line in lines:
        if line.startswith("> [2"):
            _, id_, action, _ = orjson.loads(line[2:])
            answer = given.get(id_, {})
            patches.setdefault(action, []).append(f"{answer}: no" if isinstance(answer, str) else answer)
    return Answering({action: some for action, some in patches.items() if any(some)})


class Client16:
    """A client that does what the lines of an example say."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.socket: ClientConnection | None = None
        self.sent: dict[str, tuple[str, Awaitable[Any]]] = {}
        """The commands of the mock: their real ids, and what ends with their answers."""

    async def open(self, path: str = f"/{STATION}", headers: Mapping[str, str] | None = None) -> None:
        """Connect; the mock may refuse it."""
        await self.close()
        head = {"Authorization": basic(STATION, PASSWORD)} if headers is None else headers
        with suppress(InvalidHandshake):
            self.socket = await connect(
                self.stand.mock.url + path,
                additional_headers=head,
                subprotocols=[Subprotocol("ocpp1.6")],
                compression=None,
                ping_interval=None,
                proxy=None,
            )

    async def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            await self.socket.close()
        self.socket = None

    async def send(self, text: str) -> None:
        """Send a frame."""
        assert self.socket is not None
        await self.socket.send(text)

    async def hear(self) -> Any:
        """Return the next frame of the mock; None if the connection ends, or if none comes soon."""
        assert self.socket is not None
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(0.5):
                return orjson.loads(await self.socket.recv())

    async def call(self, action: str, payload: Json) -> None:
        """Send a call, and hear the answer."""
        await self.send(orjson.dumps([CALL, f"{action}-0", action, payload]).decode())
        await self.hear()

    async def command(self, id_: str, action: str, payload: Json) -> None:
        """Let the mock send a command."""
        sent = asyncio.ensure_future(self.stand.mock.call(STATION, Step(action, payload)))
        told = await self.hear()
        self.sent[id_] = told[1] if told else "", sent

    async def boot(self, given: Mapping[str, str]) -> None:
        """Boot, report two connectors, and tell the keys that the mock must know."""
        await self.call("BootNotification", BOOT)
        for number in (0, 1, 2):
            status = {"connectorId": number, "status": "Available", "errorCode": "NoError"}
            await self.send(orjson.dumps([CALL, f"status-{number}", "StatusNotification", status]).decode())
            await self.hear()
        if given:
            await self.command("keys", "GetConfiguration", {"key": list(given)})
            keys = [{"key": key, "value": given[key], "readonly": key in _READ_ONLY} for key in given]
            await self.answer("keys", [RESULT, "", {"configurationKey": keys}])

    async def answer(self, id_: str, frame: list[Any]) -> None:
        """Answer a command."""
        real, sent = self.sent[id_]
        await self.send(orjson.dumps([frame[0], real, *frame[2:]]).decode())
        await asyncio.gather(sent, return_exceptions=True)

    async def play(self, line: str) -> None:
        """Do what a line says."""
        mark, _, text = line.partition(" ")
        if mark == "GET":
            path, *headers = text.split(" | ")
            await self.open(path, dict(header.split(": ", 1) for header in headers))
        elif mark == "--":
            await self._happen(text)
        elif text.endswith("null]"):
            await self.send(text)
            await self.hear()
        elif mark in "<>":
            frame = orjson.loads(text)
            if (mark, frame[0]) == ("<", CALL):
                await self.command(*frame[1:])
            elif (mark, frame[0]) == (">", CALL):
                await self.send(text)
                await self.hear()
            elif mark == ">":
                await self.answer(frame[1], frame)

    async def _happen(self, text: str) -> None:
        if later := re.match(r"(\d+) s later", text):
            jump = float(later[1]) if float(later[1]) > _LONG else 0.0
            self.stand.loop.now += jump
            await asyncio.sleep(float(later[1]) - jump)
        elif text == "connection lost":
            for session in list(self.stand.mock.sessions.values()):
                session.drop("cut by --disconnect-after")
        elif text == "the station connects":
            await self.open()
        else:
            assert text == "the station closes the connection (1000)", text
            await self.close()


async def _play(stand: Stand, check: str, lines: Sequence[str]) -> None:
    client, told = Client16(stand), explanation_of(check)
    if not lines[0].startswith("GET "):
        await client.open()
        if not (lines[0].startswith("> ") and '"BootNotification"' in lines[0]):
            await client.boot(told.given)
    for line in lines:
        await client.play(line.replace(_CSR, orjson.dumps(csr()).decode()[1:-1]))
    await asyncio.sleep(_SILENCE)
    await asyncio.gather(*(sent for _, sent in client.sent.values()), return_exceptions=True)
    await client.close()


def certified(common_name: str, organization: str) -> ssl.SSLContext:
    """Return the settings of a client with a certificate of the mock's authority for that subject."""
    now = made_at(folder())
    files = PkiFolder(str(folder()), ("localhost",), now).files("intermediate")
    signer = Issuer(read_certificates(Path(files.chain).read_text())[0], read_key(Path(files.key).read_text()))
    times, key = (now - 1000.0, now + 86_400.0), new_ec()
    made = certificate(Wish(common_name=common_name, organization=organization, times=times), key, signer)
    context = strict()
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate_pem(made, signer.certificate) + key_pem(key))
        file.flush()
        context.load_cert_chain(file.name)
    return context


async def _play_over_tls(stand: Stand, lines: Sequence[str]) -> None:
    """Shake hands with the client certificate of the first line, and send the calls of the others."""
    subject = _TLS.search(lines[0])
    assert subject
    raw = Raw(*await tcp(stand))
    await raw.writer.start_tls(certified(*subject.groups()), server_hostname="localhost")
    assert (await raw.get(f"/{STATION}", HANDSHAKE.replace("ocpp2.0.1", "ocpp1.6")))[0] == 101
    for line in lines[1:]:
        if line.startswith("> "):
            await raw.write(masked(line[2:]))
            await raw.frame()
    raw.writer.transport.abort()


def run_example(check: str, lines: Sequence[str]) -> Run:
    """Play an example of a check, and return what the mock reported."""
    more: Any = {"tls": "auto", "state_dir": str(folder())} if "TLS" in lines[0] else {}
    with Stand(learns=False, basic_auth=KNOWN, rule=answers_in(lines).rules, **more) as stand:
        stand.do(_play_over_tls(stand, lines) if more else _play(stand, check, lines))
    return run_of(stand)
