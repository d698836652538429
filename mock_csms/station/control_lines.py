"""The control lines of a station, such as `plug 1`, `card TAG` or `send Heartbeat`, and how they are parsed."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.settings import values
from mock_csms.station import cues
from mock_csms.station.machines import PREFERRED
from mock_csms.station.requests import check_action
from mock_csms.station.v2.v21.lines import battery_in, grid_fault, vat


class StayAway(Record):
    """Disconnect for a number of seconds."""

    seconds: float


class Wait(Record):
    """Wait a number of seconds before the next line."""

    seconds: float


class ShowStatus(Record):
    """Print the state of the station."""


class ShowHelp(Record):
    """Print the list of control lines."""


class Quit(Record):
    """Stop the station."""


class SendCall(Record):
    """Send a call."""

    action: str
    given: Json
    """The JSON that is merged into the default payload."""


Order: TypeAlias = (
    (cues.Plugged | cues.Unplugged | cues.Presented | cues.PowerCycled | StayAway | Wait | SendCall | ShowStatus)
    | (cues.Arrived | cues.Departed | cues.Paused | cues.Ready)
    | (cues.PriorityTurned | cues.GridFault | cues.VatEntered | cues.ChainAsked)
    | (cues.SwapWished | cues.BatteryGiven | cues.BatteryTaken)
    | ShowHelp
    | Quit
)


class Word(Record):
    """The first word of a control line."""

    usage: str
    """The parameters after the word; `<…>` is required, `[…]` is optional."""
    help: str
    """The effect of the line."""
    order: Callable[[Sequence[str]], Order]
    """Makes the order from the parameters. Raises ValueError for wrong ones."""


def parse_line(line: str) -> Order | None:
    """Parse a line; return None for an empty line or a comment. Raises ValueError with one line for the user."""
    name, rest = [*line.split(maxsplit=1), "", ""][:2]
    if not name or name.startswith("#"):
        return None
    word = WORDS.get(name)
    if word is None:
        raise ValueError(f"{name!r} is not a known line{did_you_mean(name, WORDS)} (help lists all lines)")
    parts = rest.split(maxsplit=1) if word.order is _send else rest.split()
    wanted = word.usage.split()
    if not sum(each.startswith("<") for each in wanted) <= len(parts) <= len(wanted):
        raise ValueError(f"usage: {name} {word.usage}".rstrip())
    return word.order(parts)


def parse_call(text: str) -> SendCall:
    """Parse a call in the form `ACTION`, `ACTION JSON` or `ACTION @FILE`. Raises ValueError."""
    return _send(text.split(maxsplit=1))


def _send(parts: Sequence[str]) -> SendCall:
    if not parts:
        raise ValueError("the action is missing")
    return SendCall(check_action(parts[0]), values.json_object(parts[1]) if len(parts) > 1 else {})


def _number(text: str) -> int:
    return values.integer(1)(text)


def _plug(parts: Sequence[str]) -> cues.Plugged:
    return cues.Plugged(*(_number(part) for part in parts)) if parts else cues.Plugged(1)


def _evse(parts: Sequence[str]) -> int:
    return _number(parts[0]) if parts else 1


def _card(parts: Sequence[str]) -> cues.Presented:
    return cues.Presented(PREFERRED.notation.token(parts[0]), _number(parts[1]) if len(parts) > 1 else None)


WORDS: Mapping[str, Word] = {
    "plug": Word("[EVSE] [CONNECTOR]", "plug the cable into the vehicle", _plug),
    "unplug": Word("[EVSE]", "unplug the cable from the vehicle", lambda parts: cues.Unplugged(_evse(parts))),
    "unplug-ev": Word(
        "[EVSE]",
        "take the cable out of the vehicle; a detachable one (HFS-1) stays in the station",
        lambda parts: cues.Unplugged(_evse(parts), is_left=True),
    ),
    "card": Word("<ID[:TYPE]> [EVSE]", "present an idToken; presenting it again stops charging", _card),
    "ev-pause": Word("[EVSE]", "let the vehicle suspend charging", lambda parts: cues.Paused(_evse(parts))),
    "ev-ready": Word("[EVSE]", "let the vehicle resume charging", lambda parts: cues.Ready(_evse(parts))),
    "drive-in": Word("[EVSE]", "drive a vehicle into the parking bay", lambda parts: cues.Arrived(_evse(parts))),
    "drive-out": Word("[EVSE]", "drive the vehicle out of the parking bay", lambda parts: cues.Departed(_evse(parts))),
    "priority": Word(
        "[EVSE]", "turn priority charging on or off (2.1)", lambda parts: cues.PriorityTurned(_evse(parts))
    ),
    "grid-fault": Word("<CONTROL> <FAULT> [over]", "report a fault of the grid, or its end (2.1)", grid_fault),
    "vat": Word("<NUMBER> [EVSE]", "enter a VAT number for the receipt (2.1)", vat),
    "chain-status": Word("", "ask whether the certificates were revoked (2.1)", lambda _: cues.ChainAsked()),
    "swap": Word(
        "<ID[:TYPE]>",
        "present an idToken to swap a battery (2.1)",
        lambda parts: cues.SwapWished(PREFERRED.notation.token(parts[0])),
    ),
    "battery-in": Word("<EVSE> [PERCENT]", "put a battery, of 20 % unless given, in a slot (2.1)", battery_in),
    "battery-out": Word("", "take the battery that is offered (2.1)", lambda _: cues.BatteryTaken()),
    "send": Word("<ACTION> [JSON]", "send a call; the JSON is merged into a valid default payload", _send),
    "reboot": Word("", "switch the station off and on again", lambda _: cues.PowerCycled()),
    "offline": Word("<SEC>", "disconnect for this many seconds", lambda parts: StayAway(values.number()(parts[0]))),
    "wait": Word("<SEC>", "wait this many seconds before the next line", lambda parts: Wait(values.number()(parts[0]))),
    "status": Word("", "show the state of the station", lambda _: ShowStatus()),
    "help": Word("", "list these lines", lambda _: ShowHelp()),
    "quit": Word("", "stop the station and exit", lambda _: Quit()),
}
"""Every control line, by its first word."""
