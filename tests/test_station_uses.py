"""The reference station has no findings in any use that the documentation shows.

A use is the whole `mock-station` from its settings to a real socket, in virtual time, so that sessions may take hours.
The examples of the README also run as processes.
"""

import asyncio
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from mock_csms.behavior.templates import World, rfc3339
from mock_csms.commands.arguments import command_line_source, parser_for
from mock_csms.commands.station import work
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.runtime.transport.limits import Limits
from mock_csms.settings.flags import read
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.link import Site
from mock_csms.station.loads import with_load
from mock_csms.station.settings import StationSettings
from tests.conformance.live import run_of
from tests.reference_station import run
from tests.station.rig import STATION, Stand
from tests.wire import Mock

AFTERWARDS = 200.0
"""How many seconds the mock continues after the station has left, so that all deadlines expire."""
OTHER_CLOCK = {"R18", "B10", "B04"}
"""The checks that report a station whose clock runs faster than the mock's."""

USES: dict[str, str] = {
    "charge": "--charge 5",
    "charge nothing": "--charge 0",
    "charge for an hour": "--charge 4000",
    "charge elsewhere": "--charge 5 --evses 3 --evse 2 --connectors 2 --id-token X:Central",
    "send": """--send BootNotification --send 'StatusNotification {"connectorStatus": "Occupied"}'""",
    "stay": "--duration 500",
    "many": "--count 20 --ramp 5 --duration 100",
    "churn": "--count 20 --churn",
    "stages": "--stages 6:10s,6:90s,0:10s --pause 1000-9000 --send StatusNotification --send Authorize",
    "ready load": "--load light --stages 3:1s,3:2s,0:1s --ocpp 1.6,2.0.1,2.1 --min messages_per_second=1",
    "fast": "--charge 3600 --speed 60",
    "compressed": "--charge 5 --compression",
    "features": "--charge 5 --features C-13",
    "cable first": "--charge 100 --variable TxCtrlr.TxStartPoint=EVConnected",
    "free": "--charge 100 --variable AuthCtrlr.Enabled=false",
    "by the clock": "--charge 200 --variable AlignedDataCtrlr.Interval=60",
}
"""Flags of `mock-station`."""
IMPATIENT = {"send", "churn", "ready load"}
"""Uses in which the station sends calls or leaves without waiting until it is accepted."""
LINES: dict[str, str] = {
    "readme": "plug; card TAG1; wait 5; offline 3; wait 5; card TAG1; unplug",
    "vehicles": "drive-in; plug; card A; wait 70; ev-pause; wait 70; ev-ready; wait 70; card A; unplug; drive-out",
    "a long outage": "wait 5; offline 500; wait 800",
    "reboots": "wait 5; reboot; wait 60; plug; card A; wait 10; reboot; wait 60; card A; unplug",
    "outages": "wait 5; offline 30; wait 60; plug; card A; wait 10; offline 100; wait 150; card A; unplug; wait 5",
    "calls": "send Heartbeat; wait 1; send StatusNotification; send MeterValues; send DataTransfer; status; help; quit",
    "everything while offline": "wait 2; offline 20; plug; card A; wait 60; card A; unplug; wait 30",
    "left alone": "plug; card A; wait 5; quit",
    "card first": "card A; wait 30; plug; wait 60; unplug; wait 5",
    "nobody plugs in": "card A; wait 300",
}
"""Control lines, typed or from a file."""
MOCKS: dict[str, dict[str, Any]] = {
    "": {},
    "waits": {"boot_status_sequence": "Pending,Accepted", "boot_interval": 5},
    "ahead": {"clock_offset": 3600.0},
    "behind": {"clock_offset": -3600.0},
}
"""Settings of the mock."""


def settings_of(flags: str) -> StationSettings:
    """Return the settings for these flags of `mock-station`."""
    parser = parser_for("mock-station", "", StationSettings)
    given = with_load(vars(parser.parse_args(shlex.split(flags))))
    return read(StationSettings, [command_line_source(StationSettings, given)])


