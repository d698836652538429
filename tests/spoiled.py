"""Flags and messages for tests of faults."""

import re

import orjson
from websockets.frames import Opcode

from tests.raw import Naked

TIME = {"currentTime": "2026-01-01T00:00:00Z"}
UNDAMAGED = ["--reply", "Heartbeat", orjson.dumps(TIME).decode(), "--error", "GetCertificateStatus", "GenericError:no"]
ASKED = {"Heartbeat": (3, TIME), "GetCertificateStatus": (4, "GenericError", "no", {})}
CERTIFICATE = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}
REQUESTS = {"Heartbeat": {}, "GetCertificateStatus": {"ocspRequestData": CERTIFICATE | {"responderURL": "d"}}}


def answer(action: str, id_: str) -> bytes:
    """Return the text of the undamaged answer."""
    kind, *rest = ASKED[action]
    return orjson.dumps([kind, id_, *rest])


def whole(text: bytes) -> tuple[bool, Opcode, bytes]:
    """Return the frame of an unfragmented text message."""
    return (True, Opcode.TEXT, text)


async def next_is_undamaged(station: Naked, id_: str = "next") -> None:
    """Check that the mock answers the next call undamaged."""
    await station.say(2, id_, "Heartbeat", {})
    assert await station.frame() == whole(answer("Heartbeat", id_))


def at(pace: int, fault: str) -> str:
    """Return the fault with all its times multiplied by `pace`."""
    return re.sub(r"(seconds|jitter|after)=([\d.]+)", lambda time: f"{time[1]}={float(time[2]) * pace}", fault)


RESET = ["--seed", "1", "--command", "Reset", "--delay", "0", "--station", "CS-1"]
