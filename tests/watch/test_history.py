"""The message sequence in a report: complete if it is short, both ends if it is long, and always bounded."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mock_csms.watch.history import LONGEST, MOST_AT_FIRST, MOST_AT_LAST, History
from tests.verdicts import Run
from tests.wire import Station


def kept_lines(lines: list[str], first: int, last: int) -> list[str]:
    """Return the lines that a history with this much room keeps at each end."""
    history = History(first, last)
    for line in lines:
        history.add(line)
    return list(history.lines())


LINES = st.lists(st.text(st.characters(codec="ascii", exclude_characters="…"), min_size=1, max_size=9), max_size=30)


@given(LINES, st.integers(0, 60), st.integers(0, 60))
def test_both_ends_are_kept(lines: list[str], first: int, last: int) -> None:
    """A history keeps all lines, or the first and last ones and the number of those between, within its bounds."""
    found = kept_lines(lines, first, last)
    gap = [number for number, line in enumerate(found) if "…" in line]
    if not gap:
        assert found == lines
        return
    (place,) = gap
    before, after = found[:place], found[place + 1 :]
    missing = int(re.findall(r"\d+", found[place])[0])
    assert [*before, *after] == lines[:place] + lines[place + missing :]
    assert (len(before) + missing + len(after), len("".join(before)) <= first) == (len(lines), True)
    assert len("".join(after)) <= last < len("".join(lines[place + missing - 1 :]))
    assert len("".join(lines[: place + 1])) > first


@given(LINES)
def test_a_short_run_is_whole(lines: list[str]) -> None:
    """A history leaves out no line if all fit."""
    assert kept_lines(lines, 0, 9 * 30) == kept_lines(lines, 9 * 30, 0) == lines


async def send_messages(station: Station, count: int, size: int = 0) -> None:
    """Send this many numbered messages, each with this much text."""
    for number in range(count):
        data = f"#{number} {'x' * size}"
        await station.send([2, str(number), "DataTransfer", {"vendorId": "v", "data": data}])
        await station.expect(3, str(number))


async def test_a_report_of_a_thousand_messages_is_complete() -> None:
    """The report of a failed run with 1000 messages has all of them in order, with their times."""
    async with Run("--expect", "Heartbeat") as mock, mock.station() as station:
        await send_messages(station, 1000)
        mock.process.terminate()
        _, report = await mock.ended()
    found = re.findall(r'^  \d\d:\d\d:\d\d\.\d{3} CS-1 -> DataTransfer +.*"#(\d+) ', report, re.MULTILINE)
    assert found == [str(number) for number in range(1000)]
    assert ("left out" in report, report.count("DataTransfer.response")) == (False, 1000)


async def test_a_long_report_has_both_ends() -> None:
    """The report of a long run has the first and the last messages, and the number of those between."""
    async with Run("--expect", "Heartbeat") as mock, mock.station() as station:
        await send_messages(station, 1000, 5000)
        mock.process.terminate()
        _, report = await mock.ended()
    found = [int(number) for number in re.findall(r'"#(\d+) ', report)]
    gap = re.search(r"^  … ([\d,]+) left out here; --trace FILE keeps all …$", report, re.MULTILINE)
    assert gap
    assert (found[0], found[-1], 200 < len(found) < 1000) == (0, 999, True)
    assert 0 <= 2 * (1000 - len(found)) - int(gap[1].replace(",", "")) <= 1
    assert max(map(len, report.splitlines())) < LONGEST + 100
    assert len(report) < MOST_AT_FIRST + MOST_AT_LAST + 100 * len(report.splitlines())


async def test_nothing_in_the_report_controls_the_terminal() -> None:
    """Line ends and terminal controls from a station are escaped within their line."""
    async with Run("--expect", "Heartbeat") as mock, mock.station("%1B[31mA%0A") as station:
        await station.send("ju\x1b[31mnk\r\nok       Heartbeat")
        await station.expect(4)
        mock.process.terminate()
        _, report = await mock.ended()
    assert ("\x1b" in report, "\\x1b[31mnk\\r\\nok " in report, report.count("\nok ")) == (False, True, 0)
