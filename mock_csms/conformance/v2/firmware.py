"""Checks of firmware updates (checks L)."""

from collections.abc import Iterator, Mapping

from mock_csms.conformance.common.pem import is_base64, is_certificate
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later, ResultPart, Subject
from mock_csms.twin.firmware import Update
from mock_csms.twin.seen import Seen, call, result, when
from mock_csms.twin.v2.firmware import AGREED, BAD_SIGNATURE, BAD_SIGNER, EVENT, STATUS

FIRMWARE = Subject("firmware")

_FETCHED = ("Downloaded", "SignatureVerified")
_READY = (*_FETCHED, "InstallScheduled")
_BEFORE: Mapping[str, tuple[str | None, ...]] = {
    "DownloadScheduled": (None, "Downloading", "DownloadPaused"),
    "Downloading": (None, "DownloadScheduled", "DownloadPaused"),
    "DownloadPaused": ("Downloading",),
    "DownloadFailed": (None, "DownloadScheduled", "Downloading", "DownloadPaused"),
    "Downloaded": ("Downloading",),
    "InvalidSignature": ("Downloaded",),
    "SignatureVerified": ("Downloaded",),
    "InstallScheduled": _FETCHED,
    "InstallRebooting": (*_READY, "Installing"),
    "Installing": (*_READY, "InstallRebooting"),
    "InstallVerificationFailed": (*_READY, "Installing", "InstallRebooting"),
    "InstallationFailed": ("Installing", "InstallRebooting"),
    "Installed": ("Installing", "InstallRebooting"),
}
"""By status: the statuses that may come before it, from the figure in L01.

Installing may be left out at a reboot (L01.FR.23). A download may fail before it begins.
"""
_WAITING: Mapping[str, tuple[str, tuple[str | None, ...]]] = {
    "Downloading": ("DownloadScheduled", (None,)),
    "Installing": ("InstallScheduled", _FETCHED),
}
"""By step: the status that announces a wait before it, and the statuses after which the station must announce it."""
_FETCHING = ("DownloadScheduled", "Downloading", "DownloadPaused", "DownloadFailed", *_FETCHED, "InvalidSignature")
_PAST_VERIFICATION = ("SignatureVerified", "InstallScheduled", "InstallRebooting", "Installing", "Installed")


