"""The plans with a station written with the `ocpp` package."""

import asyncio
import socket
import sys
from pathlib import Path

from tests.pace import turns
from tests.plans.typical import IDENTITY, Life
from tests.plans.typical16 import IDENTITY as IDENTITY_16
from tests.plans.typical16 import living
from tests.wire import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
PROFILE = f"""
identity = "{IDENTITY}"
[timeouts]
message = 10
boot = 60
silence = 0.5
settle = 0.2
interval = 1
tolerance = 0.3
"""
CASES = (
    "TC-A04 TC-B02 TC-B03 TC-B05-SV TC-B06-GV TC-B06-MCP TC-B07 TC-B11 TC-E14 TC-F06-TRIGGER TC-G01 TC-G02 "
    "TC-G03 TC-M01 TC-M03 TC-M04 TC-M05 TC-M06 TC-N02 TC-N02-CI TC-P01 TC-P02 TC_B_01_CS TC_B_03_CS TC_B_06_CS "
    "TC_B_07_CS TC_B_09_CS TC_B_10_CS TC_B_15_CS TC_B_20_CS TC_B_28_CS TC_B_30_CS TC_B_32_CS TC_B_33_CS "
    "TC_B_34_CS TC_B_35_CS TC_B_36_CS TC_B_37_CS TC_B_39_CS TC_B_43_CS TC_N_32_CS TC_P_01_CS TC_P_03_CS"
)
"""Cases that only need messages, and an operator who can reboot the station or make it send calls."""


async def test_another_station_passes(tmp_path: Path) -> None:
    """These cases also pass with a station other than mock-station."""
    for turn in turns():  # the profile has a small tolerance
        with turn:
            await passes(tmp_path)


OF_16 = f"""
identity = "{IDENTITY_16}"
version = "1.6"
features = ["HFS-2"]
[timeouts]
message = 10
boot = 60
silence = 0.5
settle = 0.2
interval = 1
tolerance = 0.3
"""
CASES_OF_16 = (
    "TC_001_CS TC_002_CS TC_013_CS TC_014_CS TC_017_2_CS TC_021_CS TC_027_CS TC_031_CS TC_040_1_CS TC_040_2_CS "
    "TC_042_1_CS TC_043_1_CS TC_054_CS TC_055_CS TC_062_CS"
)
"""Cases of 1.6 that only need messages."""


async def test_another_station_of_16_passes(tmp_path: Path) -> None:
    """These cases also pass with a station of OCPP 1.6 other than mock-station; it has no list, and needs reboots."""
    for turn in turns():
        with turn:
            port = free_port()
            async with living(f"ws://127.0.0.1:{port}/{IDENTITY_16}"):
                await run(tmp_path, OF_16, port, CASES_OF_16)


async def passes(tmp_path: Path) -> None:
    """Run the cases with the station, and check that they pass."""
    port, life = free_port(), Life()
    async with life.live(f"ws://127.0.0.1:{port}/{IDENTITY}"):
        await run(tmp_path, PROFILE, port, CASES, "--operator", f"http:{life.robot}")


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def run(tmp_path: Path, text: str, port: int, cases: str, *more: str) -> None:
    """Run these cases with a profile, and check that they pass."""
    profile = tmp_path / "station.toml"
    profile.write_text(text)
    words = ["-m", "pytest", "e2e-plans", "-p", "no:cacheprovider", "--profile", str(profile), "--port", str(port)]
    words += [*more, *[word for case in cases.split() for word in ("--case", case)]]
    run = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(run.communicate(), 10 * PATIENCE)
    assert (run.returncode, f"{len(cases.split())} passed" in out.decode()) == (0, True), out.decode()
