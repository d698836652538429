"""The whole chain: mock-station, the mock as a CPO, and the mock eMSP, as three processes."""

import subprocess
import sys

from tests import warm
from tests.ocpi.emsp.process import Emsp, by_hand, until
from tests.ocpi.peer import OcpiMock
from tests.wire import PATIENCE

STATION = [sys.executable, "-m", "mock_csms.station"]


def test_a_roaming_session() -> None:
    """The CPO registers, and charges as the eMSP asks; session and CDR come, and nothing is found wrong with it."""
    flags = ["--token", "TAG1=ALLOWED"]
    wanted = ("registered", "session[status=ACTIVE]", "session[status=COMPLETED]", "cdr")
    flags += [word for text in wanted for word in ("--expect", text)]
    emsp = Emsp("--token-a", "token-a", *flags, "--expect-order", "--fail-on-findings", "warning")
    mock = OcpiMock("--ocpi-peer", emsp.versions, "--ocpi-peer-token", "token-a")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    station = warm.start([*STATION, f"{mock.url}/CS-1"], **pipes)
    assert station.stdin
    try:
        until(lambda: "CS-1-1" in emsp.events.read_text(encoding="utf-8"))
        station.stdin.write(b"plug\n")
        station.stdin.flush()
        status, out, _ = by_hand(emsp, "start", "CS-1", "--token", "TAG1", "--reference", "ref-1")
        assert (status, out.startswith("ACCEPTED ")) == (0, True)
        session = emsp.until("OcpiExchanged", module="sessions", method="PUT")[0]["request"]
        assert (session["auth_method"], session["authorization_reference"]) == ("COMMAND", "ref-1")
        assert by_hand(emsp, "pull", "sessions")[0] == 0
        assert by_hand(emsp, "stop")[0] == 0
        cdr = emsp.until("OcpiExchanged", module="cdrs")[0]["request"]
        assert (cdr["session_id"], cdr["authorization_reference"]) == (session["id"], "ref-1")
        emsp.process.communicate(None, PATIENCE)
    finally:
        station.kill()
        station.communicate()
        mock.finish()
        status = emsp.process.wait(PATIENCE)
    assert (status, emsp.logged("Finding")) == (0, []), emsp.log
    emsp.finish()
