"""Performs the work of handlers: sends the requests, waits the times, and whatever else the role can do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mock_csms.ocpi.client import OcpiClient
from mock_csms.ocpi.steps import Fetch, Pause, Steps


class Performer:
    """Runs generators. What they do after an answer, or on their own, ends with the server."""

    def __init__(
        self,
        client: OcpiClient,
        failed: Callable[[BaseException], None],
        more: Mapping[type, Callable[[Any], Awaitable[Any]]],
    ) -> None:
        self._kinds: dict[type, Callable[[Any], Awaitable[Any]]] = {Fetch: client.send, Pause: _pause, **more}
        self._failed = failed
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, steps: Steps) -> Any:
        """Run a generator and return its result."""
        result: Any = None
        try:
            while True:
                wanted = steps.send(result)
                result = await self._kinds[type(wanted)](wanted)
        except StopIteration as end:
            return end.value

    def begin(self, steps: Steps) -> "asyncio.Task[Any]":
        """Run a generator beside everything else."""
        task = asyncio.get_running_loop().create_task(self.run(steps))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """End everything that runs."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)


async def _pause(wanted: Pause) -> None:
    await asyncio.sleep(wanted.seconds)
