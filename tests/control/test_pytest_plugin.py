"""The fixture `mock_csms` as users use it: pytest runs in another process, with the plugin and a test file."""

import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
MY_STATION = Path(__file__).with_name("my_station.py")
HEAD = f"""
import asyncio, json, socket, subprocess, sys, threading, time
import pytest
from websockets.asyncio.client import connect
from websockets.sync import client

BOOT = {{"reason": "PowerUp", "chargingStation": {{"model": "M", "vendorName": "V"}}}}

def dial(csms, identity="CS-1"):
    return client.connect(f"{{csms.url}}/{{identity}}", subprotocols=["ocpp2.0.1"], proxy=None)

def ask(ws, action, payload):
    ws.send(json.dumps([2, "1", action, payload]))
    return json.loads(ws.recv(timeout=60))[2]

@pytest.fixture
def station(mock_csms):
    process = subprocess.Popen([sys.executable, {str(MY_STATION)!r}, f"{{mock_csms.url}}/CS-1"])
    yield process
    process.kill()
    process.wait()
"""


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pytest processes import the package, and load no plugins but those on their command lines."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, tests: str, *flags: str) -> pytest.RunResult:
    """Run these tests with the plugin; warnings are errors."""
    pytester.makepyfile(HEAD + dedent(tests))
    plugin = "-pmock_csms.control.pytest_plugin"
    return pytester.runpytest_subprocess(plugin, "-Werror", "--strict-markers", *flags, timeout=120)


def test_a_synchronous_test_with_a_station_in_a_process(pytester: pytest.Pytester) -> None:
    """In a synchronous test the methods block, and the station is another process."""
    tests = """
        def test_reset(mock_csms, station):
            assert mock_csms.receive("CS-1", "BootNotification", within=60)["reason"] == "PowerUp"
            assert mock_csms.stations["CS-1"].is_accepted
            assert mock_csms.call("CS-1", "Reset", {"type": "OnIdle"}) == {"status": "Accepted"}
            mock_csms.receive("CS-1", "BootNotification", {"reason": "RemoteReset"}, within=60)
            assert mock_csms.url == f"ws://127.0.0.1:{mock_csms.port}"
        """
    run(pytester, tests).assert_outcomes(passed=1)


def test_an_asynchronous_test(pytester: pytest.Pytester) -> None:
    """An async test may run the station on its loop if it uses `asyncio.to_thread`; otherwise a note suggests that."""
    tests = """
        @pytest.mark.asyncio
        async def test_reset(mock_csms):
            async with connect(f"{mock_csms.url}/CS-1", subprotocols=["ocpp2.0.1"], proxy=None) as ws:
                await ws.send(json.dumps([2, "1", "BootNotification", BOOT]))
                assert json.loads(await ws.recv())[2]["status"] == "Accepted"
                assert mock_csms.receive("CS-1", "BootNotification") == BOOT
                answer = asyncio.create_task(asyncio.to_thread(mock_csms.call, "CS-1", "Reset"))
                _, id_, action, _ = json.loads(await ws.recv())
                await ws.send(json.dumps([3, id_, {"status": "Accepted"}]))
                assert (action, await answer) == ("Reset", {"status": "Accepted"})
                with pytest.raises(AssertionError) as failure:
                    mock_csms.receive("CS-1", "Heartbeat", within=0.01)
                assert "asyncio.to_thread" in failure.value.__notes__[0]
        """
    flags = ["-ppytest_asyncio.plugin", "-oasyncio_default_fixture_loop_scope=function"]
    run(pytester, tests, *flags).assert_outcomes(passed=1)