@FIRMWARE.check(
    "L01", "L01.FR.10, L01.FR.20", ERROR, "firmware statuses have the requestId of their update", call(STATUS)
)
def names_its_request(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a status without a requestId, or with a requestId that no command had or that belongs to another update.

    Silent for a moment about the update that was just replaced, and about triggered statuses without a requestId.
    """
    status, id_, firmware = seen.payload["status"], seen.payload.get("requestId"), station.firmware
    if status == "Idle":
        return None
    if id_ is None:
        return None if _is_triggered(seen, station) else f"{status} without requestId"
    update = firmware.update
    if update is None and _is_unknown_request(id_, status, station):
        return f"{status} has the requestId {id_}, which was never given"
    if update is None or update.id == id_ or firmware.ids.get(id_, -1.0) > update.asked_at:
        return None
    if id_ in firmware.ids and seen.at - update.at < station.terms.patience:
        return None
    return f"{status} has the requestId {id_}, while the update {update.id} runs"


def _is_unknown_request(id_: int, status: str, station: KnownStation) -> bool:
    """Whether no command had this requestId. An update that the station installs may be older than the last boot."""
    boots = station.boots
    may_be_older = not boots.count or boots.asked["reason"] == "FirmwareUpdate" or status not in _FETCHING
    return not may_be_older and station.given_ids.is_unknown("UpdateFirmware", id_)


@FIRMWARE.check("L02", "L01.FR.01", ERROR, "firmware statuses follow the allowed order", call(STATUS))
def comes_in_order(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a status that must not follow the previous one.

    If statuses may be lost, the check only reports a status after the end of the update.
    """
    status, update = seen.payload["status"], station.firmware.update_of(seen.payload.get("requestId"))
    if update is None or status in ("Idle", update.status):
        return None
    if update.is_in_doubt and not update.is_over:
        return None
    is_unverified = status in ("InstallScheduled", "InstallRebooting", "Installing") and update.status == "Downloaded"
    if update.status in _BEFORE.get(status, ()) and not (is_unverified and update.is_signed):
        return None
    return f"{status} follows {update.status or 'nothing'} in the update {update.id}"


@FIRMWARE.check(
    "L03",
    "L01.FR.13, L01.FR.16",
    ERROR,
    "firmware is downloaded and installed at the requested times",
    result("UpdateFirmware"),
    call(STATUS),
    when("malformed"),
    any_payload=True,
)
def keeps_its_times(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a step that is too early, or one that waited without DownloadScheduled or InstallScheduled."""
    if not seen.is_sound:
        return (Done("DownloadScheduled"), Done("InstallScheduled"))
    if seen.kind == "result":
        return _wait_for_download(seen, station)
    update, status = station.firmware.update_of(seen.payload.get("requestId")), seen.payload["status"]
    return None if update is None or status == "Idle" else _keep_time(update, status, seen, station)


def _wait_for_download(seen: Seen, station: KnownStation) -> Iterator[ResultPart]:
    """Set a deadline for DownloadScheduled if the download must wait, unless a status came before the answer."""
    update, status = station.firmware.pending, seen.payload["status"]
    if status in AGREED:
        yield from (Done("DownloadScheduled"), Done("InstallScheduled"))
        if update is not None and update.status is None and _ahead(update.retrieve_at, seen.at, station) > 0:
            yield Later(
                "no DownloadScheduled, although the download must wait", _patience(station), "DownloadScheduled"
            )


def _keep_time(update: Update, status: str, seen: Seen, station: KnownStation) -> Iterator[ResultPart]:
    """Judge the time of a step. If the next step must wait, set a deadline for the status that announces it."""
    yield from (Done("DownloadScheduled"), Done("InstallScheduled"))
    if status == ("SignatureVerified" if update.is_signed else "Downloaded"):
        if _ahead(update.install_at, seen.at, station) > 0:
            yield Later(
                "no InstallScheduled, although the installation must wait", _patience(station), "InstallScheduled"
            )
    elif status in _WAITING:
        word, after = _WAITING[status]
        due = update.retrieve_at if status == "Downloading" else update.install_at
        if _ahead(due, seen.at, station) > 0:
            yield f"{status} came {_ahead(due, seen.at, station):.0f} s too early"
        elif update.status in after and _has_waited(update, due, seen, station):
            yield f"{status} came without an earlier {word}"


def _has_waited(update: Update, due: float | None, seen: Seen, station: KnownStation) -> bool:
    """Whether a step had to wait after the last status. After a long silence the deadline has already reported it."""
    since = update.reported_at or update.asked_at
    return not update.is_in_doubt and _ahead(due, since, station) > 0 and seen.at - since <= _patience(station)


@FIRMWARE.check(
    "L04",
    "L01.FR.04, L01.FR.21, L01.FR.22",
    ERROR,
    "firmware with a bad signing certificate or signature is refused",
    result("UpdateFirmware"),
    call(STATUS, EVENT),
)
def refuses_bad_firmware(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an accepted update with a malformed certificate or signature, or one that the station reports as bad."""
    if seen.kind == "result":
        certificate, status = seen.request["firmware"].get("signingCertificate"), seen.payload["status"]
        is_right = status not in AGREED or certificate is None or is_certificate(certificate)
        return None if is_right else f"{status}, but {certificate[:20]!r} is no certificate"
    if seen.action == EVENT:
        return _continues_although_bad(seen, station)
    update = station.firmware.update_of(seen.payload.get("requestId"))
    if update is None or seen.payload["status"] != "SignatureVerified" or not update.is_signed:
        return None
    is_right = is_base64(update.firmware.get("signature", ""))
    return None if is_right else f"SignatureVerified, but the signature of update {update.id} is not base64"


def _continues_although_bad(seen: Seen, station: KnownStation) -> str | None:
    """Judge a security event about bad firmware: the station must not continue with that update."""
    firmware, type_, update = station.firmware, seen.payload["type"], station.firmware.update
    if update is None or firmware.pending or firmware.is_missing(type_):
        return None
    if type_ == BAD_SIGNER and update.status is None and seen.at - update.at < station.terms.patience:
        return f"{type_}, but the update {update.id} was accepted"
    if type_ == BAD_SIGNATURE and update.status in _PAST_VERIFICATION and not update.is_in_doubt:
        return f"{type_}, but the update {update.id} is {update.status}"
    return None


@FIRMWARE.check(
    "L05",
    "L01.FR.02, L01.FR.03, L01.FR.31",
    WARNING,
    "security events report bad firmware and finished updates",
    result("UpdateFirmware"),
    call(STATUS, EVENT),
    when("malformed"),
    any_payload=True,
)
def reports_security_events(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a status without the security event that it requires. The event may come before the status."""
    if not seen.is_sound:  # an unreadable message may have been the event
        return [Done(type_) for type_ in _EVENTS.values()]
    if seen.action == EVENT:
        return Done(seen.payload["type"])
    status, firmware = seen.payload["status"], station.firmware
    update = firmware.pending if seen.kind == "result" else firmware.update_of(seen.payload.get("requestId"))
    type_ = _EVENTS.get(status)
    if update is None or type_ is None or status == update.status or not update.is_signed:
        return None
    is_reported = firmware.events.get(type_, -1.0) >= update.asked_at
    return None if is_reported else Later(f"no {type_} although {status}", _patience(station), type_)


_EVENTS = {"InvalidCertificate": BAD_SIGNER, "InvalidSignature": BAD_SIGNATURE, "Installed": "FirmwareUpdated"}


@FIRMWARE.check(
    "L06",
    "L01.FR.07",
    ERROR,
    "free EVSEs become Unavailable while an update waits",
    call(STATUS),
    when("malformed"),
    any_payload=True,
)
def closes_free_evses(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a connector that stays Available while the installation waits for transactions to end.

    Silent if AllowNewSessionsPendingFirmwareUpdate is true, or may be true.
    """
    if not seen.is_sound or seen.payload["status"] != "InstallScheduled":
        return Done()
    update = station.firmware.update_of(seen.payload.get("requestId"))
    if update is None or update.status == "InstallScheduled":
        return None
    wait = max(0.0, _ahead(update.install_at, seen.at, station))
    return Later("", wait + station.terms.tolerance + _patience(station))


@FIRMWARE.deadline("L06")
def still_available(due: Due, station: KnownStation) -> CheckResult:
    """Report a free connector that is still Available."""
    allowed = station.variables.switch("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate")
    busy = {transaction.evse for transaction in station.transactions.open_at()}
    if allowed or (allowed is None and not station.reports.is_trusted) or not busy or None in busy:
        return None
    told_at, since = station.connectors.reported_at, due.at - _patience(station)
    for place, status in station.connectors.statuses.items():
        if status == "Available" and place[0] not in busy and told_at.get(place, since) < since:
            return f"connector {place[1]} of EVSE {place[0]} stays Available while the installation waits"
    return None


@FIRMWARE.check(
    "L07", "L01.FR.24, L01.FR.27", WARNING, "a second update is refused or cancels the first", result("UpdateFirmware")
)
def replaces_the_first(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a plain Accepted while another update runs; a warning, as L01.FR.24 says SHOULD.

    AcceptedCanceled and a refusal are right.
    """
    update = station.firmware.update
    if seen.payload["status"] != "Accepted" or update is None or update.is_over or update.is_in_doubt:
        return None
    return f"Accepted while update {update.id} is {update.status or 'accepted, but has not started'}"


def _is_triggered(seen: Seen, station: KnownStation) -> bool:
    """Whether a status may answer a TriggerMessage and repeat the last status of a finished update."""
    given = station.commands.agreed.get("TriggerMessage")
    if given is None or given.request.get("requestedMessage") != STATUS:
        return False
    return seen.at - given.at < _patience(station) and (
        station.firmware.update is None or station.firmware.update.is_over
    )


def _ahead(due: float | None, at: float, station: KnownStation) -> float:
    """Return how many seconds a time is certainly ahead, by the mock's reported clock; 0 if it may have passed."""
    if due is None:
        return 0.0
    return max(0.0, due - at - station.terms.clock_offset - station.terms.tolerance)


def _patience(station: KnownStation) -> float:
    return station.terms.patience
