"""The endpoints for stations: lists, registration, commands and raw frames."""

from typing import Annotated, Any, Literal, TypeAlias

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import UNSET, Meta, Record, UnsetType

_STATION = f"{PREFIX}/stations/{{station}}"
_UNKNOWN = "the station has never connected and is not registered"
_AWAY = "the station is not connected"


class StationsQuery(Fields):
    """Selects stations."""

    connected: Annotated[bool | None, about("true: only connected stations; false: only others")] = None
    match: Annotated[str, about("only those whose identity matches this pattern; * and ? are wildcards")] = "*"
    limit: Annotated[int, about("how many at most", ge=1, le=10_000)] = 1000
    after: Annotated[str, about("the last identity of the previous page")] = ""


class ConnectorRow(Record):
    """A connector with the status that it last reported."""

    evse: int
    connector: int
    status: str


class StationRow(Record):
    """A station, in short."""

    station: Annotated[str, about("its identity, in the spelling of its first connection")]
    connected: bool
    registered: Annotated[bool, about("whether it was registered with this API")]
    version: Annotated[str | None, about("the version of OCPP that it speaks; null if it is not connected")]
    boot_status: Annotated[str | None, about("how its last boot was answered")]
    vendor: str | None
    model: str | None
    connectors: list[ConnectorRow]
    transactions: Annotated[list[str], about("the ids of its running transactions")]
    seen: Annotated[str | None, about("when it last sent a message or connected (RFC 3339)")]
    findings: Annotated[dict[str, int], about("how many findings there are about it, by severity")]


class VariableRow(Record):
    """A variable of the device model, with its value if the value is known."""

    component: str
    variable: str
    value: str | None
    evse: int = 0
    connector: int = 0
    component_instance: str = ""
    variable_instance: str = ""


class ConnectionRow(Record):
    """The connection of a station."""

    url: Annotated[str, about("the URL that it used; empty for the URL of the mock itself")]
    opened: Annotated[int, about("how many connections it has had")]
    opened_at: str | None
    lost_at: str | None
    refused: Annotated[int, about("how many requests in a row were refused")]
    outages: Annotated[list[tuple[str, str]], about("start and end of each time without a connection")]


class StationWhole(Record):
    """Everything that is known about a station."""

    row: StationRow
    connection: ConnectionRow
    boot: Annotated[dict[str, Any] | None, about("the payload of its last boot, masked")]
    firmware: str | None
    variables: list[VariableRow]


Password: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=600)]


class Registration(Fields):
    """A station that may connect."""

    password: Annotated[Password | None, about("the password that it must give (security profile 1)")] = None


class Registered(Record):
    """A station that was registered."""

    station: str
    has_password: bool


class Disconnection(Fields):
    """How to end a connection, and how long to refuse the station after that."""

    code: Annotated[int, about("the code of the close frame", ge=1000, le=4999)] = 1000
    reason: Annotated[str, about("the reason in the close frame", max_length=123)] = ""
    abort: Annotated[bool, about("drop the connection with a TCP RST, without a close frame")] = False
    refuse_for: Annotated[float, about("answer its handshakes with 503 for so many seconds", ge=0, le=1e9)] = 0.0


class WasDisconnected(Record):
    """The result of a disconnection."""

    station: str
    was_connected: bool


class CommandBody(Fields):
    """The payload of a command, and how to send it."""

    payload: Annotated[
        Any, about("merged into the default payload of the command, and may contain placeholders; any JSON with `raw`")
    ] = UNSET
    timeout: Annotated[Seconds | None, about("how many seconds to wait for the answer; --call-timeout if null")] = None
    raw: Annotated[bool, about("send exactly `payload`, not merged and not checked; any action is allowed")] = False


class SentRequest(Record):
    """The message that was sent."""

    id: Annotated[str, about("its message id")]
    payload: Annotated[Any, about("its payload, with secrets masked")]


class Outcome(Record, omit_defaults=True):
    """The answer of a station to a command. An error response means that the station gave no answer."""

    outcome: Annotated[
        Literal["result", "error", "invalid"],
        about("a result, a CALLERROR, or an answer that breaks its schema"),
    ]
    station: str
    action: str
    request: SentRequest
    seq: Annotated[int, about("the number of the event with the answer, for `after` of a later wait")]
    ms: Annotated[float, about("milliseconds from the command to its answer")]
    answer: Annotated[Any, about("the payload of the answer, with secrets masked")] = UNSET
    code: Annotated[str | UnsetType, about("the code of a CALLERROR")] = UNSET
    description: str | UnsetType = UNSET
    details: Annotated[Any, about("the details of a CALLERROR")] = UNSET
    violations: Annotated[tuple[str, ...], about("how an answer breaks its schema")] = ()


class ManyQuery(Fields):
    """Selects the stations that get a command."""

    match: Annotated[str, about("the connected stations whose identity matches this pattern")] = "*"


class ManyOutcomes(Record):
    """The answers of several stations."""

    sent: Annotated[int, about("to how many stations the command went")]
    outcomes: Annotated[dict[str, Outcome], about("the answers, by station")]
    problems: Annotated[dict[str, str], about("why there is no answer, by station")]


class RawFrame(Fields):
    """A frame that is sent unchanged: `text`, or `binary` in base64."""

    text: str | None = None
    binary: Annotated[str | None, about("bytes in base64, sent in a binary frame")] = None


class FrameSent(Record):
    """The result of sending a frame."""

    bytes: int
    cursor: Annotated[int, about("the number of the last event after it was sent")]


ENDPOINTS = (
    Operation(
        method="GET",
        path=f"{PREFIX}/stations",
        name="list_stations",
        help="list stations, by identity; the header X-Total-Count says how many match",
        query=StationsQuery,
        answer=list[StationRow],
    ),
    Operation(
        method="GET",
        path=_STATION,
        name="read_station",
        help="everything that is known of a station",
        answer=StationWhole,
        problems={404: _UNKNOWN},
    ),
    Operation(
        method="PUT",
        path=_STATION,
        name="register_station",
        help="let a station connect, with a password if one is given; it counts as one of --known-stations",
        body=Registration,
        answer=Registered,
        also=201,
    ),
    Operation(
        method="DELETE",
        path=_STATION,
        name="forget_station",
        help="take back a registration, and forget what is known of the station",
        status=204,
        problems={404: _UNKNOWN, 409: "the station is connected"},
    ),
    Operation(
        method="POST",
        path=f"{_STATION}/disconnect",
        name="disconnect_station",
        help="close or drop the connection of a station, and keep it away for a while",
        body=Disconnection,
        answer=WasDisconnected,
        problems={404: _UNKNOWN},
    ),
    Operation(
        method="POST",
        path=f"{_STATION}/commands/{{action}}",
        name="send_command",
        help="send a command to a station, and return its answer",
        body=CommandBody,
        answer=Outcome,
        problems={
            404: _UNKNOWN,
            409: _AWAY,
            502: "the connection was lost before the answer",
            503: "too many commands wait for the station",
            504: "no answer came in time",
        },
    ),
    Operation(
        method="POST",
        path=f"{PREFIX}/commands/{{action}}",
        name="send_to_matching",
        help="send a command to all connected stations that match, and return their answers",
        query=ManyQuery,
        body=CommandBody,
        answer=ManyOutcomes,
    ),
    Operation(
        method="POST",
        path=f"{_STATION}/frames",
        name="send_frame",
        help="send a frame unchanged and unchecked, to test invalid messages",
        body=RawFrame,
        is_body_needed=True,
        answer=FrameSent,
        problems={404: _UNKNOWN, 409: _AWAY},
    ),
)
"""The rows for stations."""
