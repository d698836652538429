"""The mock for programs without asyncio: the API of `python.py` with blocking methods. The mock runs in a thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from copy import deepcopy
from types import TracebackType
from typing import Any, Self, TypeVar

from mock_csms.behavior.commands import Script
from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.control.python import Csms
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.runtime.open_call import CallFailed
from mock_csms.settings import Config
from mock_csms.twin.events import Finding
from mock_csms.twin.station import StationModel
from mock_csms.watch.passed import Passed

_PATIENCE = 10.0
"""How long the thread may take to end, in seconds; closing the connections takes half a second at most."""

Answer = TypeVar("Answer")


class BlockingCsms:
    """One mock in a thread: `with BlockingCsms(boot_status="Pending") as csms` listens until the block ends.

    All methods may be called from any thread. A test whose station runs on the event loop of the test itself calls
    `await asyncio.to_thread(csms.call, …)`, so that the loop keeps running.
    """

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self._csms = Csms(config, **settings)
        self._thread = threading.Thread(target=self._run, name="mock-csms", daemon=True)
        self._listening: Future[asyncio.AbstractEventLoop] = Future()
        self._ended: asyncio.Event | None = None

    def __enter__(self) -> Self:
        """Start to listen. Raises OSError if the address cannot be used."""
        self._thread.start()
        self._listening.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, close every connection with 1001, cancel calls that still wait, and end the thread."""
        if self._ended is not None:
            self._listening.result().call_soon_threadsafe(self._ended.set)
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            raise RuntimeError(f"the thread of the mock has not ended within {_PATIENCE:g} s")

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # `__enter__` raises it
            if self._listening.done():
                raise
            self._listening.set_exception(error)

    async def _serve(self) -> None:
        async with self._csms:
            self._ended = asyncio.Event()
            self._listening.set_result(asyncio.get_running_loop())
            await self._ended.wait()

    @property
    def config(self) -> Config:
        """The current settings."""
        return self._csms.config

    @property
    def url(self) -> str:
        """Where the mock listens; the URL of a station is `f"{url}/{identity}"`."""
        return self._csms.url

    @property
    def port(self) -> int:
        """The port at which the mock listens."""
        return self._csms.port

    @property
    def stations(self) -> Mapping[str, StationModel]:
        """By identity, in its first spelling: the model of each station that has connected."""
        return self._ask(self._copied_stations)

    def _copied_stations(self) -> dict[str, StationModel]:
        """Return copies of the models, so that another thread can read them. They lack the twins, which are large."""
        return {name: _copied(station) for name, station in self._csms.stations.items()}

    @property
    def messages(self) -> Sequence[Passed]:
        """The messages sent and received so far, as `Csms.messages`."""
        return self._ask(lambda: self._csms.messages)

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings of the conformance checks so far, as `Csms.findings`."""
        return self._ask(lambda: self._csms.findings)

    def lines(self) -> Sequence[str]:
        """Return a line for each event so far, as `Csms.lines`."""
        return self._ask(self._csms.lines)

    def configure(self, config: Config | None = None, **settings: Any) -> None:
        """Change settings from now on, as `Csms.configure`."""
        self._ask(lambda: self._csms.configure(config, **settings))

    def restore(self) -> None:
        """Return to the settings of the start, as `Csms.restore`."""
        self._ask(self._csms.restore)

    @property
    def rules(self) -> Mapping[str, str]:
        """The current rules of the user, as `Csms.rules`."""
        return self._ask(lambda: self._csms.rules)

    def add_rule(self, match: str, *, at: int = 0, **then: Any) -> str:
        """Add a rule and return its id, as `Csms.add_rule`."""
        return self._ask(lambda: self._csms.add_rule(match, at=at, **then))

    def change_rule(self, id_: str, match: str, **then: Any) -> None:
        """Replace a rule, as `Csms.change_rule`."""
        self._ask(lambda: self._csms.change_rule(id_, match, **then))

    def remove_rule(self, id_: str) -> None:
        """Remove a rule, as `Csms.remove_rule`."""
        self._ask(lambda: self._csms.remove_rule(id_))

    def order_rules(self, *ids: str) -> None:
        """Change the order of the rules, as `Csms.order_rules`."""
        self._ask(lambda: self._csms.order_rules(*ids))

    def hits(self, id_: str) -> int:
        """Return how often a rule was used, as `Csms.hits`."""
        return self._ask(lambda: self._csms.hits(id_))

    @property
    def tokens(self) -> Mapping[str, TokenAnswer]:
        """The answers for single idTokens, as `Csms.tokens`."""
        return self._ask(lambda: self._csms.tokens)

    def set_token(self, id_: str, status: str, **more: Any) -> None:
        """Set the answer for an idToken, as `Csms.set_token`."""
        self._ask(lambda: self._csms.set_token(id_, status, **more))

    def remove_token(self, id_: str) -> None:
        """Remove the answer for an idToken, as `Csms.remove_token`."""
        self._ask(lambda: self._csms.remove_token(id_))

    @property
    def cursor(self) -> int:
        """The number of the last event so far, as `Csms.cursor`."""
        return self._ask(lambda: self._csms.cursor)

    def events(self, match: str = "", *, after: int = 0, limit: int = 1000, **which: str) -> Sequence[Json]:
        """Return events after a number, as `Csms.events`."""
        return self._ask(lambda: self._csms.events(match, after=after, limit=limit, **which))

    def wait_for(
        self, match: str = "", *, after: int = 0, count: int = 1, within: float = 5.0, **which: str
    ) -> Sequence[Json]:
        """Wait for events after a number, and return them, as `Csms.wait_for`."""
        __tracebackhide__ = True
        return self._wait(self._csms.wait_for(match, after=after, count=count, within=within, **which))

    def register(self, station: str, password: str | None = None) -> None:
        """Let a station connect, as `Csms.register`."""
        self._ask(lambda: self._csms.register(station, password))

    def forget(self, station: str) -> None:
        """Forget a station, as `Csms.forget`."""
        self._ask(lambda: self._csms.forget(station))

    def take_snapshot(self, name: str) -> None:
        """Save settings, rules, tokens and counters, as `Csms.take_snapshot`."""
        self._ask(lambda: self._csms.take_snapshot(name))

    def restore_snapshot(self, name: str) -> None:
        """Return to a snapshot, as `Csms.restore_snapshot`."""
        self._ask(lambda: self._csms.restore_snapshot(name))

    def reset(self, *parts: str) -> None:
        """Reset everything, or the named parts, to the state at the start, as `Csms.reset`."""
        self._ask(lambda: self._csms.reset(*parts))

    @property
    def api(self) -> str:
        """The URL of the HTTP API, as `Csms.api`."""
        return self._csms.api

    @property
    def file_urls(self) -> Sequence[str]:
        """The URLs of the file server, as `Csms.file_urls`."""
        return self._csms.file_urls

    @property
    def scripts(self) -> Mapping[str, Script]:
        """The scripts of commands that run, as `Csms.scripts`."""
        return self._ask(lambda: self._csms.scripts)

    def start_script(self, action: str, **more: Any) -> str:
        """Start a script of a command, and return its id, as `Csms.start_script`."""
        return self._ask(lambda: self._csms.start_script(action, **more))

    def stop_script(self, id_: str) -> None:
        """Stop a script, as `Csms.stop_script`."""
        self._ask(lambda: self._csms.stop_script(id_))

    def disconnect(self, station: str, *, code: int = 1000) -> None:
        """Close the connection of a station, as `Csms.disconnect`."""
        self._ask(lambda: self._csms.disconnect(station, code=code))

    def call(self, station: str, action: str, payload: Json | None = None, *, within: float = 5.0) -> Json:
        """Send a command and return the payload of its result, as `Csms.call`."""
        __tracebackhide__ = True
        return self._wait(self._csms.call(station, action, payload, within=within))

    def receive(self, station: str, action: str, part: Mapping[str, Any] | None = None, *, within: float = 5.0) -> Json:
        """Return the payload of the first matching call that was not returned yet, as `Csms.receive`."""
        __tracebackhide__ = True
        return self._wait(self._csms.receive(station, action, part, within=within))

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        async def ask() -> Answer:
            return question()

        return self._wait(ask())

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Run a coroutine on the loop of the mock, and wait for its result."""
        __tracebackhide__ = True
        future = asyncio.run_coroutine_threadsafe(work, self._listening.result())
        try:
            return future.result()
        except (AssertionError, CallFailed) as failure:  # the message of the error is enough
            if _runs_a_loop():
                failure.add_note(
                    "The event loop of the caller stood still meanwhile; asyncio.to_thread keeps it going."
                )
            raise failure.with_traceback(None) from None
        finally:
            future.cancel()


def _runs_a_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _copied(station: StationModel) -> StationModel:
    """Return a copy of a model. The copy shares the version of OCPP, which never changes."""
    version = station.version
    return deepcopy(replace(station, twin=None), {id(version): version})
