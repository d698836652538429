"""What the handlers of modules share: the parties, the clock, chance, and notes for people."""

from collections.abc import Callable

from mock_csms.ocpi.parties import CREDENTIALS, OcpiParties
from mock_csms.protocol.records import Mutable


class OcpiWorld(Mutable, eq=False, kw_only=True):
    """The state behind one OCPI server. Each role extends it with its objects."""

    parties: OcpiParties
    now: Callable[[], float]
    """Returns the time, in seconds since 1970."""
    new_id: Callable[[], str]
    """Returns a new id of 36 characters."""
    new_token: Callable[[], str]
    """Returns a new credentials token that nobody can guess."""
    prefix: str
    """The first part of the paths of modules, such as `/ocpi/cpo`."""
    base: str = ""
    """The URL of the server, without a path."""
    is_base_fixed: bool = False
    """Whether all URLs in answers begin with `base`; else with the host that the client names."""
    required: frozenset[str] = frozenset({CREDENTIALS})
    """The modules that a party must have to register, as in `OcpiPeer.endpoints`."""
    sends_raw: bool = False
    """Whether tokens are sent as they are, not in Base64, unless the other party refuses them so."""
    end_of_urls: str = ""
    """The end of the URLs of modules in the version details: empty, or a slash."""
    is_open: bool = False
    """Whether every request is served, without a token."""
    tell: Callable[[str], None] = lambda _: None
    """Tells people what has happened, in one line."""
    failed: Callable[[str], None] = lambda _: None
    """Tells people of an error in the mock itself, in one line."""