def test_a_failure_explains_itself(pytester: pytest.Pytester) -> None:
    """The traceback of a failure ends in the test; its text has the expected call, the nearest one, and all others."""
    tests = """
        def test_boot(mock_csms):
            with dial(mock_csms) as ws:
                ask(ws, "BootNotification", BOOT)
                mock_csms.receive("CS-1", "BootNotification", {"reason": "Watchdog"}, within=0.1)

        def test_reset(mock_csms):
            mock_csms.call("CS-1", "Reset", within=0.1)
        """
    result = run(pytester, tests)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "> *mock_csms.receive(*",
            "E *AssertionError: CS-1 sent no BootNotification[[]reason=Watchdog[]] within 0.1 s",
            "E * nearest: BootNotification {*}",
            "E *   reason: expected Watchdog, got PowerUp",
            "E * came instead:",
            "E *   *:*:*.* connected *",
            'E *   *:*:*.* -> BootNotification *{"reason":"PowerUp",*}',
            "test_a_failure_explains_itself.py:*: AssertionError",
            "-* mock-csms -*",
            "*:*:*.* CS-1 -> BootNotification *",
            "*:*:*.* CS-1 <- BootNotification.response *",
            "E *CallFailed: Reset to CS-1: *CS-1 is not connected",
        ]
    )
    assert "blocking.py" not in result.stdout.str()


def test_markers_are_settings(pytester: pytest.Pytester) -> None:
    """The marker takes the arguments of `Csms`; a function's marker overrides those of its class and module."""
    tests = """
        from mock_csms.settings import Config

        pytestmark = pytest.mark.mock_csms(boot_status="Pending", boot_interval=1)

        def boot(csms):
            with dial(csms) as ws:
                answer = ask(ws, "BootNotification", BOOT)
                return answer["status"], answer["interval"]

        @pytest.mark.mock_csms(boot_interval=2)
        class TestIt:
            def test_class(self, mock_csms):
                assert boot(mock_csms) == ("Pending", 2)

            @pytest.mark.mock_csms(boot_interval=3)
            def test_function(self, mock_csms):
                assert boot(mock_csms) == ("Pending", 3)
                mock_csms.configure(boot_status="Rejected")
                assert boot(mock_csms) == ("Rejected", 3)
                assert mock_csms.config.boot_interval == 3

        @pytest.mark.mock_csms(boot_status="Perhaps")
        def test_wrong(mock_csms):
            pass

        @pytest.mark.mock_csms(port=1, host="192.0.2.1")
        def test_no_such_address(mock_csms):
            pass
        """
    result = run(pytester, tests)
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(["mock_csms: boot_status: 'Perhaps' is not one of *", "E *OSError:*"])


def test_a_config_is_a_setting_too(pytester: pytest.Pytester) -> None:
    """The marker accepts a `Config` instead of settings."""
    tests = """
        from mock_csms.settings import Config

        @pytest.mark.mock_csms(Config(port=0, boot_interval=5))
        def test_config(mock_csms):
            assert mock_csms.config == Config(port=0, boot_interval=5)
        """
    run(pytester, tests).assert_outcomes(passed=1)


def test_each_test_has_a_mock_of_its_own(pytester: pytest.Pytester) -> None:
    """Nothing of the mock of an earlier test remains: no stations, thread, open port or warning."""
    tests = """
        ports = []

        @pytest.mark.parametrize("turn", range(3))
        def test_fresh(mock_csms, turn):
            assert not mock_csms.stations
            assert [thread.name for thread in threading.enumerate()].count("mock-csms") == 1
            with dial(mock_csms) as ws:
                ask(ws, "Heartbeat", {})
            assert list(mock_csms.stations) == ["CS-1"]
            ports.append(mock_csms.port)

        def test_gone():
            assert [thread.name for thread in threading.enumerate()] == ["MainThread"]
            for port in ports:
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", port))
        """
    run(pytester, tests).assert_outcomes(passed=4)


