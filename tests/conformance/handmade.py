"""Handmade clients, over real sockets, for checks that `mock-station` cannot trigger.

Each client is named after the behaviour that the check reports. `CLIENTS` has the client of each check.
"""

import asyncio
import re
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from websockets.asyncio.client import connect
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from mock_csms.behavior.commands import Step
from mock_csms.commands.explaining import explanation_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.tls import TLS11
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
from tests import tls_by_hand
from tests.conformance.live import Run, run_of
from tests.pki import folder, made_at, strict
from tests.station.rig import KNOWN, PASSWORD, STATION, Stand
from tests.wire import BOOT, HANDSHAKE, Raw, Station, masked

Client: TypeAlias = Callable[[Stand], Awaitable[None]]

CALL = 2
"""The message type of a CALL."""

AUTHORIZATION = f"Authorization: {basic(STATION, PASSWORD)}\r\n"
WELCOME = HANDSHAKE + AUTHORIZATION


async def tcp(stand: Stand) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a TCP connection."""
    host, _, port = stand.mock.url.partition("://")[2].rpartition(":")
    return await asyncio.open_connection(host, int(port))


@asynccontextmanager
async def knock(stand: Stand, path: str = f"/{STATION}", head: str = WELCOME) -> AsyncIterator[Raw]:
    """Send a handshake with these headers, and accept any answer."""
    raw = Raw(*await tcp(stand))
    await raw.get(path, head)
    yield raw
    raw.writer.transport.abort()


@asynccontextmanager
async def client(stand: Stand, compression: str | None = None) -> AsyncIterator[Station]:
    """Connect a client that sends only what the test tells it to send."""
    head, offer = {"Authorization": basic(STATION, PASSWORD)}, [Subprotocol("ocpp2.0.1")]
    url = f"{stand.mock.url}/{STATION}"
    async with connect(
        url, additional_headers=head, subprotocols=offer, compression=compression, ping_interval=None, proxy=None
    ) as socket:
        yield Station(socket)


async def commanded(stand: Stand, station: Station, action: str, payload: Json) -> tuple[str, Awaitable[Any]]:
    """Let the mock send a command; return its message id, and an awaitable that ends when it is answered."""
    sent = asyncio.ensure_future(stand.mock.call(STATION, Step(action, payload)))
    _, id_, *_ = await station.expect()
    return id_, sent


async def raw_path(stand: Stand) -> None:
    """Send a path with a character that must be percent-encoded."""
    async with knock(stand, "/C|S"):
        pass


async def old_version(stand: Stand) -> None:
    """Ask for a draft version of WebSocket."""
    async with knock(stand, head=WELCOME.replace("Version: 13", "Version: 8")):
        pass


async def compressed(stand: Stand) -> None:
    """Offer compression."""
    async with client(stand, "deflate"):
        pass


async def without_credentials(stand: Stand) -> None:
    """Connect with credentials, and then again without them."""
    async with knock(stand):
        pass
    async with knock(stand, head=HANDSHAKE):
        pass


async def twice(stand: Stand) -> None:
    """Open two connections at once."""
    async with knock(stand):
        await asyncio.sleep(5)
        async with knock(stand):
            pass


async def unknown_type(stand: Stand) -> None:
    """Answer a message of an unknown type with an error other than MessageTypeNotSupported."""
    stand.mock.configure(stand.configured(rule=[{"match": "Reset", "fault": "unknown-type"}]))
    async with client(stand) as station:
        id_, sent = await commanded(stand, station, "Reset", {})
        await station.send([4, id_, "InternalError", "what is that?", {}])
        await asyncio.gather(sent, return_exceptions=True)


def sending(data: bytes, head: str = WELCOME) -> Client:
    """Return a client that sends bytes as soon as it is connected, and leaves when the mock ends the connection."""

    async def send(stand: Stand) -> None:
        async with knock(stand, head=head) as raw:
            await raw.write(data)
            with suppress(ConnectionError):
                while await raw.reader.read(4096):
                    pass

    return send


async def without_pong(stand: Stand) -> None:
    """Send messages and no pong."""
    async with knock(stand) as raw:
        with suppress(ConnectionError):
            while not raw.reader.at_eof():
                await raw.write(masked(HEARTBEAT))
                await asyncio.sleep(1)
                await raw.reader.read(4096)


async def without_goodbye(stand: Stand) -> None:
    """End the connection without a close frame."""
    async with knock(stand) as raw:
        raw.writer.write_eof()
        await raw.reader.read()


def over_tls(context: Callable[[], ssl.SSLContext], head: str = WELCOME) -> Client:
    """Return a client that connects over TLS, and sends a boot with the serial number SN-1."""

    async def shake_hands(stand: Stand) -> None:
        raw = Raw(*await tcp(stand))
        await raw.writer.start_tls(context(), server_hostname="localhost")
        assert (await raw.get(f"/{STATION}", head))[0] == 101
        boot = {**BOOT, "chargingStation": {"model": "m", "vendorName": "v", "serialNumber": "SN-1"}}
        await raw.write(masked(orjson.dumps([CALL, "b", "BootNotification", boot])))
        await raw.frame()
        raw.writer.transport.abort()

    return shake_hands


def only_suites(suites: str, newest: ssl.TLSVersion) -> Callable[[], ssl.SSLContext]:
    """Return a function that makes the TLS settings of a client with only these cipher suites."""

    def made() -> ssl.SSLContext:
        context = strict()
        with warnings.catch_warnings(action="ignore"):  # about old versions
            context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
        context.set_ciphers(suites)
        return context

    return made


@cache
def certified(common_name: str, organization: str) -> ssl.SSLContext:
    """Return the TLS settings of a client with a certificate of the mock's authority for this subject."""
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


