"""The plans with a station written with the `ocpp` package."""

import asyncio
import socket
import sys
from pathlib import Path

from tests.pace import turns
from tests.plans.typical import IDENTITY, Life
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


async def passes(tmp_path: Path) -> None:
    """Run the cases with the station, and check that they pass."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    profile, life = tmp_path / "station.toml", Life()
    profile.write_text(PROFILE)
    async with life.live(f"ws://127.0.0.1:{port}/{IDENTITY}"):
        words = ["-m", "pytest", "e2e-plans", "-p", "no:cacheprovider", "--profile", str(profile), "--port", str(port)]
        words += ["--operator", f"http:{life.robot}", *[word for case in CASES.split() for word in ("--case", case)]]
        run = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        out, _ = await asyncio.wait_for(run.communicate(), 10 * PATIENCE)
    assert (run.returncode, f"{len(CASES.split())} passed" in out.decode()) == (0, True), out.decode()
