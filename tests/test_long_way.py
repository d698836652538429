"""With and without shortcuts the mock sends and records the same bytes, and has the same findings."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.keywords import keyword_source
from mock_csms.protocol.long_way import force_long_way, is_long_way_forced
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import Config
from mock_csms.settings.flags import read
from mock_csms.twin.events import Event, Finding
from mock_csms.watch.records import Recorder
from tests.station.bench import NOW
from tests.test_fuzz import mutated_calls
from tests.virtual import Loop, virtual_time
from tests.wire import Raw, masked

HANDSHAKE = (
    "Host: mock\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: "
)
MEASURANDS = ["Energy.Active.Import.Register", "Current.Import", "SoC"]
BOOT = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}
BOOT_16 = {"chargePointModel": "m", "chargePointVendor": "v"}
Frame = Callable[[int], bytes]
"""Returns the text of the message with this number at the current time."""


def message(action: str, payload: Any, spaces: bool = False) -> Frame:
    """Return a call with a fixed payload."""
    text = orjson.dumps(payload)
    return lambda number: b'[2,%b"m%d",%b"%b",%b]' % (b" " * spaces, number, b" " * spaces, action.encode(), text)


def event(kind: str, number: int | None, value: float, more: dict[str, Any]) -> Frame:
    """Return a TransactionEvent; its seqNo is `number`, or the number of the message if that is None."""

    def text(message_number: int) -> bytes:
        now = rfc3339(clock.now())
        samples = [
            {"value": value + message_number, "context": "Sample.Periodic", "measurand": measurand}
            for measurand in MEASURANDS
        ]
        payload = {
            "eventType": kind,
            "timestamp": now,
            "triggerReason": "MeterValuePeriodic" if kind == "Updated" else "Authorized",
            "seqNo": message_number if number is None else number,
            "transactionInfo": {"transactionId": "T", "chargingState": "Charging"},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [{"timestamp": now, "sampledValue": samples}],
            **more,
        }
        return orjson.dumps([2, f"m{message_number}", "TransactionEvent", payload])

    return text


VALUES = st.sampled_from([1000.0, 1000.5, 995])
EVENTS = st.builds(
    event,
    st.sampled_from(["Started", *["Updated"] * 6, "Ended"]),
    st.sampled_from([*[None] * 6, 3]),
    VALUES,
    st.sampled_from(
        [{}, {}, {}, {"idToken": {"idToken": "TAG", "type": "ISO14443"}}, {"customData": {"vendorId": "x"}}]
    ),
)
REPEATED_EVENTS = st.builds(
    lambda times, value: [event("Updated", None, value, {})] * times, st.integers(1, 20), VALUES
)
UNSIGNED = mutated_calls().filter(lambda call: "GetCertificateStatus" not in call)
"""Calls whose answers are equal each time; that answer has a signature, which is made with chance."""
OTHERS = st.one_of(
    st.builds(message, st.just("Heartbeat"), st.just({}), st.booleans()),
    st.just(message("BootNotification", BOOT)),
    UNSIGNED.map(lambda call: lambda _: orjson.dumps(call)),
    st.sampled_from([b"[2", b'[2,"m","Heartbeat",{"a":1,"a":2}]', b'[3,"m",{}]', b'[4,"m","X","",{}]', b"[]"]).map(
        lambda text: lambda _: text
    ),
)
FRAMES = st.lists(st.one_of(REPEATED_EVENTS, EVENTS.map(lambda one: [one]), OTHERS.map(lambda one: [one])), max_size=8)


def values_16(value: float, transaction: int | None, context: str) -> Frame:
    """Return MeterValues of OCPP 1.6; the transaction with the number 1 is never started."""

    def text(message_number: int) -> bytes:
        samples = [
            {"value": f"{value + message_number:g}", "context": context, "measurand": measurand}
            for measurand in MEASURANDS
        ]
        payload: dict[str, Any] = {"connectorId": 1}
        if transaction is not None:
            payload["transactionId"] = transaction
        payload["meterValue"] = [{"timestamp": rfc3339(clock.now()), "sampledValue": samples}]
        return orjson.dumps([2, f"m{message_number}", "MeterValues", payload])

    return text


VALUES_16 = st.builds(
    values_16, VALUES, st.sampled_from([1, 1, 1, 2, -1, None]), st.sampled_from([*["Sample.Periodic"] * 4, "Trigger"])
)
REPEATED_16 = st.builds(
    lambda times, value: [values_16(value, 1, "Sample.Periodic")] * times, st.integers(1, 20), VALUES
)
OTHERS_16 = st.one_of(
    st.builds(message, st.just("Heartbeat"), st.just({}), st.booleans()),
    st.just(message("BootNotification", BOOT_16)),
    st.just(message("Authorize", {"idTag": "TAG"})),
    st.sampled_from(["Available", "Charging"]).map(
        lambda status: message("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status})
    ),
    st.sampled_from(
        [b"[2", b'[2,"m","Heartbeat",null]', b'[2,"m","MeterValues",{"connectorId":1,"meterValue":[]}]']
    ).map(lambda text: lambda _: text),
)
FRAMES_16 = st.lists(
    st.one_of(REPEATED_16, VALUES_16.map(lambda one: [one]), OTHERS_16.map(lambda one: [one])), max_size=8
)
PAUSES = st.sampled_from([0.0, 0.001, 1.0, 30.0])


def play(
    folder: Path, frames: list[Frame], pause: float, given_: dict[str, Any], *, is_long: bool, version: str
) -> dict[str, Any]:
    """Let a station send frames to a mock; return what the mock sent, its records, and its findings."""
    before = is_long_way_forced()
    force_long_way(is_forced=is_long)
    loop = Loop()
    try:
        with virtual_time(loop, NOW):
            return loop.run_until_complete(_play(folder, frames, pause, given_, version))
    finally:
        loop.close()
        force_long_way(is_forced=before)


async def _play(
    folder: Path, frames: list[Frame], pause: float, given_: dict[str, Any], version: str
) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    files = {name: str(folder / name) for name in ("trace", "events", "diagram")}
    config = read(Config, [keyword_source({"port": 0, "seed": 1, "quiet": True, **files, **given_})])
    bus, found = Bus(), list[Event]()
    bus.subscribe(found.append, Finding)
    with Recorder(config, bus) as records:
        async with CsmsServer(config, bus, records.backpressure) as csms:
            port = csms.url.rpartition(":")[2]
            raw = Raw(*await asyncio.open_connection("127.0.0.1", int(port)))
            received = await _talk(raw, frames, pause, version)
    written = {name: (folder / name).read_bytes().replace(port.encode(), b"PORT") for name in files}
    return {**written, "wire": received, "found": found}


async def _talk(raw: Raw, frames: list[Frame], pause: float, version: str) -> bytes:
    """Boot, send the frames, close the connection, and return all received bytes; the mock may close it earlier."""
    received = b""
    await raw.get("/CS-1", f"{HANDSHAKE}ocpp{version}\r\n")
    with suppress(OSError):
        for number, frame in enumerate(frames):
            await raw.write(masked(frame(number)))
            await asyncio.sleep(pause)
        await asyncio.sleep(1.0)
        raw.writer.write_eof()
    with suppress(OSError):
        received = await raw.reader.read()
    raw.writer.close()
    with suppress(OSError):
        await raw.writer.wait_closed()
    return received


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FRAMES, PAUSES, st.sampled_from([{}, {"redact": True}, {"checks": "none"}, {"auth_mode": "whitelist"}]))
def test_nothing_differs_without_shortcuts(
    tmp_path: Path, drawn: list[list[Frame]], pause: float, given_: dict[str, Any]
) -> None:
    """For random messages, sent bytes, records and findings are equal with and without shortcuts."""
    first = [message("BootNotification", BOOT), event("Started", None, 1000.0, {})]
    compare(tmp_path, [*first, *[frame for some in drawn for frame in some]], pause, given_, "2.0.1")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FRAMES_16, PAUSES, st.sampled_from([{}, {"redact": True}, {"checks": "none"}, {"auth_mode": "whitelist"}]))
def test_nothing_differs_without_shortcuts_in_16(
    tmp_path: Path, drawn: list[list[Frame]], pause: float, given_: dict[str, Any]
) -> None:
    """The same for messages of OCPP 1.6."""
    frames = [message("BootNotification", BOOT_16), *[frame for some in drawn for frame in some]]
    compare(tmp_path, frames, pause, given_, "1.6")


def compare(folder: Path, frames: list[Frame], pause: float, given_: dict[str, Any], version: str) -> None:
    """Play the frames with and without shortcuts, and compare."""
    short, long = (
        play(folder / name, frames, pause, given_, is_long=name == "long", version=version)
        for name in ("short", "long")
    )
    for name, wanted in long.items():
        assert short[name] == wanted, name
