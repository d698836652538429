"""The run as one page for the browser: a sequence diagram with a lane for each station, which grows during the run.

The page is `diagram.html`, and then the lines of the event log, inside a script element that the browser keeps but does
not run. So an event costs no more than its line, nothing is kept in memory, and a page without its end, because the
mock was killed or still runs, shows all that was written.
"""

from pathlib import Path

from mock_csms.runtime.sink import Sink

_HEAD = Path(__file__).with_name("diagram.html")
_END = b'"end"\n</script>\n</body>\n</html>\n'


def begin(page: Sink) -> None:
    """Write what comes before the lines."""
    page.write(_HEAD.read_bytes())


def end(page: Sink) -> None:
    """Write what comes after them; what happens later is not shown."""
    page.end(_END)
