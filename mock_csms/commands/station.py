"""The command `mock-station`: reads the settings, runs one station or many, and returns the outcome as exit status."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from mock_csms.behavior.secrets import Secrets
from mock_csms.behavior.templates import World, rfc3339
from mock_csms.commands import prompt
from mock_csms.commands.arguments import Guide, command_line_source, parser_for
from mock_csms.commands.connecting import check_profile, dialer_for, trust_for
from mock_csms.commands.device import device_of
from mock_csms.commands.parser import Parser
from mock_csms.commands.stdout import Stdout, complain
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import replace
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.sink import Sink, finish
from mock_csms.runtime.transport.dial import CannotConnect
from mock_csms.settings.flags import read
from mock_csms.settings.texts import read_text
from mock_csms.settings.values import reason_of
from mock_csms.station import one_shot
from mock_csms.station.control_lines import WORDS
from mock_csms.station.handshake import HandshakeRequest, basic
from mock_csms.station.link import Site
from mock_csms.station.loads import with_load
from mock_csms.station.machines import MACHINES, PREFERRED_VERSION, machine_for
from mock_csms.station.player import Player
from mock_csms.station.settings import StationSettings
from mock_csms.watch.console import Console, look_for
from mock_csms.watch.shown import ShownBus
from mock_csms.watch.statuses import Status, gravest, to_stderr

DESCRIPTION = (
    "A charging station for OCPP 1.6, 2.0.1 or 2.1 that connects to any CSMS: sends single messages, runs charging "
    "sessions, takes typed commands, or simulates thousands of stations under load."
)
FINE, FAILED, CANNOT_CONNECT = Status.FINE, Status.FAILED, Status.NOT_WRITTEN


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or those of the process, and return its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["misbehaviours"]:
        return _list_misbehaviours(words[1:])
    parser = _parser()
    parsed = vars(parser.parse_args(arguments))
    try:
        settings = read(StationSettings, [command_line_source(StationSettings, with_load(parsed))])
        identity = _identity(parsed["url"], is_named=not settings.is_fleet)
        check_profile(settings, parsed["url"])
        authorization, trust = _authorization(settings, identity), trust_for(settings)
        handshake = HandshakeRequest(parsed["url"], settings.subprotocol[:1], authorization, trust)
        _check(settings, handshake)
    except ValueError as error:
        parser.error(str(error))
    try:
        return asyncio.run(_run(settings, identity, handshake))
    except CannotConnect as error:
        problem = printable(Secrets().words(f"cannot connect to {handshake.url}: {error}"))
        to_stderr(f"mock-station: error: {problem}\n")
        return CANNOT_CONNECT
    except ValueError as error:
        parser.error(str(error))
    except Exception as error:
        return _broken(error)


GUIDE = Guide(
    ("mock-station URL [FLAG …]", "mock-station misbehaviours [VERSION]", "URL is ws://HOST:PORT/IDENTITY"),
    ("send", "charge", "id_token", "script", "count", "load", "duration", "device", "misbehave", "password_file"),
    (
        ("ws://127.0.0.1:9000/CS-1 --charge 5", "boots, charges for 5 seconds, exits"),
        ("ws://127.0.0.1:9000/CS-1 --send Heartbeat", "sends one message, prints the answer, exits"),
        ("ws://127.0.0.1:9000/CS-1 --misbehave seqno-gap", "runs until Ctrl-C and breaks one rule"),
        ("ws://127.0.0.1:9000 --load light", "runs 25 stations that connect and disconnect, and judges"),
    ),
    {"Other": {"misbehaviours [VERSION]": "list the values of --misbehave, and the checks that find them"}},
    {"Lines that drive it (typed, through a pipe, or --script)": {f"{n} {w.usage}": w.help for n, w in WORDS.items()}},
)


def _parser() -> Parser:
    parser = parser_for("mock-station", DESCRIPTION, StationSettings, GUIDE)
    parser.add_argument(
        "url",
        metavar="URL",
        help="URL of the CSMS with the identity of the station; for example ws://127.0.0.1:9000/CS-1",
    )
    return parser


def _identity(url: str, *, is_named: bool) -> str:
    """Return the identity at the end of a URL (Part 4, 3.1.1). Raises ValueError if `is_named` and there is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise ValueError(f"{url!r} is not a WebSocket URL such as ws://127.0.0.1:9000/CS-1")
    identity = unquote(parts.path.rpartition("/")[2])
    if is_named and not identity:
        raise ValueError(f"{url!r} does not end with the identity of a station, as in ws://127.0.0.1:9000/CS-1")
    return identity


def _check(settings: StationSettings, handshake: HandshakeRequest) -> None:
    """Raise ValueError for a setting that such stations cannot have, before anything starts."""
    if settings.is_fleet:
        from mock_csms.commands.fleet.running import fleet_of  # noqa: PLC0415 - single stations start sooner

        fleet_of(settings, handshake)
    elif len(settings.subprotocol) > 1:
        raise ValueError("--subprotocol: only many stations can have several")
    else:
        device_of(settings, handshake)


def _authorization(settings: StationSettings, identity: str) -> str | None:
    """Return the Authorization header; None without a password."""
    if settings.password_file is None:
        return None
    password = read_text(settings.password_file).partition("\n")[0].rstrip("\r")
    return basic(settings.user or identity, password)


