"""One run of a mock, from the open port to the last closed connection; the command line, Python and plans use it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings.assembly import scripts
from mock_csms.twin.events import Started

if TYPE_CHECKING:
    from mock_csms.runtime.schedule import Schedule


@asynccontextmanager
async def running(
    csms: CsmsServer,
    announce: Callable[[str], None] = lambda _: None,
    schedule: "Schedule | None" = None,
    beside: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
) -> AsyncIterator[CsmsServer]:
    """Listen, run the scripts of the settings, and learn from stations if the settings say so, until the block ends.

    `announce` gets the URL as soon as stations can connect, before any other event. Scripts are started in `schedule`,
    so that a caller who passes one can stop them. The context of `beside` is entered before `announce`, and left when
    the mock stops listening. Raises OSError if the address or the state directory cannot be used.
    """
    async with csms, beside():
        announce(csms.url)
        csms.publish(Started(clock.now(), "", csms.url, csms.chance.seed))
        for script in scripts(csms.config):
            schedule = schedule or _schedule(csms)
            schedule.start(script)
        if csms.config.learn:
            from mock_csms.runtime.learning import Learning  # noqa: PLC0415 - a start without it does not wait for it

            Learning(csms)
        yield csms


def _schedule(csms: CsmsServer) -> "Schedule":
    from mock_csms.runtime.schedule import Schedule  # noqa: PLC0415 - a start without commands does not wait for it

    return Schedule(csms)
