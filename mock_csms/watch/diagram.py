"""Writes the run as an HTML page: a sequence diagram with a lane for each station.

The page is `diagram.html` with `look.css` and `telling.js`, which the live page has too. Then come the lines of the
event log, inside a script element that the browser keeps but does not run. So an event costs only its line, and nothing
is kept in memory. A page without its end, because the mock was killed or still runs, shows all that was written.
"""

from functools import cache
from pathlib import Path

from mock_csms.runtime.sink import Sink
from mock_csms.watch.jsonlines import line, quoted

_HEAD = Path(__file__).with_name("diagram.html")
_PARTS = ("look.css", "telling.js")
"""The files that replace the comments with their names in the page."""
_RUN = b'{"event":"Run","command":%b}\n'
_END = b'{"event":"End","verdict":%b}\n'
_TAIL = b"</script>\n</body>\n</html>\n"


def begin(page: Sink, command: str = "") -> None:
    """Write the first part of the page, before the lines of the event log; it contains the command line of the run."""
    page.write(_head() + line(_RUN, quoted(command)))


@cache
def _head() -> bytes:
    """Return the page with these files in it.

    Its only script is not a module, because browsers load no modules from files.
    """
    head = _HEAD.read_bytes()
    for name in _PARTS:
        part = _HEAD.with_name(name).read_bytes().replace(b"\nexport ", b"\n")
        head = head.replace(b"/* %b */\n" % name.encode(), part, 1)
    return head


def end(page: Sink, verdict: str = "") -> None:
    """Write the last part of the page, with the verdict (empty for none). Later events are not shown."""
    page.end(line(_END, quoted(verdict)) + _TAIL)
