"""Files over FTP, with the blocking library of Python: each transfer runs in a separate thread."""

import asyncio
import ftplib
import io
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from mock_csms.station.cues import MoveProblem
from mock_csms.station.transfers.wanted import Sums, Target, TransferFailed

_PROBLEMS: Mapping[str, MoveProblem] = {
    "500": MoveProblem.UNSUPPORTED,
    "502": MoveProblem.UNSUPPORTED,
    "504": MoveProblem.UNSUPPORTED,
    "530": MoveProblem.DENIED,
    "532": MoveProblem.DENIED,
    "553": MoveProblem.DENIED,
}
"""What a reply of FTP means; all others mean that the transfer has failed."""


async def exchange(target: Target, sums: Sums, patience: float) -> None:
    """Download or upload a file. Raises TransferFailed, TimeoutError or OSError."""
    try:
        await _in_thread(lambda: _run(target, sums, patience))
    except ftplib.Error as error:
        reply = str(error)
        raise TransferFailed(
            _PROBLEMS.get(reply[:3], MoveProblem.FAILED), f"the server answers {reply[:100]}"
        ) from None
    except EOFError:
        raise TransferFailed(MoveProblem.FAILED, "the server closed the connection") from None
    except ValueError:
        raise TransferFailed(MoveProblem.MALFORMED, "the path has a line break") from None


def _run(target: Target, sums: Sums, patience: float) -> None:
    with ftplib.FTP(timeout=patience) as client:  # noqa: S321 - the CSMS wants it so
        client.connect(target.host, target.port)
        client.login(target.user, target.password)
        if target.content is None:
            client.retrbinary(f"RETR {target.plain_path}", sums.add)
        else:
            client.storbinary(f"STOR {target.plain_path}", io.BytesIO(target.content))


async def _in_thread(work: Callable[[], None]) -> None:
    """Run a function in a thread that ends with the process, even if the function never returns."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: Exception | None) -> None:
        if done.done():  # the transfer was given up
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: Exception | None = None
        try:
            work()
        except Exception as caught:
            error = caught
        with suppress(RuntimeError):  # the event loop is closed
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=run, name="ftp", daemon=True).start()
    await done
