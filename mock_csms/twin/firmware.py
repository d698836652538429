"""The firmware updates that a station was given, and how far they are."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

ENDS = frozenset({"DownloadFailed", "InvalidSignature", "InstallVerificationFailed", "InstallationFailed", "Installed"})
"""The statuses that nothing follows."""


class Update(Mutable):
    """One update."""

    id: int
    """Its requestId."""
    firmware: Json
    """What the request says of it: a FirmwareType."""
    asked_at: float
    """When it was asked for."""
    retrieve_at: float | None
    """When the station may fetch it; None for a time that does not parse."""
    install_at: float | None
    """When the station may install it; None for at once, or a time that does not parse."""
    is_signed: bool
    """Whether it is a secure update (L01)."""
    at: float = 0.0
    """When the station agreed to it."""
    status: str | None = None
    """The status that was told last."""
    told_at: float = 0.0
    """When that was told."""
    is_in_doubt: bool = False
    """Whether the station may be further than it told, as statuses may have got lost."""

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self.status in ENDS


class Firmware(Mutable):
    """The last updates, and the security events about firmware."""

    update: Update | None = None
    """The update that runs, or ran last."""
    pending: Update | None = None
    """One that was asked for and is not answered yet."""
    ids: Bounded[int, float] = bounded(20)
    """The requestIds that were used, the last ones, and when."""
    events: dict[str, float] = field(default_factory=dict)
    """When each security event came last."""
    refused_at: dict[str, float] = field(default_factory=dict)
    """When a signing certificate, or a signature, was refused last, by the security event that belongs to it."""

    def told_of(self, id_: int | None) -> Update | None:
        """Return the update that a status with this requestId is about.

        It is the last one to which the station agreed, unless the id is that of another one that it was asked for.
        """
        if self.pending and self.pending.id == id_:
            return self.pending
        return self.update if self.update and (self.update.id == id_ or id_ not in self.ids) else None

    def is_owed(self, event: str) -> bool:
        """Whether something was refused that a security event has yet to tell of."""
        return self.events.get(event, -1.0) < self.refused_at.get(event, -1.0)

    def doubt(self) -> None:
        """Note that the station may be further than it told."""
        for update in (self.update, self.pending):
            if update is not None:
                update.is_in_doubt = True
