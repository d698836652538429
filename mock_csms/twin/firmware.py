"""The firmware updates that the CSMS requested, and their progress."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

ENDS = frozenset({"DownloadFailed", "InvalidSignature", "InstallVerificationFailed", "InstallationFailed", "Installed"})
"""The statuses that end an update."""


class Update(Mutable):
    """One firmware update."""

    id: int
    """Its requestId."""
    firmware: Json
    """The firmware in the request: a FirmwareType."""
    asked_at: float
    """When the command was sent."""
    retrieve_at: float | None
    """retrieveDateTime, in seconds since 1970; None if it does not parse."""
    install_at: float | None
    """installDateTime, in seconds since 1970; None if it is absent (install at once) or does not parse."""
    is_signed: bool
    """Whether it is a secure update (L01)."""
    at: float = 0.0
    """When the station accepted it."""
    status: str | None = None
    """The last status that the station reported."""
    reported_at: float = 0.0
    """When it reported that."""
    is_in_doubt: bool = False
    """Whether the update may be further than `status` says, because reports may be lost."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended, with success or not."""
        return self.status in ENDS


class Firmware(Mutable):
    """The last updates, and the security events about firmware."""

    update: Update | None = None
    """The last update that the station accepted."""
    pending: Update | None = None
    """An update that was requested and not answered so far."""
    ids: Bounded[int, float] = bounded(20)
    """The last requestIds, and when each was used."""
    events: dict[str, float] = field(default_factory=dict)
    """When each kind of security event last came."""
    refused_at: dict[str, float] = field(default_factory=dict)
    """When the station last rejected a signing certificate or signature, by the security event that must report it."""

    def update_of(self, id_: int | None) -> Update | None:
        """Return the update for a status with this requestId.

        It is the last update that the station accepted, unless the id belongs to another one.
        """
        if self.pending and self.pending.id == id_:
            return self.pending
        return self.update if self.update and (self.update.id == id_ or id_ not in self.ids) else None

    def is_missing(self, event: str) -> bool:
        """Return whether this security event is still missing after a rejection."""
        return self.events.get(event, -1.0) < self.refused_at.get(event, -1.0)

    def doubt(self) -> None:
        """Note that the update may be further than the station reported."""
        for update in (self.update, self.pending):
            if update is not None:
                update.is_in_doubt = True
