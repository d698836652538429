"""A station of one OCPP version as a table of functions: everything that code outside the version folders calls.

A *device* is the state of such a station: a record that extends `State`. It is `Any` here, because each version has its
own; a machine only gets devices that it made itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record
from mock_csms.station.cues import Act, Cue
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.misbehaviour import Answer, Kinds
from mock_csms.station.state import Identity, Moment, State


class CommandOutcome(Record):
    """The consequences of a command of the CSMS."""

    device: Any
    """The station afterwards."""
    answer: Answer
    acts: list[Act]
    """The acts of the station after the answer was sent."""

    @property
    def payload(self) -> Json | None:
        """The payload of the result; None if the answer is an error or there is no answer."""
        return self.answer if isinstance(self.answer, dict) else None


class Notation(Record, eq=False):
    """The notation of people for data of a station of this version. Each parser raises ValueError with one line."""

    token: Callable[[str], Json]
    """Parses an idToken, `ID` or `ID:TYPE`."""
    default_token: str
    """The text of the default idToken for charging."""
    variables: Callable[[Sequence[str]], dict[Any, str]]
    """Converts texts `NAME=VALUE` to the variables of the device."""
    features: Callable[[str], frozenset[str]]
    """Parses optional features, separated by commas."""
    default_features: frozenset[str]
    identity: Mapping[str, Callable[[str], str]]
    """Checks each part of an `Identity`, by its name."""
    device: Callable[[str], Any] | None = None
    """Reads the TOML file at a path, and returns the device that it describes; None without such files."""


class Machine(Record, eq=False):
    """A station of one version."""

    new_device: Callable[[Identity, int, int], Any]
    """Returns a new station with a number of EVSEs, each with a number of connectors."""
    read: Callable[[State], State | None]
    """Returns the device of a device file as one of this version; None if such a file is for other versions."""
    places: Callable[[Any], int]
    """Returns how many places to charge at a device has: EVSEs, or in 1.6 connectors."""
    secured: Callable[[Any, int, str, tuple[str, str]], Any]
    """Returns a device with a security profile, roots of the CSMS in PEM, and its own certificate with its key.

    Raises ValueError for a text that has no certificate.
    """
    equipped: Callable[[Any, Mapping[Any, str], frozenset[str]], Any]
    """Returns a device with other values of variables, and with these optional features."""
    step: Callable[[Any, Cue, Moment], tuple[Any, list[Act]]]
    """Takes a device and a cue; returns the device afterwards, and its acts."""
    command: Callable[[Any, str, Json, Moment], CommandOutcome]
    """Takes a device and a command of the CSMS: its action and payload."""
    answer_alone: Callable[[Any, Call, Moment], Result]
    """Returns the answer to a command; the device does not change.

    It is for a station that only sends single messages.
    """
    rebooted: Callable[[Any, Moment], Any]
    """Returns the device after a reboot."""
    route: Callable[[Any, int, HandshakeRequest], tuple[int, HandshakeRequest]]
    """Returns the slot of the network profile and the handshake for an attempt, counted from 0.

    The handshake in the arguments is the one with which the station was started.
    """
    back_off: Callable[[Any, int, Moment], float]
    """Returns how many seconds to wait before the next connection, after a number of failed attempts (Part 4, 5.3)."""
    time_to_set: Callable[[Any, Json], float | None]
    """Returns the time in a response to which the station sets its clock, in seconds since 1970; None for no time."""
    is_authorizing: Callable[[Any], bool]
    """Returns whether the station waits for the answer to an Authorize."""
    is_charging: Callable[[Any, int], bool]
    """Returns whether a vehicle is authorized and plugged in at an EVSE."""
    describe: Callable[[Any, Moment], Iterable[str]]
    """Returns lines with the state of each EVSE."""
    kinds: Kinds
    """The misbehaviours, by the names that `--misbehave` takes."""
    notation: Notation
