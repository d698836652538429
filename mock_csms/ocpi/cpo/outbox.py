"""What is to be sent to each party, one after the other, so that changes arrive in their order."""

from collections import deque
from collections.abc import Callable

from mock_csms.ocpi.parties import OcpiPeer
from mock_csms.ocpi.steps import Steps

_MOST = 10_000
"""How much may wait for one party; the oldest is dropped first, because the party can pull what it misses."""


class PeerOutbox:
    """Keeps the work for each party; `begin` runs a generator beside everything else."""

    def __init__(self, begin: Callable[[Steps], object], failed: Callable[[str], None]) -> None:
        self._begin, self._failed = begin, failed
        self._waiting: dict[str, deque[Steps]] = {}

    def push(self, peer: OcpiPeer, steps: Steps) -> None:
        """Do work for a party after all earlier work for it."""
        waiting = self._waiting.get(peer.versions_url)
        if waiting is not None:
            waiting.append(steps)
            return
        self._waiting[peer.versions_url] = deque([steps], _MOST)
        self._begin(self._drain(peer.versions_url))

    def _drain(self, name: str) -> Steps:
        waiting = self._waiting[name]
        while waiting:
            try:
                yield from waiting.popleft()
            except Exception as error:
                self._failed(f"internal error: {error!r}")
        del self._waiting[name]
