"""States of the memory of a station: tokens in its cache and its local list, certificates, charging profiles."""

from collections.abc import Mapping

from mock_csms.plans.messages import some
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import certificates
from mock_csms.plans.v2.states.sessions import (
    connected_and_authorized,
    ev_connected_post_session,
    ev_disconnected,
    parking_bay_unoccupied,
    stop_authorized_locally,
)
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def id_token_in_local_list(station: Station, token: str = VALID, status: str = "Accepted") -> None:
    """IdTokenLocalAuthList: the local list holds one token with the given status."""
    await local_list_set(station, {token: {"status": status}})


async def local_list_set(station: Station, infos: Mapping[str, Json]) -> None:
    """The local list holds these kinds of tokens, each with its idTokenInfo; it is emptied after the case."""
    version = (await station.command("GetLocalListVersion"))["versionNumber"]
    entries = [{"idToken": station.profile.tokens[token], "idTokenInfo": info} for token, info in infos.items()]
    payload = {"updateType": "Full", "versionNumber": version + 1, "localAuthorizationList": entries}
    await station.command("SendLocalList", payload, status="Accepted")
    station.undo_with("SendLocalList", payload | {"versionNumber": version + 2, "localAuthorizationList": None})


async def id_token_cached(station: Station, token: str = VALID) -> None:
    """IdTokenCached: the cache holds an accepted token, after a whole session with it."""
    await station.set("AuthCacheCtrlr", "Enabled", "true")
    await connected_and_authorized(station, token)
    await stop_authorized_locally(station, token)
    await ev_connected_post_session(station)
    await ev_disconnected(station)
    await parking_bay_unoccupied(station)


async def certificate_installed(station: Station, kind: str = certificates.OF_CSMS) -> None:
    """CertificateInstalled: the root of the plans is installed with the given type; it is deleted after the case."""
    await certificates.installed(station, kind)


async def installed_certificates(station: Station, kind: str = certificates.OF_CSMS) -> None:
    """GetInstalledCertificates: the root of the plans is listed with its type and its hash data."""
    root = await certificates.installed(station, kind)
    entry = some(certificateType=kind, certificateHashData=root.hashes)
    asked = {"certificateType": [kind]}
    await station.command("GetInstalledCertificateIds", asked, status="Accepted", certificateHashDataChain=entry)


async def charging_profile_set(station: Station, profile: Json | None = None, evse: int | None = None) -> None:
    """SetChargingProfile: a charging profile is set (by default one with a low limit); it is cleared after the case."""
    profile = profile or await _low_profile(station)
    payload = {"evseId": station.evse if evse is None else evse, "chargingProfile": profile}
    await station.command("SetChargingProfile", payload, status="Accepted")
    station.undo_with("ClearChargingProfile", {"chargingProfileId": profile["id"]})


async def _low_profile(station: Station) -> Json:
    """Return a default profile for transactions with a low limit, in a unit that the station supports."""
    units = await station.get("SmartChargingCtrlr", "RateUnit") or "A"
    unit, limit = ("A", 8.0) if "A" in units.split(",") else ("W", 5000.0)
    schedule = {"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    purpose = {"chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative"}
    return {"id": 1, "stackLevel": 0, **purpose, "chargingSchedule": [schedule]}