def careless() -> ssl.SSLContext:
    """Return the TLS settings of a client that does not verify certificates."""
    return strict(check_hostname=False, verify_mode=ssl.CERT_NONE)


async def compressing(stand: Stand) -> None:
    """Connect with a TLS handshake that offers compression."""
    reader, writer = await tcp(stand)
    connection = await tls_by_hand.shake_hands(reader, writer, b"\1\0")
    connection.send(f"GET /{STATION} HTTP/1.1\r\n{WELCOME}\r\n".encode())
    await asyncio.sleep(1)
    writer.transport.abort()


TLS: Mapping[str, Any] = {"tls": "auto", "tls_min": "1.0"}
"""The settings of a mock for clients with TLS."""

HEARTBEAT = '[2,"h","Heartbeat",{}]'
DEFLATE = WELCOME + "Sec-WebSocket-Extensions: permessage-deflate\r\n"

CLIENTS: Mapping[str, Client] = {
    "T04": raw_path,
    "T08": over_tls(lambda: certified("SN-1", "mock-csms")),
    "T09": old_version,
    "T10": compressed,
    "T16": without_credentials,
    "T17": over_tls(only_suites("AES128-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:@SECLEVEL=0", ssl.TLSVersion(TLS11))),
    "T18": over_tls(only_suites("ECDHE-RSA-AES128-GCM-SHA256", ssl.TLSVersion.TLSv1_2)),
    "T19": compressing,
    "T20": over_tls(lambda: certified("CS", "mock-csms"), HANDSHAKE),
    "T21": over_tls(lambda: certified("SN-1", ""), HANDSHAKE),
    "T22": twice,
    "T23": sending(b"\x81\x02[]"),
    "T24": sending(b"\xa1\x80mask"),
    "T25": sending(masked(b"x", Opcode.CONT)),
    "T26": sending(b"\x09\x80mask"),
    "T27": sending(masked((1006).to_bytes(2), Opcode.CLOSE)),
    "T28": sending(b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01mask"),
    "T29": without_pong,
    "T30": without_goodbye,
    "T31": sending(b"\xc1\x85" + bytes(4) + b"\xff" * 5, DEFLATE),
    "T32": over_tls(careless),
    "R16": unknown_type,
}
"""The client for each check that neither a misbehaviour nor the wrong example of the check triggers."""


OF_TLS: Mapping[str, Mapping[str, Any]] = {
    **{id_: {} for id_ in ("T08", "T17", "T18", "T19", "T20", "T21")},
    "T32": {"tls_fault": ["wrong-name*1"]},
}
"""The checks whose clients use TLS, with additional settings of the mock."""


async def play_example(stand: Stand, lines: Sequence[str]) -> None:
    """Boot, and do what the lines say: `>` sends a frame, `<` lets the mock send a command, `-- 5 s later` waits."""
    commands: dict[str, tuple[str, Awaitable[Any]]] = {}
    async with client(stand) as station:
        await station.ask("BootNotification", BOOT)
        for line in lines:
            mark, _, text = line.partition(" ")
            if later := re.fullmatch(r"(\d+) s later", text):
                await asyncio.sleep(float(later[1]))
                continue
            number, id_, *rest = orjson.loads(text)
            if (mark, number) == ("<", CALL):
                commands[id_] = await commanded(stand, station, *rest)
            elif (mark, number) == (">", CALL):
                await station.send(text)
                await station.expect()
            elif mark == ">":
                real, sent = commands[id_]
                await station.send([number, real, *rest])
                await asyncio.gather(sent, return_exceptions=True)


def run_client(check: str) -> Run:
    """Run the client of a check against a running mock, or else play the wrong example of the check."""
    more = {**TLS, "state_dir": str(folder()), **OF_TLS[check]} if check in OF_TLS else {}
    with Stand(learns=False, basic_auth=KNOWN, **more) as stand:
        own = CLIENTS.get(check)
        stand.do(own(stand) if own else play_example(stand, explanation_of(check).wrong))
        stand.do(asyncio.sleep(60.0))
    return run_of(stand)
