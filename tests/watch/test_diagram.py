"""The content of the page of a run; nothing that stations send can break it."""

import asyncio
import json
import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.protocol.messages import Call, Malformed, encode
from mock_csms.twin.events import (
    Failed,
    Received,
)
from mock_csms.watch import diagram

if TYPE_CHECKING:
    pass

from tests.watch.diagrams import BOOT, HOSTILE, START, begin, came, junk, records, write


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_ends_its_line(text: str, tmp_path: Path) -> None:
    """No text in payloads, actions, stations or reasons can end its line or the script element."""
    call = Call("1", text, {text: text})
    happened = [
        Received(START, text, encode(call), call, (), None, False, False),
        Failed(START, "", text),
        junk(text.encode(), text),
    ]
    page = await write(tmp_path / "page", *happened)
    _, _, rest = page.partition(b'id="record">\n')
    assert rest.count(b"<") == rest[-40:].count(b"<") == 3
    assert rest.count(b"\n") == 8
    call_, failed, junk_ = records(page)
    assert (call_["station"], call_["action"], json.loads(call_["text"])) == (text, text, [2, "1", text, {text: text}])
    assert (failed["problem"], junk_["text"]) == (text, text)


@given(st.lists(st.binary(max_size=40) | st.text(alphabet='<>!-/script\\"\r\n\u2028', max_size=40).map(str.encode)))
@settings(max_examples=50, deadline=None)
def test_any_bytes_can_be_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[bytes]) -> None:
    """Everything that a station sends is in the page; bytes that are not UTF-8 are escaped."""
    file = tmp_path_factory.getbasetemp() / "any.html"
    message = Malformed("junk")
    happened = [Received(START, "CS-1", text, message, (), None, False, True) for text in texts]
    page = asyncio.run(write(file, *happened))
    assert [record["text"] for record in records(page)] == [text.decode(errors="backslashreplace") for text in texts]
    assert page.count(b"</script") == 2


async def test_lone_surrogates_are_escaped(tmp_path: Path) -> None:
    """A lone surrogate, as of a file name that is not UTF-8, is escaped."""
    [failed] = records(await write(tmp_path / "page", Failed(START, "", "cannot read \udcff")))
    assert failed["problem"] == "cannot read \\udcff"


async def test_the_page_grows_with_the_run(tmp_path: Path) -> None:
    """The file gets the head of the page at once, and events soon, while the mock still runs."""
    file = tmp_path / "page"
    with file.open("wb") as opened:
        bus, page = begin(opened.fileno())
        bus.publish(came(BOOT))
        async with asyncio.timeout(60):
            while not file.read_bytes().endswith(b"}\n"):
                await asyncio.sleep(0.005)
        assert file.read_bytes().startswith(b"<!doctype html>")
        assert len(records(file.read_bytes())) == 1
        diagram.end(page)


async def test_events_after_the_end_are_not_written(tmp_path: Path) -> None:
    """Events after the end of the page are not written."""
    file = tmp_path / "page"
    with file.open("wb") as opened:
        bus, page = begin(opened.fileno())
        diagram.end(page)
        written = file.read_bytes()
        bus.publish(came(BOOT))
        page.flush()
    assert file.read_bytes() == written
    assert written.endswith(b'{"event":"End","verdict":""}\n</script>\n</body>\n</html>\n')


async def test_a_long_run_needs_no_memory() -> None:
    """After 100,000 messages the page uses no more memory than its sink may hold."""
    null = os.open(os.devnull, os.O_WRONLY)
    bus, page = begin(null)
    event = came(BOOT)
    tracemalloc.start()
    for _ in range(100_000):
        bus.publish(event)
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    diagram.end(page)
    os.close(null)
    assert held < 1_000_000
    assert most < 2_000_000
