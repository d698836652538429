"""The facts about the configuration keys of a station, in addition to their values."""

from mock_csms.protocol.records import Mutable, field


class Configuration(Mutable):
    """The keys of a station."""

    is_complete: bool = False
    """Whether the station has reported all its keys."""
    unknown: set[str] = field(default_factory=set)
    """The folded keys that the station has called unknown."""
    key: str | None = None
    """The AuthorizationKey that the mock last set, which the station accepted; None if there is none."""
    old: bytes | None = None
    """The password before that one; None if it is not known, or may still be used."""

    def __repr__(self) -> str:
        """Show no key, because the text of a failed test would contain this."""
        return "Configuration(…)"
