"""What all connections send in one turn of the loop, written at its end."""

import asyncio
from collections.abc import Callable


class WriteBuffer:
    """What connections send in one turn of the loop: it is written at the end of the turn, after `write_ahead`.

    So all messages of a turn are handled before the peers that get the answers wake up and compete for the processor,
    and what must be on the disk before a peer sees its answer is written once for all answers of a turn.
    """

    def __init__(self, write_ahead: Callable[[], None] | None) -> None:
        self._write_ahead = write_ahead
        self._waiting: list[tuple[asyncio.WriteTransport, bytes]] = []
        self.size = 0
        """How many bytes wait."""

    def add(self, connection: asyncio.WriteTransport, data: bytes) -> None:
        """Write `data` at the end of this turn."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.empty)
        self._waiting.append((connection, data))
        self.size += len(data)

    def empty(self) -> None:
        """Write now what waits."""
        if self._waiting:
            waiting, self._waiting, self.size = self._waiting, [], 0
            if self._write_ahead is not None:
                self._write_ahead()
            for connection, data in waiting:
                if not connection.is_closing():
                    connection.write(data)
