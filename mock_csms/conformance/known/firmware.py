"""What is known of the firmware update that a station was given: its request, and the status that it told last."""

from typing import TYPE_CHECKING

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, command, result, when
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

FIRMWARE = Subject("firmware")
STATUS, EVENT = "FirmwareStatusNotification", "SecurityEventNotification"
AGREED = ("Accepted", "AcceptedCanceled")
ENDS = frozenset({"DownloadFailed", "InvalidSignature", "InstallVerificationFailed", "InstallationFailed", "Installed"})
"""The statuses that nothing follows."""
BAD_SIGNER, BAD_SIGNATURE = "InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature"
_MOST = 20


class Update(Mutable):
    """One update.

    asked_at: when it was asked for. at: when the station took it. status: the one that was told last, and when.
    is_in_doubt: whether the station may be further than it told, as statuses may have got lost.
    """

    id: int
    firmware: Json
    asked_at: float
    at: float = 0.0
    status: str | None = None
    told_at: float = 0.0
    is_in_doubt: bool = False

    @property
    def retrieve_at(self) -> float | None:
        """When it may be fetched."""
        return seconds_of(self.firmware["retrieveDateTime"])

    @property
    def install_at(self) -> float | None:
        """When it may be installed, where that is not at once."""
        return seconds_of(self.firmware.get("installDateTime", ""))

    @property
    def is_signed(self) -> bool:
        """Whether it is a secure one (L01)."""
        return "signingCertificate" in self.firmware

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self.status in ENDS


class Firmware(Mutable):
    """The update that runs or ran last, one that was asked for and not answered yet, and what else is told of both.

    ids: the requestIds that were used, the last ones, and when. events: when each security event came last.
    refused_at: when a signing certificate, or a signature, was refused last, by the security event that belongs to it.
    """

    update: Update | None = None
    pending: Update | None = None
    ids: dict[int, float] = field(default_factory=dict)
    events: dict[str, float] = field(default_factory=dict)
    refused_at: dict[str, float] = field(default_factory=dict)

    def told_of(self, payload: Json) -> Update | None:
        """Return the update that a status is about: the one that runs, unless it names another one that was asked."""
        id_ = payload.get("requestId")
        if self.pending and self.pending.id == id_:
            return self.pending
        return self.update if self.update and (self.update.id == id_ or id_ not in self.ids) else None

    def is_owed(self, event: str) -> bool:
        """Whether something was refused that a security event has yet to tell of."""
        return self.events.get(event, -1.0) < self.refused_at.get(event, -1.0)


@FIRMWARE.learn(command("UpdateFirmware"))
def asked(seen: Seen, known: "Known") -> None:
    """It is asked for an update."""
    firmware, id_ = known.firmware, seen.payload["requestId"]
    firmware.pending = Update(id_, seen.payload["firmware"], seen.at)
    firmware.ids.pop(id_, None)
    firmware.ids[id_] = seen.at
    if len(firmware.ids) > _MOST:
        del firmware.ids[next(iter(firmware.ids))]


@FIRMWARE.learn(result("UpdateFirmware"))
def answered(seen: Seen, known: "Known") -> None:
    """It took the update, or not."""
    firmware, request = known.firmware, seen.request
    update, firmware.pending = firmware.pending, None
    if update is None or update.id != request["requestId"]:
        update = Update(request["requestId"], request["firmware"], seen.at)
    if seen.payload["status"] in AGREED:
        firmware.update = update
        firmware.update.at = seen.at
    elif seen.payload["status"] == "InvalidCertificate" and firmware.events.get(BAD_SIGNER, -1.0) < update.asked_at:
        firmware.refused_at[BAD_SIGNER] = seen.at


@FIRMWARE.learn(call(STATUS), when("malformed"), any_payload=True)
def told(seen: Seen, known: "Known") -> None:
    """It told how far it is; Idle says nothing of an update, and what cannot be read may have been anything."""
    if not seen.is_sound:
        return _doubt(known)
    status, update = seen.payload["status"], known.firmware.told_of(seen.payload)
    if update is None or status in ("Idle", update.status):
        return None
    if status == "InvalidSignature" and known.firmware.events.get(BAD_SIGNATURE, -1.0) < update.asked_at:
        known.firmware.refused_at[BAD_SIGNATURE] = seen.at
    update.status, update.told_at, update.is_in_doubt = status, seen.at, False
    return None


@FIRMWARE.learn(call(EVENT))
def alarmed(seen: Seen, known: "Known") -> None:
    """It told of something that concerns security; where that is bad firmware, nobody knows whether it goes on."""
    events, type_ = known.firmware.events, seen.payload["type"]
    if type_ in (BAD_SIGNER, BAD_SIGNATURE, "FirmwareUpdated"):
        events[type_] = seen.at
    if type_ == BAD_SIGNER:
        _doubt(known)


@FIRMWARE.learn(when("disconnected"))
def lost(_: Seen, known: "Known") -> None:
    """What it does now, it may never tell."""
    _doubt(known)


def _doubt(known: "Known") -> None:
    for update in (known.firmware.update, known.firmware.pending):
        if update is not None:
            update.is_in_doubt = True
