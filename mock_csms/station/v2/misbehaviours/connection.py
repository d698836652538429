"""Wrong frames, message arrays and ids, and wrong connections (Part 4; checks R and T, and F01)."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from mock_csms.behavior import emissions
from mock_csms.behavior.emissions import Close, Emission
from mock_csms.behavior.templates import World
from mock_csms.protocol.messages import Call, Error, Result, encode
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Opened, Send
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, answers
from mock_csms.station.v2 import boot
from mock_csms.station.v2.misbehaviours.events import Situation


def _spoiled(wire: Callable[[Emission, World], Sequence[emissions.Act]]) -> Any:
    """Change how each message is sent."""

    def spoil(world: World, right: Sequence[emissions.Act]) -> Sequence[emissions.Act]:
        made = [wire(act, world) if isinstance(act, Emission) else [act] for act in right]
        return tuple(act for acts in made for act in acts)

    return spoil


def _array(change: Callable[[list[Any]], Any], *kinds: type) -> Any:
    """Change the JSON array of calls, or of messages of other types."""

    def wire(emission: Emission, _: World) -> Sequence[emissions.Act]:
        if not isinstance(emission.message, kinds or Call):
            return [emission]
        array = orjson.loads(encode(emission.message))
        wrong = change(array)
        return [emission if wrong == array else replace(emission, text=orjson.dumps(wrong))]

    return _spoiled(wire)


def _calls(wire: Callable[[Emission, World], Sequence[emissions.Act]], action: str = "") -> Any:
    """Change how calls are sent: all of them, or those of one action."""

    def change(emission: Emission, world: World) -> Sequence[emissions.Act]:
        is_meant = isinstance(emission.message, Call) and action in ("", emission.message.action)
        return wire(emission, world) if is_meant else [emission]

    return _spoiled(change)


def _results(wire: Callable[[Emission, World], Sequence[emissions.Act]]) -> Any:
    """Change how results are sent."""
    return _spoiled(lambda emission, world: wire(emission, world) if _is_result(emission) else [emission])


def _is_result(emission: Emission) -> bool:
    return isinstance(emission.message, Result)


def _set(position: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda array: [*array[:position], value, *array[position + 1 :]]


def _shifted(change: Callable[[str], str]) -> Callable[[list[Any]], list[Any]]:
    """Change the timestamp of a call, if it has one."""

    def changed(array: list[Any]) -> list[Any]:
        stamp = array[3].get("timestamp")
        return [*array[:3], array[3] | {"timestamp": change(stamp)}] if isinstance(stamp, str) else array

    return changed


def an_hour_later(stamp: str) -> str:
    """Return a timestamp one hour later; a text that is not a timestamp stays as it is."""
    hour = stamp[11:13]
    return f"{stamp[:11]}{(int(hour) + 1) % 24:02d}{stamp[13:]}" if hour.isdecimal() else stamp


def _renamed(emission: Emission, action: str) -> Emission:
    message = emission.message
    return replace(emission, message=replace(message, action=action)) if isinstance(message, Call) else emission


def _credentials(kind: str, credentials: str) -> Callable[[HandshakeRequest, HandshakeRequest], HandshakeRequest]:
    """Send wrong credentials, if the station sends any."""

    def change(_: HandshakeRequest, handshake: HandshakeRequest) -> HandshakeRequest:
        if handshake.authorization is None:
            return handshake
        user, password = b64decode(handshake.authorization.partition(" ")[2]).decode().split(":", 1)
        wrong = credentials + password if credentials.endswith(":") else f"{user}:{credentials or password}"
        return replace(handshake, authorization=f"{kind} {b64encode(wrong.encode()).decode()}")

    return change


def boots(acts: list[Act]) -> bool:
    """Whether a BootNotification is among the acts."""
    return any(isinstance(act, Send) and act.action == "BootNotification" for act in acts)


def _boots_again(at: Situation, right: list[Act]) -> list[Act]:
    """Send BootNotification on a new connection although the station is Accepted."""
    is_it = isinstance(at.event, Opened) and at.device.is_accepted
    return [boot.notification(at.device, at.device.reason), *right] if is_it else right


KINDS: Kinds = {
    "not-json": Misbehaviour(
        "calls are not valid JSON", ("R01",), wire=_calls(lambda e, _: [replace(e, text=encode(e.message)[:-1])])
    ),
    "not-an-array": Misbehaviour("calls are JSON objects", ("R01",), wire=_array(lambda array: {"call": array})),
    "wrong-message-type": Misbehaviour("calls have the message type 7", ("R02",), wire=_array(_set(0, 7))),
    "array-too-long": Misbehaviour("calls have a fifth item", ("R03",), wire=_array(lambda array: [*array, {}])),
    "message-id-too-long": Misbehaviour("message ids have 40 characters", ("R04",), wire=_array(_set(1, "x" * 40))),
    "message-id-number": Misbehaviour("message ids are numbers", ("R04",), wire=_array(_set(1, 1))),
    "message-id-reused": Misbehaviour("all calls have the same message id", ("R05",), name=lambda _: "again"),
    "two-open-calls": Misbehaviour(
        "a second call before the first is answered",
        ("R06",),
        wire=_calls(lambda e, world: [e, Emission(Call(world.new_id(), "Heartbeat", {}))], "StatusNotification"),
    ),
    "takes-anything": Misbehaviour(
        "answers Accepted to commands that violate their schema",
        ("R15",),
        refusal=lambda call, _: Result(call.id, {"status": "Accepted"}),
    ),
    "late-answer": Misbehaviour(
        "sends what a command asks for before it answers the command",
        ("F01",),
        wire=_results(lambda e, _: [replace(e, after=0.3)]),
    ),
    "unknown-answer": Misbehaviour("answers each command twice", ("R07",), wire=_results(lambda e, _: [e, e])),
    "no-answer": Misbehaviour("does not answer commands", ("R08",), wire=_results(lambda _, __: [])),
    "unknown-action": Misbehaviour(
        "the action of heartbeats is HeartbeatRequest",
        ("R09",),
        wire=_calls(lambda e, _: [_renamed(e, "HeartbeatRequest")], "Heartbeat"),
    ),
    "unknown-property": Misbehaviour(
        "calls have a property that is not in the schema",
        ("R10",),
        wire=_array(lambda a: [*a[:3], a[3] | {"extra": 1}]),
    ),
    "null-property": Misbehaviour(
        "absent optional fields are null", ("R11",), wire=_array(lambda a: [*a[:3], a[3] | {"customData": None}])
    ),
    "null-payload": Misbehaviour(
        "empty payloads are null",
        ("R12",),
        wire=_calls(lambda e, _: [replace(e, text=encode(e.message).replace(b"{}]", b"null]"))], "Heartbeat"),
    ),
    "unknown-error-code": Misbehaviour(
        "refuses GetVariables with an undefined error code",
        ("R13",),
        answer=answers("GetVariables", lambda _, __: ("Busy", "try later")),
    ),
    "long-error-description": Misbehaviour(
        "errors have a description of 300 characters",
        ("R14",),
        answer=answers("GetVariables", lambda *_: ("InternalError", "x" * 255)),
        wire=_array(_set(3, "x" * 300), Error),
    ),
    "custom-data-without-vendor": Misbehaviour(
        "customData has no vendorId", ("R17",), wire=_array(lambda a: [*a[:3], a[3] | {"customData": {"x": 1}}])
    ),
    "wrong-clock": Misbehaviour("timestamps are an hour off", ("R18",), wire=_array(_shifted(an_hour_later))),
    "no-time-zone": Misbehaviour(
        "timestamps have no time zone", ("R18",), wire=_array(_shifted(lambda stamp: stamp.removesuffix("Z")))
    ),
    "binary-frames": Misbehaviour(
        "calls are sent in binary frames", ("T11",), wire=_calls(lambda e, _: [replace(e, binary=True)])
    ),
    "no-subprotocol": Misbehaviour(
        "offers no subprotocol", ("T01",), handshake=lambda _, handshake: replace(handshake, subprotocols=())
    ),
    "other-subprotocol": Misbehaviour(
        "offers OCPP 1.5 only", ("T02",), handshake=lambda _, handshake: replace(handshake, subprotocols=("ocpp1.5",))
    ),
    "odd-identity": Misbehaviour(
        "has a colon in its identity",
        ("T03",),
        handshake=lambda _, handshake: replace(handshake, url=f"{handshake.url}%3A1"),
    ),
    "no-credentials": Misbehaviour(
        "sends no credentials", ("T05",), handshake=lambda _, handshake: replace(handshake, authorization=None)
    ),
    "bearer": Misbehaviour(
        "sends a Bearer token instead of Basic credentials", ("T05",), handshake=_credentials("Bearer", "")
    ),
    "other-user": Misbehaviour(
        "sends the user name of another station", ("T06",), handshake=_credentials("Basic", "other:")
    ),
    "short-password": Misbehaviour("sends a password of one character", ("T07",), handshake=_credentials("Basic", "x")),
    "old-password": Misbehaviour(
        "keeps using its first password",
        ("S05",),
        handshake=lambda first, handshake: replace(handshake, authorization=first.authorization),
    ),
    "stays-with-url": Misbehaviour(
        "keeps connecting with its first network profile, whatever the CSMS sets",
        (),
        handshake=lambda first, handshake: replace(handshake, url=first.url),
    ),
    "no-back-off": Misbehaviour("reconnects at once", ("T12",), pause=lambda _: 0.05),
    "boots-again": Misbehaviour("sends BootNotification after every reconnect", ("T13",), acts=_boots_again),
    "hangs-up": Misbehaviour(
        "closes the connection after a heartbeat",
        ("T14",),
        wire=_calls(lambda e, _: [e, Close(1000, 0.1)], "Heartbeat"),
    ),
}
