"""The subcommand `mock-csms emsp`: a mock eMSP for a CPO under test."""

import asyncio
import sys
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from mock_csms.commands.arguments import Guide, command_line_source, parser_for
from mock_csms.commands.clashes import refuse_same
from mock_csms.commands.ready import ReadyFile, remove_old
from mock_csms.commands.serve import Ending, failed_in, handle_signals
from mock_csms.commands.stdout import complain, naming, tell
from mock_csms.ocpi.emsp.checks.catalogue import select_ocpi
from mock_csms.ocpi.emsp.happenings import happenings
from mock_csms.ocpi.emsp.settings import EmspSettings
from mock_csms.ocpi.emsp.sightings import Sighting
from mock_csms.ocpi.v221 import VERSION
from mock_csms.runtime.bus import Bus
from mock_csms.settings import Config
from mock_csms.settings.control import Address, address, is_loopback
from mock_csms.settings.flags import read
from mock_csms.watch.findings import Findings
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.records import Recorder
from mock_csms.watch.statuses import cannot_start
from mock_csms.watch.verdict import RunVerdict

if TYPE_CHECKING:
    from mock_csms.ocpi.emsp.checks.table import OcpiCheck

DESCRIPTION = (
    "A mock eMSP for OCPI 2.2.1: receives and checks what a CPO sends, owns tokens and authorizes them as told, sends "
    "commands (mock-csms ocpi), injects faults, and returns an exit status for CI."
)
USUAL = "8000"
"""The port, unless another one is given."""
NO_CPO = "no CPO came"
GUIDE = Guide(
    ("mock-csms emsp [[HOST:]PORT] [FLAG …]", "mock-csms ocpi --emsp URL COMMAND …", "without PORT it is 8000"),
    ("party", "token", "token_a", "peer", "peer_token", "expect", "forbid", "fault", "fail_on_findings", "events"),
    (
        ("8000 --peer http://127.0.0.1:8001/ocpi/versions --peer-token T", "registers with a CPO"),
        ("--token TAG1=ALLOWED --token TAG2=BLOCKED", "answers real-time authorizations"),
        ("--expect 'session[status=COMPLETED]' --expect cdr", "ends with status 0 once both have come"),
        ("--fault 'sessions.put*2' 'status code=500'", "answers the first two pushes of sessions with HTTP 500"),
    ),
)


def emsp(arguments: Sequence[str]) -> int:
    """Serve until the verdict, the end of --duration or a signal, and return the exit status."""
    parser = parser_for("mock-csms emsp", DESCRIPTION, EmspSettings, GUIDE)
    parser.add_argument("address", nargs="?", default=USUAL, metavar="[HOST:]PORT", help="where to listen; 0: any port")
    parsed = vars(parser.parse_args(arguments))
    try:
        settings = read(EmspSettings, [command_line_source(EmspSettings, parsed)])
        where = address(parsed["address"])
        files = [("--events", settings.events), ("--junit", settings.junit), ("--ready-file", settings.ready_file)]
        refuse_same([(flag, path) for flag, path in files if path])
    except ValueError as error:
        parser.error(str(error))
    try:
        remove_old(settings.ready_file)
    except OSError as error:
        return cannot_start(str(settings.ready_file), error)
    return asyncio.Runner().run(serve_emsp(settings, where))


async def serve_emsp(settings: EmspSettings, where: Address) -> int:
    """Serve, judge, and return the exit status."""
    from mock_csms.ocpi.http.emsp import EmspServer  # noqa: PLC0415 - neither help nor a usage error waits for it

    bus, ended = Bus(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bus.publish(failed_in(context)))
    people = sys.stderr if settings.events == "-" else sys.stdout
    ready = ReadyFile(settings.ready_file)
    async with AsyncExitStack() as stack:
        try:
            records = stack.enter_context(Recorder(_records(settings), bus))
            ending = Ending(records, people, ready, lambda: None)
            run = _verdict(settings, bus, records, ended)
            findings: Findings

            def count(seen: Sighting) -> None:
                findings.saw(VERSION)
                if run is not None:
                    for happened in happenings(seen):
                        run.take(seen.exchange.at, _party(seen, *happened), happened)

            server = EmspServer(settings, bus.publish, count)
            findings = Findings(settings, records.shown, lambda: server.exercised, NO_CPO, _selected)
            judgement = Judgement(findings, run)
            stack.callback(ready.remove)
            await stack.enter_async_context(server.open(where))
            handle_signals(ended, ending.force)
            url = f"{server.world.base}/ocpi/versions"
            with naming("stdout" if people is sys.stdout else "stderr"):
                tell(people, f"Listening on {url}\n")
            for warning in _exposed(settings, where):
                complain(f"mock-csms emsp: warning: {warning}\n")
            with naming(str(settings.ready_file)):
                ready.write(url)
        except OSError as error:
            return cannot_start(error.filename or str(where), error)
        if settings.duration is not None:
            asyncio.get_running_loop().call_later(settings.duration, ended.set)
        await ended.wait()
        ending.judge(judgement)
    return ending.tell()


def _records(settings: EmspSettings) -> Config:
    """Return what the recorder needs, as settings of the mock."""
    return Config(
        events=settings.events,
        junit=settings.junit,
        quiet=settings.quiet,
        verbose=settings.verbose,
        color=settings.color,
        log_level=settings.log_level,
    )


def _verdict(settings: EmspSettings, bus: Bus, records: Recorder, ended: asyncio.Event) -> RunVerdict | None:
    if not (settings.expect or settings.forbid):
        return None
    return RunVerdict(settings, bus, records.shown, ended.set, records.mask_difference, NO_CPO)


def _selected(text: str, _: Collection[str]) -> "Sequence[OcpiCheck]":
    return select_ocpi(text)


def _party(seen: Sighting, name: str, payload: object) -> str:
    """Return the party that something is about."""
    return payload["party"] if name == "registered" and isinstance(payload, dict) else seen.exchange.station


def _exposed(settings: EmspSettings, where: Address) -> Sequence[str]:
    if is_loopback(where.host):
        return ()
    if settings.open:
        return ("everybody on the network can send requests without a token (--open)",)
    return () if settings.no_presets else ("everybody on the network may know the preset tokens; see --no-presets",)
