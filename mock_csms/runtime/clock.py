"""The real clock and real chance: the only reader of them."""

import random
import time
import uuid

now = time.time  # noqa: TID251 - this is the one place
"""Seconds since 1970 (UTC). Everybody asks `clock.now()` afresh, so that tests can put another clock here."""


class Chance:
    """Where fresh ids and numbers come from; the same `seed` (and `name` of a stream) gives the same again."""

    def __init__(self, seed: int | None = None, name: str = "") -> None:
        self.seed = random.SystemRandom().randrange(2**32) if seed is None else seed
        stream = f"{self.seed} {name}" if name else self.seed
        self._random = random.Random(stream)  # noqa: S311 - nothing is kept secret by it

    def new_id(self) -> str:
        """Return a fresh message id: a UUID, as Part 4, 4.1.4 recommends; 36 characters."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_integer(self) -> int:
        """Return a fresh number for a requestId or remoteStartId, positive and within 32 bits."""
        return self._random.randint(1, 2**31 - 1)

    def fraction(self) -> float:
        """Return a number from 0 up to 1."""
        return self._random.random()
