"""Streams of periodic events (N11 to N15): the values of monitors, sent together and without an answer."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, FailedCall, Notify, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import monitoring
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.v21.device import Device21, Stream
from mock_csms.station.v2.v21.model import STREAMS

STREAM = "stream"
"""The alarm of a stream, by its id: its interval is over."""
_MOST_VALUES = 100
"""How many values one message has at most."""
_MOST_WAITING = 1000
"""How many values wait at most while the station is offline; the oldest is dropped for a new one."""


def set_monitors(device: Device21, payload: Json, moment: Moment) -> Given:
    """Set monitors; one with a stream is rejected if there are too many streams (N04, N11)."""
    results: list[Json] = []
    acts: list[Act] = []
    for item in payload["setMonitoringData"]:
        if "periodicEventStream" in item and _is_full(device, item):
            about = {key: item[key] for key in ("id", "component", "variable", "type", "severity") if key in item}
            results.append(because("TooManyElements", response=about | {"status": "Rejected"}))
            continue
        device, answer, more = monitoring.set_monitors(device, {"setMonitoringData": [item]}, moment)
        results += answer["setMonitoringResult"]
        acts += more
    return device, {"setMonitoringResult": results}, acts


def get(device: Device21, _: Json, __: Moment) -> Given:
    """List the open streams (N12)."""
    found = [_constant(stream) for stream in device.streams.values() if stream.is_open]
    return device, {"constantStreamData": found} if found else {}, []


def adjust(device: Device21, payload: Json, _: Moment) -> Given:
    """Change the interval of a stream, or how many values it sends together (N14)."""
    stream = device.streams.get(payload["id"])
    if stream is None or not stream.is_open:
        return device, because("InvalidValue"), []
    stream = replace(stream, params=payload["params"])
    return _with(device, stream), ACCEPTED, [Stop((STREAM, stream.id)), *_wake(stream)]


def opened(device: Device21, request: Json, response: Json, _: Moment) -> Step:
    """Begin to send, if the CSMS has accepted the stream; otherwise its values are sent by NotifyEvent (N11)."""
    stream = device.streams.get(_id_of(request))
    if stream is None:
        return device, []
    is_open = response["status"] == "Accepted"
    stream = replace(stream, is_open=is_open, is_refused=not is_open)
    return _with(device, stream), _wake(stream) if is_open else []


def failed(device: Device21, cue: FailedCall, _: Moment) -> Step:
    """Send the values of a stream by NotifyEvent, if the CSMS has not answered; open it again on a new connection."""
    stream = device.streams.get(_id_of(cue.request))
    if stream is None or cue.is_lost:
        return device, []
    return _with(device, replace(stream, is_refused=True)), []


def closed(device: Device21) -> Device21:
    """Forget the streams that the CSMS has not accepted, after the connection was lost."""
    return replace(device, streams={number: stream for number, stream in device.streams.items() if stream.is_open})


def follow(device: Device21, _: Moment) -> Step:
    """Open the streams of new monitors, and close those whose monitors are gone (N11, N13)."""
    monitors = device.storage.monitors
    wanted = {n: each.setting["periodicEventStream"] for n, each in monitors.items() if _is_streamed(each.setting)}
    acts: list[Act] = []
    for stream in list(device.streams.values()):
        if stream.monitor not in wanted:
            device = replace(device, streams={n: each for n, each in device.streams.items() if n != stream.id})
            acts += _closing(stream)
    if not device.is_accepted or not device.is_online:
        return device, acts
    for monitor, params in wanted.items():
        if monitor not in device.streams:
            stream = Stream(monitor, monitor, params)
            device = _with(device, stream)
            acts.append(Send("OpenPeriodicEventStream", {"constantStreamData": _constant(stream)}))
    return device, acts


def taken(device: Device21, event: Json, moment: Moment) -> tuple[Device21, list[Act]] | None:
    """Put the value of an event into its stream, and send if it is full; None if it has no stream."""
    stream = device.streams.get(event.get("variableMonitoringId", -1))
    if stream is None or stream.is_refused:
        return None
    items = (*stream.items, (moment.now, event["actualValue"]))[-_MOST_WAITING:]
    stream = replace(stream, items=items)
    most = stream.params.get("values") or (0 if stream.params.get("interval") else 1)
    return _flushed(device, stream, moment) if most and len(items) >= most else (_with(device, stream), [])


def interval_over(device: Device21, about: list[Any], moment: Moment) -> Step:
    """Send the values that have come during an interval."""
    stream = device.streams.get(about[0])
    if stream is None or not stream.is_open:
        return device, []
    device, acts = _flushed(device, stream, moment)
    return device, [*acts, *_wake(stream)]


def _flushed(device: Device21, stream: Stream, moment: Moment) -> Step:
    """Send the waiting values, oldest first, if the station is online; `pending` has the number of the others."""
    if not stream.items or not stream.is_open or not device.is_online or not device.is_accepted:
        return _with(device, stream), []
    now, later = stream.items[:_MOST_VALUES], stream.items[_MOST_VALUES:]
    begin = now[0][0]
    payload: Json = {
        "id": stream.id,
        "pending": len(later),
        "basetime": moment.world.write_time(begin),
        "data": [{"t": round(at - begin, 3), "v": value} for at, value in now],
    }
    device, acts = _with(device, replace(stream, items=later)), [Notify("NotifyPeriodicEventStream", payload)]
    if not later:
        return device, [*acts]
    device, more = _flushed(device, device.streams[stream.id], moment)
    return device, [*acts, *more]


def _closing(stream: Stream) -> list[Act]:
    close = Send("ClosePeriodicEventStream", {"id": stream.id}, is_asked_for=True)
    return [Stop((STREAM, stream.id)), close] if stream.is_open else []


def _is_full(device: Device21, item: Json) -> bool:
    """Return whether a monitor needs one stream too many; one that replaces another with a stream does not."""
    streamed = [number for number, each in device.storage.monitors.items() if _is_streamed(each.setting)]
    return item.get("id") not in streamed and len(streamed) >= device.number(STREAMS)


def _is_streamed(setting: Json) -> bool:
    return "periodicEventStream" in setting


def _constant(stream: Stream) -> Json:
    return {"id": stream.id, "variableMonitoringId": stream.monitor, "params": stream.params}


def _id_of(request: Json) -> Any:
    stream = request.get("constantStreamData")
    return stream.get("id") if isinstance(stream, dict) else None


def _wake(stream: Stream) -> list[Act]:
    seconds = stream.params.get("interval")
    return [Set((STREAM, stream.id), seconds)] if seconds else []


def _with(device: Device21, stream: Stream) -> Device21:
    return replace(device, streams={**device.streams, stream.id: stream})


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {
    "AdjustPeriodicEventStream": adjust,
    "GetPeriodicEventStream": get,
    "SetVariableMonitoring": set_monitors,
}
ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {STREAM: interval_over}
