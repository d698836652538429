"""The servers beside the mock: those of the API, the metrics and the files, and that of OCPI."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from mock_csms.runtime.csms import CsmsServer

if TYPE_CHECKING:
    from mock_csms.control.beside import Beside
    from mock_csms.ocpi.http.cpo import CpoServer
    from mock_csms.runtime.schedule import Schedule


class ServersBeside:
    """The servers beside one mock: `beside`, and that of OCPI with --ocpi."""

    def __init__(self, csms: CsmsServer, beside: "Beside | None") -> None:
        self._beside = beside
        self._ocpi = _cpo(csms)
        if self._ocpi and beside and csms.config.api is not None:
            self._ocpi.register(beside.extensions.append)

    @asynccontextmanager
    async def open(self, stop: Callable[[], tuple[int, str]]) -> AsyncIterator[None]:
        """Serve until the block ends. Raises OSError for a wrong address.

        `stop` judges the run and ends it; it returns the exit status and the report.
        """
        async with AsyncExitStack() as stack:
            if self._beside:
                await stack.enter_async_context(self._beside.open(stop))
            if self._ocpi:
                await stack.enter_async_context(self._ocpi.open())
            yield

    @property
    def schedule(self) -> "Schedule | None":
        """The running scripts, which the API can stop; None without the other servers."""
        return self._beside.schedule if self._beside else None

    @property
    def lines(self) -> str:
        """The lines to print after the first line of the output."""
        return "".join(each.lines for each in (self._beside, self._ocpi) if each)

    @property
    def urls(self) -> list[str]:
        """The URLs for the ready file, after the one for stations."""
        return [url for each in (self._beside, self._ocpi) if each for url in each.urls]


def _cpo(csms: CsmsServer) -> "CpoServer | None":
    if csms.config.ocpi is None:
        return None
    from mock_csms.ocpi.http.cpo import CpoServer  # noqa: PLC0415 - a start without OCPI does not wait for it

    return CpoServer(csms)
