"""One run of a mock, from the open port to the last closed connection, whoever drives it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.schedule import Schedule
from mock_csms.settings.assembly import scripts
from mock_csms.twin.events import Started


@asynccontextmanager
async def running(
    csms: CsmsServer, announce: Callable[[str], None] = lambda _: None, schedule: Schedule | None = None
) -> AsyncIterator[CsmsServer]:
    """Listen, send the commands and ask the questions of the settings, until the block ends.

    `announce` gets the URL as soon as stations can connect, before anything happens. Scripts are started in `schedule`,
    for whoever wants to stop one. Raises OSError where the address cannot be had, or the directory for what is known of
    stations cannot be used.
    """
    async with csms:
        announce(csms.url)
        csms.publish(Started(clock.now(), "", csms.url, csms.chance.seed))
        schedule = schedule or Schedule(csms)
        for script in scripts(csms.config):
            schedule.start(script)
        if csms.config.learn:
            from mock_csms.runtime.learning import Learning  # noqa: PLC0415 - no start waits for it

            Learning(csms)
        yield csms