def test_nothing_delays_the_end_of_a_test(pytester: pytest.Pytester) -> None:
    """A station that answers no close frame, a delayed command and a waiting thread do not delay the end of a test."""
    tests = """
        waiting = []

        @pytest.mark.mock_csms(command=[{"action": "Reset", "on": "Heartbeat", "delay": 3600}])
        def test_stuck(mock_csms):
            def wait():
                try:
                    mock_csms.receive("CS-1", "FirmwareStatusNotification", within=3600)
                except BaseException as error:
                    waiting.append(type(error).__name__)

            thread = threading.Thread(target=wait)
            thread.start()
            waiting.append(thread)
            connection = socket.create_connection(("127.0.0.1", mock_csms.port))
            head = "GET /CS-1 HTTP/1.1\\r\\nHost: mock\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
            head += "Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n"
            connection.sendall((head + "Sec-WebSocket-Protocol: ocpp2.0.1\\r\\n\\r\\n").encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 101")
            heartbeat = b'[2,"1","Heartbeat",{}]'
            connection.sendall(bytes([0x81, 0x80 | len(heartbeat), 0, 0, 0, 0]) + heartbeat)
            mock_csms.receive("CS-1", "Heartbeat", within=60)
            waiting.append(connection)

        def test_ended():
            thread, connection = waiting[:2]
            thread.join(60)
            connection.close()
            assert waiting[2:] == ["CancelledError"]
        """
    run(pytester, tests).assert_outcomes(passed=2)


def test_a_run_without_the_fixture(pytester: pytest.Pytester) -> None:
    """A pytest run without the fixture imports only the plugin, and starts no thread."""
    pytester.makepyfile(
        """
        import sys, threading

        def test_nothing():
            loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("mock_csms", "websockets", "orjson"))
            assert loaded == ["mock_csms", "mock_csms.control", "mock_csms.control.pytest_plugin"]
            assert threading.active_count() == 1
        """
    )
    result = pytester.runpytest_subprocess("-pmock_csms.control.pytest_plugin", "-Werror", timeout=120)
    result.assert_outcomes(passed=1)


def test_pytest_finds_the_installed_plugin(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the entry point of the package pytest finds the plugin by itself; `--markers` lists the marker."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["pytest11"]
    folder = pytester.mkdir("site") / "as_installed-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: as-installed\nVersion: 1.0\n")
    lines = [f"{name} = {module}\n" for name, module in points.items()]
    (folder / "entry_points.txt").write_text("[pytest11]\n" + "".join(lines))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{folder.parent}")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_port(mock_csms):\n    assert mock_csms.port\n")
    pytester.runpytest_subprocess(timeout=120).assert_outcomes(passed=1)
    pytester.runpytest_subprocess("--markers", timeout=120).stdout.fnmatch_lines(["@pytest.mark.mock_csms(*settings*"])


def test_messages_and_findings(pytester: pytest.Pytester) -> None:
    """While the mock runs, `messages` has all messages in both directions and `findings` all findings."""
    tests = """
        def test_messages(mock_csms):
            with dial(mock_csms) as ws:
                ask(ws, "BootNotification", BOOT)
                ws.send("junk")
                ws.recv(timeout=60)
                boot, answer, junk, error = mock_csms.messages
                assert (boot.station, boot.sender, boot.kind) == ("CS-1", "station", "call")
                assert boot.action == "BootNotification"
                assert (answer.sender, answer.kind, answer.action) == ("csms", "result", "BootNotification")
                assert (boot.payload, answer.payload["status"]) == (BOOT, "Accepted")
                assert (junk.kind, junk.text, junk.action) == ("malformed", "junk", "")
                assert (error.kind, error.payload["code"]) == ("error", "RpcFrameworkError")
                assert [finding.check for finding in mock_csms.findings if finding.check[0] == "R"] == ["R01"]
        """
    run(pytester, tests).assert_outcomes(passed=1)


def test_a_call_waits_for_its_station(pytester: pytest.Pytester) -> None:
    """A command to a station that is not connected yet is sent once it is."""
    tests = """
        def test_wait(mock_csms):
            def come_late():
                time.sleep(0.3)
                with dial(mock_csms) as ws:
                    _, id_, action, _ = json.loads(ws.recv(timeout=60))
                    ws.send(json.dumps([3, id_, {"status": "Accepted"}]))

            thread = threading.Thread(target=come_late)
            thread.start()
            assert mock_csms.call("CS-1", "Reset", within=60) == {"status": "Accepted"}
            thread.join()
        """
    run(pytester, tests).assert_outcomes(passed=1)