async def use(stand: Stand, settings: StationSettings) -> int:
    """Run `mock-station` against the mock to its end, and return its exit status."""
    chance, dialer = Chance(3), Dialer(Limits(1 << 20, settings.compression, 20.0, 20.0))
    url = stand.mock.url if settings.is_fleet else f"{stand.mock.url}/{STATION}"
    site = Site(dialer, Bus(), World(url, rfc3339, chance.new_integer, chance.new_id, chance.fraction), settings.speed)
    task = asyncio.ensure_future(
        work(settings, STATION, HandshakeRequest(url, settings.subprotocol[:1]), site, lambda _: None)
    )
    if settings.duration is not None:
        stand.loop.call_later(settings.duration, task.cancel)
    (status,) = await asyncio.gather(task, return_exceptions=True)
    await dialer.close(1000, "the station stops")
    await asyncio.sleep(AFTERWARDS)
    return 0 if isinstance(status, asyncio.CancelledError) else status  # type: ignore[return-value] # or an error, which is not 0


def problems(flags: str, mock: str) -> list[str]:
    """Return the problems of a use: findings above info, a status other than 0, and exceptions."""
    with Stand(**MOCKS[mock]) as stand:
        status = stand.do(use(stand, settings_of(flags)))
    found = run_of(stand)
    excused = OTHER_CLOCK if "--speed" in flags else set()
    grave = [f"{each.check}: {each.problem}" for each in found.findings if each.severity != "info"]
    return [*([f"status {status!r}"] if status else []), *found.accidents, *(s for s in grave if s[:3] not in excused)]


@pytest.mark.parametrize(
    ("name", "mock"), [(name, mock) for name in USES for mock in MOCKS if mock != "waits" or name not in IMPATIENT]
)
def test_flags(name: str, mock: str) -> None:
    """With these flags the station has no findings."""
    assert problems(USES[name], mock) == []


@pytest.mark.parametrize("mock", MOCKS)
@pytest.mark.parametrize("name", LINES)
def test_lines(name: str, mock: str, tmp_path: Path) -> None:
    """With these control lines the station has no findings."""
    script = tmp_path / "lines"
    script.write_text(f"wait 10; {LINES[name]}".replace("; ", "\n"))
    assert problems(f"--script {script}", mock) == []


ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *(page for page in sorted(ROOT.glob("docs/*.md")) if page.name != "recipes.md")]
"""The pages with examples of mock-station; the recipes have their own test."""
COMMAND = re.compile(
    r"^(?:.*\| )?(?:poetry run |\.venv/bin/)?mock-station (ws://127\.0\.0\.1:9000.*?)(?: &)?$", re.MULTILINE
)
EXAMPLES = [
    example
    for page in PAGES
    for example in COMMAND.findall(page.read_text(encoding="utf-8"))
    if not any(part in example for part in ("--misbehave", "--count 5000", ">"))
]


NO_LIMITS = shlex.split("--max connect_ms.p95=1e9 --max close_ms.p95=1e9 --min messages_per_second=0")
"""Thresholds that are always met."""
_DOING = {"--charge", "--send", "--count", "--stages", "--load", "--script", "--duration"}
"""Flags that say what a station does; without them it reads lines."""


def test_there_are_examples() -> None:
    """The documentation has several examples of mock-station."""
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_documentation(example: str) -> None:
    """Each example runs as printed, but load tests are small and without limits. It has no grave finding."""
    words = shlex.split(example)
    if {"--count", "--stages", "--load"} & {*words}:
        words += NO_LIMITS if {"--churn", "--load"} & {*words} else ["--duration", "3"]
        words += ["--count", "9"] if "--count" in words else ["--stages", "5:1s,0:1s"]
    lines = "plug\ncard TAG1\nwait 1\noffline 1\nwait 1\ncard TAG1\nunplug\n" if not _DOING & {*words} else ""
    mock = Mock("--fail-on-findings=warning", *(["--ocpp=1.6"] if re.search(r"--ocpp 1\.6( |$)", example) else []))
    try:
        assert run(words[0].replace("ws://127.0.0.1:9000", mock.url), *words[1:], lines=lines).status == 0
    finally:
        mock.finish()
