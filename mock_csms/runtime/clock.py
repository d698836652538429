"""The real clock, ids and chance: the only reader of them."""

import random
import time
import uuid

now = time.time  # noqa: TID251 - this is the one place
"""Seconds since 1970 (UTC)."""


def new_id() -> str:
    """Return a fresh message id: a UUID, as Part 4, 4.1.4 recommends; 36 characters."""
    return str(uuid.uuid4())


def new_integer() -> int:
    """Return a fresh random number for a requestId or remoteStartId, positive and within 32 bits."""
    return random.randint(1, 2**31 - 1)  # noqa: S311 - nothing is kept secret by it
