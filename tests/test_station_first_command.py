"""Black-box test: a CSMS that sends a command in the same packet as the answer to the handshake."""

import asyncio
import json
from typing import Any

import pytest

from mock_csms.protocol.versions import V16, V21, V201, Version
from tests.reference_station import running
from tests.runtime.peers import Bare, bare, sent

CALL = 2
BOOTED = {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 86400}
TRIGGER = [CALL, "last", "TriggerMessage", {"requestedMessage": "Heartbeat"}]
REMOTE_START = "RequestStartTransaction", {"remoteStartId": 7, "idToken": {"idToken": "Bob", "type": "ISO14443"}}
STARTS = {V16: ("RemoteStartTransaction", {"connectorId": 1, "idTag": "Bob"}), V201: REMOTE_START, V21: REMOTE_START}
_BACK_OFF = ("RetryBackOffWaitMinimum=1", "RetryBackOffRandomRange=0")
_OF_2 = ("AuthCtrlr.AuthorizeRemoteStart=true", *(f"OCPPCommCtrlr.{each}" for each in _BACK_OFF))
VARIABLES = {V16: ("AuthorizeRemoteTxRequests=true", *_BACK_OFF), V201: _OF_2, V21: _OF_2}


def text(message: list[Any]) -> bytes:
    """Return the bytes of an OCPP message as a server sends it."""
    return sent(json.dumps(message))


async def read(peer: Bare) -> list[Any]:
    """Return the next OCPP message of the station."""
    message: list[Any] = json.loads((await peer.frame())[2])
    return message


async def read_to_heartbeat(peer: Bare) -> list[Any]:
    """Return the answer to the first command, and the actions of the station's calls, up to its triggered heartbeat."""
    came: list[Any] = []
    while came[-1:] != ["Heartbeat"]:
        message = await read(peer)
        if message[0] == CALL:
            came.append(message[2])
            await peer.write(text([3, message[1], BOOTED if message[2] == "BootNotification" else {}]))
        elif message[1] == "first":
            came.append(message[2])
            await peer.write(text(TRIGGER))
    return came


@pytest.mark.parametrize("version", [V16, V201, V21], ids=lambda version: version.name)
async def test_a_command_in_the_packet_of_the_handshake(version: Version) -> None:
    """The station notes that it is online before it reads a command: it sends Authorize for a remote start.

    The CSMS closes the first connection after the boot. On the second one, it sends the answer to the handshake and the
    command in one packet.
    """
    action, payload = STARTS[version]
    came: list[Any] = []
    done = asyncio.Event()
    connections = 0

    async def behave(peer: Bare) -> None:
        nonlocal connections
        connections += 1
        await peer.read_request()
        agreement = peer.agreement(f"Sec-WebSocket-Protocol: {peer.header('Sec-WebSocket-Protocol')}")
        if connections == 1:
            await peer.write(agreement + text([CALL, "first", "TriggerMessage", TRIGGER[3]]))
            await read_to_heartbeat(peer)
            return
        try:
            await peer.write(agreement + text([CALL, "first", action, payload]))
            came.extend(await read_to_heartbeat(peer))
        finally:
            done.set()

    flags = [word for variable in VARIABLES[version] for word in ("--variable", variable)]
    async with bare(behave) as url:
        with running(f"{url}/CS-1", "--ocpp", version.name, *flags):
            await done.wait()
    assert came[0]["status"] == "Accepted"
    assert "Authorize" in came
