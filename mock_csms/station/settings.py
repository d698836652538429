"""Every setting of `mock-station`: one field is one flag and one row of docs/mock-station.md, as in `settings/`."""

from collections.abc import Sequence
from typing import ClassVar

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.settings import encryption, values
from mock_csms.settings.color import color
from mock_csms.settings.flags import Immutable, flag, part, switch
from mock_csms.station.control_lines import SendCall, parse_call
from mock_csms.station.fleet_settings import FLEETS, Many
from mock_csms.station.handshake import PREFERRED_SUBPROTOCOL
from mock_csms.station.machines import KINDS, PREFERRED, subprotocol
from mock_csms.station.state import Habit, State

_NOTATION = PREFERRED.notation


def calls(value: Sequence[str]) -> tuple[SendCall, ...]:
    """Parse the calls of --send."""
    return tuple(parse_call(item) for item in value)


def habits(value: Sequence[str]) -> tuple[Habit, ...]:
    """Parse misbehaviours, each `KIND` or `KIND@N`. Raises ValueError."""
    given: list[Habit] = []
    for item in value:
        kind, at, first = item.partition("@")
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not a misbehaviour{did_you_mean(kind, KINDS)}")
        given.append(Habit(kind, values.integer(1)(first) if at else 1))
    return tuple(given)


def subprotocols(value: str) -> tuple[str, ...]:
    """Parse versions or subprotocols, separated by commas. Raises ValueError."""
    return tuple(dict.fromkeys(subprotocol(part.strip()) for part in value.split(",")))


_APART = {"send": ("charge", "script"), "charge": ("script", *FLEETS), "script": FLEETS}
"""The settings that exclude each other. Many stations can send calls."""


@part
class Doing:
    """What the station does. Without --send, --charge, --script and many stations it runs until a signal ends it."""

    title: ClassVar[str] = "what it does"

    send: tuple[SendCall, ...] = flag(
        (),
        "send this call, print request and response, and exit; the JSON (or @FILE) is merged into a valid default "
        "payload; repeatable; nothing else is sent; with many stations, each sends these calls in turn while it is "
        "connected",
        calls,
        "'ACTION JSON'",
        repeated=True,
        rivals=_APART["send"],
    )
    charge: float | None = flag(
        None,
        "plug in, authorize, charge for SEC seconds, stop, unplug, and exit",
        values.number(),
        "SEC",
        rivals=_APART["charge"],
    )
    id_token: Json | None = flag(
        None,
        "idToken that charges, with --charge; TYPE is ISO14443 unless given",
        _NOTATION.token,
        "ID[:TYPE]",
        needs=("charge",),
        shown=_NOTATION.default_token,
    )
    evse: int = flag(
        1, "EVSE to charge at, with --charge; in OCPP 1.6 the connector", values.integer(1), "N", needs=("charge",)
    )
    script: str | None = flag(
        None,
        "run the lines of this file, and exit; the lines are listed at the end of --help-all",
        values.text,
        "FILE",
        rivals=_APART["script"],
    )
    duration: float | None = flag(None, "stop after this many seconds", values.number(above=True), "SEC")


@part
class Connecting:
    """How the station connects."""

    title: ClassVar[str] = "connection"

    user: str | None = flag(
        None,
        "user name for Basic authentication; the default is the identity",
        values.text,
        "NAME",
        needs=("password_file",),
    )
    password_file: str | None = flag(
        None, "read the password for Basic authentication from the first line of this file", values.text, "FILE"
    )
    ca: str | None = flag(
        None,
        "trust the authorities in this PEM file with wss://; the default are those of the system",
        encryption.pem,
        "FILE",
    )
    client_cert: str | None = flag(
        None,
        "PEM file with the station's own certificate and those of its authorities; its key is in the same file, or in "
        "the one that ends with .key in place of .pem",
        encryption.pem,
        "FILE",
    )
    security_profile: int | None = flag(
        None,
        "insist on a security profile; 1: ws:// with a password; 2: wss:// with a password; 3: wss:// with a client "
        "certificate and without a password",
        values.integer(1, 3),
        "1|2|3",
    )
    subprotocol: tuple[str, ...] = flag(
        (PREFERRED_SUBPROTOCOL,),
        "version of OCPP, such as 1.6; or the WebSocket subprotocol to offer; many stations may have several, such as "
        "1.6,2.0.1, and take turns",
        subprotocols,
        "NAME[,NAME]",
        aliases=("--ocpp",),
    )
    retry: bool = switch("try to connect again if the first attempt fails, instead of ending", rivals=("send",))
    compression: bool = switch("offer permessage-deflate; it takes 40 kB of memory per connection")


