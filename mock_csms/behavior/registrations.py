"""Who was registered or sent away while the mock runs, besides what the settings say."""

from collections.abc import Mapping

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded

_MOST = 100_000
"""How many stations can be sent away at the same time."""


class Registrations:
    """The stations that may connect as if they were known stations, and those that must stay away for a while."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._passwords: dict[str, str | None] = {}
        self._kept_out: Bounded[str, float] = Bounded(_MOST)

    @property
    def names(self) -> Mapping[str, str]:
        """The registered stations as they were written, by their folded identities."""
        return self._names

    def add(self, identity: str, password: str | None = None) -> None:
        """Let a station in; with a password only if it gives this one."""
        self._names[folded(identity)] = identity
        self._passwords[folded(identity)] = password

    def remove(self, identity: str) -> None:
        """Take a registration back."""
        self._names.pop(folded(identity), None)
        self._passwords.pop(folded(identity), None)

    def password_of(self, key: str) -> str | None:
        """Return the password of a registered station, by its folded identity; None if it has none."""
        return self._passwords.get(key)

    def keep_out(self, identity: str, until: float) -> None:
        """Refuse a station until a time, in seconds since 1970."""
        self._kept_out.renew(folded(identity), until)

    def is_kept_out(self, key: str, now: float) -> bool:
        """Return whether a station must stay away, by its folded identity."""
        return bool(self._kept_out) and now < self._kept_out.get(key, 0.0)
