"""The real clock and real chance: no other module reads them."""

import random
import time
import uuid

now = time.time  # noqa: TID251 - this is the one place
"""Return the seconds since 1970 (UTC). Always call it as `clock.now()`, so that tests can replace it."""


class Chance:
    """Makes random ids and numbers; the same `seed` and stream `name` make the same ones again."""

    def __init__(self, seed: int | None = None, name: str = "") -> None:
        self.seed = random.SystemRandom().randrange(2**32) if seed is None else seed
        stream = f"{self.seed} {name}" if name else self.seed
        self._random = random.Random(stream)  # noqa: S311 - nothing is kept secret by it

    def new_id(self) -> str:
        """Return a new message id: a UUID of 36 characters, as Part 4, 4.1.4 recommends."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_integer(self) -> int:
        """Return a new number for a requestId or remoteStartId: from 1 to 2**31 - 1."""
        return self._random.randint(1, 2**31 - 1)

    def fraction(self) -> float:
        """Return a number from 0 up to, but not including, 1."""
        return self._random.random()
