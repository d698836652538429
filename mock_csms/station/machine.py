"""What a station of one OCPP version is made of: everything that the code outside the folders of versions calls.

A *device* is the state of such a station: a record that extends `State`. It is `Any` here, because each version has
its own; a machine is only given devices that it made itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record
from mock_csms.station.cues import Act, Cue
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.misbehaviour import Answer, Kinds
from mock_csms.station.state import Identity, Moment


class CommandOutcome(Record):
    """What a command of the CSMS leads to."""

    device: Any
    """The station afterwards."""
    answer: Answer
    acts: list[Act]
    """What the station does when the answer was sent."""

    @property
    def payload(self) -> Json | None:
        """The payload of the result; None where the answer is an error or there is none."""
        return self.answer if isinstance(self.answer, dict) else None


class Notation(Record, eq=False):
    """How people write what a station of this version has. Each parser raises ValueError with one line."""

    token: Callable[[str], Json]
    """Parses an idToken, `ID` or `ID:TYPE`."""
    default_token: str
    """The text of the idToken that charges where none is given."""
    variables: Callable[[Sequence[str]], dict[Any, str]]
    """Parses settings of the station, each `NAME=VALUE`, as a device holds them."""
    features: Callable[[str], frozenset[str]]
    """Parses optional features, separated by commas."""
    default_features: frozenset[str]
    device: Callable[[str], Any]
    """Reads the TOML file at a path, and returns the device that it describes."""
    identity: Mapping[str, Callable[[str], str]]
    """Parses each part of an `Identity`, by its name."""


class Machine(Record, eq=False):
    """A station of one version."""

    new_device: Callable[[Identity, int, int], Any]
    """Returns a new station with a number of EVSEs, each with a number of connectors."""
    secured: Callable[[Any], Any]
    """Returns a device that connects with a password."""
    equipped: Callable[[Any, Mapping[Any, str], frozenset[str]], Any]
    """Returns a device with other values of variables, and with these optional features."""
    step: Callable[[Any, Cue, Moment], tuple[Any, list[Act]]]
    """Takes a device and what happens to it; returns the device afterwards, and what it does."""
    command: Callable[[Any, str, Json, Moment], CommandOutcome]
    """Takes a device and a command of the CSMS: its action and payload."""
    answer_alone: Callable[[Any, Call, Moment], Result]
    """Returns the answer to a command of a station that does nothing else and stays as it is."""
    rebooted: Callable[[Any, Moment], Any]
    """Returns what a reboot leaves of a device."""
    route: Callable[[Any, int, HandshakeRequest], tuple[int, HandshakeRequest]]
    """Returns how to connect at an attempt, counted from 0: the slot of the network profile, and the handshake.

    The handshake that is passed is the one that the station was started with.
    """
    back_off: Callable[[Any, int, Moment], float]
    """Returns how many seconds to wait before the next connection, after a number of failed attempts (Part 4, 5.3)."""
    time_to_set: Callable[[Any, Json], float | None]
    """Returns the time, in seconds since 1970, to which a response sets the station's clock; None where to none."""
    is_authorizing: Callable[[Any], bool]
    """Returns whether the answer to an Authorize decides if somebody may charge."""
    is_charging: Callable[[Any, int], bool]
    """Returns whether a vehicle is authorized and plugged in at an EVSE."""
    describe: Callable[[Any, Moment], Iterable[str]]
    """Returns the lines that show how each EVSE is."""
    kinds: Kinds
    """The misbehaviours, by the names that `--misbehave` takes."""
    notation: Notation