async def _run(settings: StationSettings, identity: str, handshake: HandshakeRequest) -> int:
    """Run as the settings say, until the work is done or a signal ends it."""
    lost: list[OSError] = []
    broken: list[Status] = []
    chance, bus, sink = Chance(settings.seed), Bus(), Sink(sys.stdout.fileno(), lost.append)
    look = look_for(sys.stdout.fileno(), "INFO", is_verbose=settings.verbose, color=settings.color)
    is_shown = not settings.quiet and not settings.is_fleet
    secrets = Secrets()
    shown = ShownBus(bus, lambda: secrets, is_redacted=False)
    console = Console(shown, sink, replace(look, is_station=True)) if is_shown else None
    dialer = dialer_for(settings)
    world = World(handshake.url, rfc3339, chance.new_integer, chance.new_id, chance.fraction)
    site = Site(dialer, bus, world, settings.speed, settings.ca)

    def say(text: str) -> None:
        sink.write("".join(f"{printable(secrets.words(each))}\n" for each in text.split("\n")).encode())

    running = asyncio.ensure_future(work(settings, identity, handshake, site, say))

    def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not broken:  # report only the first fault, because the others follow from it
            broken.append(_broken(context.get("exception") or context["message"]))
        running.cancel()

    asyncio.get_running_loop().set_exception_handler(fail)
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(signal_, running.cancel)
    if settings.duration is not None:
        asyncio.get_running_loop().call_later(settings.duration, running.cancel)
    try:
        status = await running
    except asyncio.CancelledError:
        status = FINE
    finally:
        await dialer.close(1000, "the station stops")
        if console is not None:
            console.tell()
        finish([sink])
        sink.close()
    return gravest(status, *broken, *map(_told, lost))


def _broken(problem: object) -> Status:
    """Report an exception that nothing handles, in one line: it is a fault of this program."""
    complain(Secrets().words(f"mock-station: error: internal error: {problem!r}\n"))
    return FAILED


def _told(error: OSError) -> Status:
    """Report that stdout could not be written, unless its reader has left."""
    if isinstance(error, BrokenPipeError):
        return FINE
    complain(f"mock-station: error: stdout is incomplete: {reason_of(error)}\n")
    return Status.NOT_WRITTEN


async def work(
    settings: StationSettings,
    identity: str,
    handshake: HandshakeRequest,
    site: Site,
    say: Callable[[str], None],
    typed: Callable[[], AsyncIterator[str]] = prompt.typed_lines,
) -> Status:
    """Send one message or run stations, and return the exit status. Raises CannotConnect.

    `typed` yields the lines that drive a station without `--script`.
    """
    if settings.is_fleet:
        from mock_csms.commands.fleet.running import fleet_of, run_fleet  # noqa: PLC0415 - single stations start sooner

        return await run_fleet(settings, fleet_of(settings, handshake), site, say)
    machine, device = machine_for(handshake), device_of(settings, handshake)
    faults = one_shot.Faults(site.bus)
    if settings.send:
        is_fine = await one_shot.send(settings.send, identity, device, handshake, site)
        return FINE if is_fine and not faults.count else FAILED
    player = Player(identity, device, handshake, site)
    if settings.charge is not None:
        driving = one_shot.charge(
            player,
            settings.evse,
            settings.id_token or machine.notation.token(machine.notation.default_token),
            settings.charge,
        )
    elif settings.script is not None:
        driving = prompt.follow(player, prompt.lines_of_file(settings.script), say)
    else:
        faults.count = -sys.maxsize  # a terminal shows its user the lines anyway
        driving = prompt.follow(player, typed(), say)
    problem = await _beside(player.run(is_patient=settings.retry), driving)
    if problem:
        complain(f"mock-station: error: {problem}\n")
    return FAILED if problem or faults.count > 0 else FINE


async def _beside(running: Coroutine[Any, Any, None], driving: Coroutine[Any, Any, None]) -> str:
    """Run a station and its lines or commands. Returns what went wrong, or an empty text. Raises CannotConnect."""
    station, task = asyncio.ensure_future(running), asyncio.ensure_future(driving)
    try:
        await asyncio.wait({station, task}, return_when=asyncio.FIRST_COMPLETED)
        if station.done():
            station.result()
        await task
    except (TimeoutError, one_shot.Unfinished):
        return "the session could not be completed: the CSMS rejected a message or did not answer"
    finally:
        station.cancel()
        task.cancel()
        await asyncio.gather(station, task, return_exceptions=True)
    return ""


def _list_misbehaviours(words: Sequence[str]) -> int:
    """Print a line for each misbehaviour of a version, and return the exit status."""
    version = words[0] if words else PREFERRED_VERSION
    if version not in MACHINES or len(words) > 1:
        complain(f"mock-station: error: usage: mock-station misbehaviours [{'|'.join(MACHINES)}]\n")
        return Status.WRONG_INPUT
    out, kinds = Stdout(), MACHINES[version].kinds
    out.write("".join(f"{kind:36} {', '.join(row.checks):20} {row.title}\n" for kind, row in kinds.items()).encode())
    return out.status
