"""The stations that were registered or kept away while the mock runs, in addition to the settings."""

from collections.abc import Mapping

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded

_MOST = 100_000
"""The greatest number of stations that can be kept away at the same time."""


class Registrations:
    """The stations that may connect like known stations, and those that are refused for a while."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._passwords: dict[str, str | None] = {}
        self._kept_out: Bounded[str, float] = Bounded(_MOST)

    @property
    def names(self) -> Mapping[str, str]:
        """The identities of registered stations as they were written, by folded identity."""
        return self._names

    def add(self, identity: str, password: str | None = None) -> None:
        """Register a station, so that it may connect; if a password is given, only with this password."""
        self._names[folded(identity)] = identity
        self._passwords[folded(identity)] = password

    def remove(self, identity: str) -> None:
        """Remove the registration of a station."""
        self._names.pop(folded(identity), None)
        self._passwords.pop(folded(identity), None)

    def password_of(self, key: str) -> str | None:
        """Return the password of a registered station; None if it has none. `key` is its folded identity."""
        return self._passwords.get(key)

    def keep_out(self, identity: str, until: float) -> None:
        """Refuse a station until that time, in seconds since 1970."""
        self._kept_out.renew(folded(identity), until)

    def is_kept_out(self, key: str, now: float) -> bool:
        """Whether a station is refused for a while; `key` is its folded identity."""
        return bool(self._kept_out) and now < self._kept_out.get(key, 0.0)
