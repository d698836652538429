"""Texts of the mock about a run: reasons of refusals, warnings, the verdict, and the header of the diagram."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from mock_csms.commands.commandline import shown
from mock_csms.watch.findings import table
from tests import warm
from tests.raw import logged, until, with_basic_auth
from tests.verdicts import Run
from tests.wire import BOOT, HANDSHAKE, PATIENCE, SERVER, Mock, transaction

PASSWORD, OTHER = "Correct-Horse-9", "Battery-Staple-8"


@pytest.mark.parametrize(
    ("identity", "header", "said"),
    [
        ("CS-1", "", "no Authorization header"),
        ("CS-1", "Authorization: Bearer abc\r\n", "the Authorization header is not Basic"),
        ("CS-1", f"Authorization: Basic {OTHER}\r\n", "the Authorization header is not USER:PASSWORD in base64"),
        ("CS-1", with_basic_auth("", f"CS-1:{OTHER}"), "wrong password"),
        ("CS-1", with_basic_auth("", f"cs-1:{OTHER}"), "wrong password"),
        ("CS-1", with_basic_auth("", "CS-1:"), "wrong password"),
        ("CS-1", with_basic_auth("", f"CS-2:{PASSWORD}"), "unknown user: "),
        ("CS-1", with_basic_auth("", f"{PASSWORD}:CS-1"), "unknown user: "),
        ("CS-1", with_basic_auth("", PASSWORD), "unknown user: "),
        ("CS-2", with_basic_auth("", f"CS-2:{PASSWORD}"), "unknown user: no password is set for this station"),
    ],
)
async def test_why_a_login_is_refused(identity: str, header: str, said: str) -> None:
    """The log has different reasons for a wrong password, an unknown user and a missing header, and no password."""
    async with Mock("--basic-auth", f"CS-1:{PASSWORD}") as mock, mock.tcp() as raw:
        status, _ = await raw.get(f"/{identity}", HANDSHAKE + header)
        await until(logged(mock, f"refused +WARNING: 401: {said}"))
        assert (status, [word for word in (PASSWORD, OTHER) if word in mock.log]) == (401, [])


@pytest.mark.parametrize(
    ("flags", "is_told"),
    [
        (["--host=0.0.0.0"], True),
        (["--host=*"], True),
        ([], False),
        (["--host=127.0.0.2"], False),
        (["--host=localhost"], False),
        (["--host=0.0.0.0", f"--basic-auth=CS-1:{PASSWORD}"], False),
    ],
)
def test_a_host_that_is_open_to_all(flags: Sequence[str], *, is_told: bool) -> None:
    """A --host that other machines can reach gets one warning without --basic-auth; other hosts get none."""
    words = [*SERVER, "--port=0", "--duration=0.1", *flags]
    output = warm.run(words, timeout=PATIENCE).stderr
    lines = [line for line in output.splitlines() if "warning" in line]
    assert [bool(re.search("^mock-csms: warning: --host .* without --basic-auth", line)) for line in lines] == [
        True
    ] * is_told


async def header_of(tmp_path: Path, *flags: str) -> tuple[str, str]:
    """Let a station boot in a run that draws a diagram; return the command line and the verdict in its page."""
    page = tmp_path / "run.html"
    async with await asyncio.to_thread(Run, f"--diagram={page}", *flags) as mock:
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
        if mock.process.poll() is None:
            mock.process.terminate()
        await mock.ended()
    text = page.read_text(encoding="utf-8")
    assert PASSWORD not in text
    records = [orjson.loads(line) for line in re.findall(r'^\{"event":"(?:Run|End)".*$', text, re.MULTILINE)]
    return records[0]["command"], records[-1]["verdict"]


async def test_the_head_of_the_diagram(tmp_path: Path) -> None:
    """The diagram has the command line in shell syntax, without secrets, and the last line of the verdict."""
    command, verdict = await header_of(tmp_path, "--expect=BootNotification", "--reply", "Heartbeat", '{"a b": 1}')
    assert re.fullmatch(r"mock-csms --port=0 .*--expect=BootNotification --reply Heartbeat '\{\"a b\": 1\}'", command)
    assert verdict == "passed: 1 of 1 expectations met"
    flags = ["--expect=Heartbeat", "--within=0.1", "--fail-on-findings=error"]
    assert (await header_of(tmp_path, *flags))[1] == (
        "failed: 0 of 1 expectations met; ok: no finding of severity error"
    )
    assert (await header_of(tmp_path))[1] == ""


async def test_no_secret_is_in_the_diagram(tmp_path: Path) -> None:
    """The diagram has no password, in any notation of the flag, and with --redact no command line."""
    page = tmp_path / "page.html"
    for flags in (
        [f"--basic-auth=CS-1:{PASSWORD}"],
        ["--basic-auth", f"CS-1:{PASSWORD}", "--basic-auth", f"X:{PASSWORD}"],
        ["--redact"],
    ):
        words = [*SERVER, "--port=0", "--duration=0.1", f"--diagram={page}", *flags]
        assert warm.run(words, timeout=PATIENCE).returncode == 0
        text = page.read_text(encoding="utf-8")
        run = orjson.loads(re.findall(r'^\{"event":"Run".*$', text, re.MULTILINE)[0])
        assert (PASSWORD in text, "***" in run["command"], bool(run["command"])) == (
            (False, False, False) if flags == ["--redact"] else (False, True, True)
        )


def test_users_of_urls_are_masked() -> None:
    """In a shown command line the user and password of a URL and all secret texts are masked."""
    words = ["--payload", '{"url": "ftp://me:pass@host/x"}', "--x=s3cret", "s3cret"]
    command = shown("mock-csms", words, ["s3cret"])
    assert command == """mock-csms --payload '{"url": "ftp://**:****@host/x"}' '--x=***' '***'"""


async def test_the_nearest_miss_only_for_failures() -> None:
    """The report shows the nearest miss only for failed expectations."""
    async with await asyncio.to_thread(Run, "--expect=TransactionEvent[seqNo=1]", "--expect=Heartbeat") as mock:
        async with mock.station() as station:
            for number in range(2):
                await station.ask("TransactionEvent", transaction("Updated", seqNo=number))
        mock.process.terminate()
        status, report = await mock.ended()
    assert (status, "nearest" in report) == (1, False)
    assert "failed: 1 of 2 expectations met" in report.splitlines()


def test_a_table_fits_the_width() -> None:
    """The last column of a table is cut to the width of the line, but keeps at least 12 characters."""
    rows = [("CS-1", "x" * 36), ("CS-2", "y")]
    assert list(table(("station", "messages"), rows, 30)) == [
        "station  messages",
        f"CS-1     {'x' * 20}…",
        "CS-2     y",
    ]
    assert max(map(len, table(("station" * 9, "messages"), rows, 30))) == 63 + 2 + 12