@part
class Shape:
    """The kind of station."""

    title: ClassVar[str] = "the station"

    device: State | None = flag(
        None,
        "TOML file that describes the station; identity, EVSEs with their connectors, values of variables, more "
        "variables; not in OCPP 1.6",
        _NOTATION.device,
        "FILE",
        rivals=("evses", "connectors", "vendor", "model", "serial_number"),
    )
    speed: float = flag(
        1.0,
        "let the station's clock run N times as fast; with 60 an hour's session takes a minute",
        values.number(above=True),
        "N",
    )
    evses: int = flag(
        1, "number of EVSEs; in OCPP 1.6 their connectors are counted through", values.integer(1, 100), "N"
    )
    connectors: int = flag(1, "number of connectors of each EVSE", values.integer(1, 10), "N")
    vendor: str = flag(
        "mock-csms",
        "`vendorName` in BootNotification",
        values.text,
        "NAME",
    )
    model: str = flag(
        "reference-station",
        "`model` in BootNotification",
        values.text,
        "NAME",
    )
    serial_number: str = flag(
        "MOCK-0001",
        "`serialNumber` in BootNotification",
        values.text,
        "TEXT",
    )
    variable: tuple[str, ...] = flag(
        (),
        "set a variable of the station, such as TxCtrlr.TxStartPoint=EVConnected; repeatable; in OCPP 1.6 a "
        "configuration key, such as MeterValueSampleInterval=5",
        tuple,
        "NAME=VALUE",
        repeated=True,
    )
    features: frozenset[str] = flag(
        _NOTATION.default_features,
        "optional features of Part 5 that the station has; not in OCPP 1.6; C-07: its display lets the holder of a "
        "master pass choose a transaction; C-13: it can reset a single EVSE; C-14: it finds customers by the text of "
        "an idToken; C-43 and AQ-7: it installs or downloads firmware during a transaction; C-56: it sends a summary "
        "inventory; C-60: it can cancel a firmware update; AQ-2: its cables can only be plugged in after "
        "authorization; AQ-8: drivers choose the EVSE before authorization, and not by plugging in; AS-2: it accepts a "
        "new root of the CSMS only if the old one has signed it; L02: it installs firmware without a signature; HFS-1: "
        "its cables are detachable; HFS-4: its connectors are for direct current; '' is none",
        _NOTATION.features,
        "ID[,ID]",
        shown=",".join(sorted(_NOTATION.default_features)),
    )
    misbehave: tuple[Habit, ...] = flag(
        (),
        "break the rules in this way, from the N-th occasion on; repeatable; `mock-station misbehaviours` lists all",
        habits,
        "KIND[@N]",
        repeated=True,
    )
    seed: int | None = flag(None, "make every random choice repeatable", values.integer(), "N")


@part
class Output:
    """The settings of the output."""

    title: ClassVar[str] = "output"

    quiet: bool = switch("do not print messages")
    verbose: bool = switch("print payloads in full", short="-v")
    color: str = color()


@part
class StationSettings(Output, Shape, Connecting, Many, Doing, Immutable):
    """The settings of one `mock-station`. (A dataclass lists the fields of its last base first.)"""
