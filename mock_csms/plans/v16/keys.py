"""Configuration keys: steps that get and change them, and what they say about the station (OCPP 1.6, 5.3, 5.8, 9)."""

from collections.abc import Collection, Mapping

from mock_csms.plans.messages import absent, one_of
from mock_csms.plans.preparing import preparing
from mock_csms.plans.station import Station
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

HARMLESS = "GetConfiguration", {"key": ["NumberOfConnectors"]}
"""A command that changes nothing and that every station must support: its action and its payload."""
NOTHING = one_of(absent, [])
"""A list that is empty, or left out."""
CHANGED = one_of("Accepted", "RebootRequired")
"""The statuses of a key that was changed; the station decides whether it needs a reboot for that (7.22)."""


async def get(station: Station, key: str) -> str | None:
    """Return the value of a key, or None if the station does not have it."""
    return await station.get("", key)


async def put(station: Station, key: str, value: str) -> None:
    """Change a key for the rest of the case, unless it has the value already (in any letter case)."""
    found = await get(station, key)
    if found is None or found.casefold() != value.casefold():
        await station.set("", key, value)


async def prefer(station: Station, key: str, value: str) -> bool:
    """Change a key for the rest of the case, if the station has it and accepts the value.

    Return whether it has the value now.
    """
    found = await get(station, key)
    if found is not None and found.casefold() == value.casefold():
        return True
    with preparing(station):
        return await station.changes.prefer("", key, value)


async def require(station: Station, key: str, value: str) -> None:
    """Change a key for the rest of the case; skip the case if the station lacks the key or rejects the value."""
    if not await prefer(station, key, value):
        station.lacks(f"{key} that can be {value}")


async def has_profile(station: Station, *profiles: str) -> None:
    """Skip the case unless the station has these feature profiles (9.1.29)."""
    known = await get(station, "SupportedFeatureProfiles") or ""
    has = {name.strip().casefold() for name in known.split(",")}
    missing = [name for name in profiles if name.casefold() not in has]
    if missing:
        station.lacks(f"feature profile {missing[0]}")


# Steps that check the answers.


async def shows(station: Station, *wanted: str) -> dict[str, Json]:
    """Ask for keys that the station must have: it returns exactly these; return them by name (5.8)."""
    answer = await station.command("GetConfiguration", {"key": list(wanted)}, unknownKey=NOTHING)
    found = {each["key"].casefold(): each for each in answer.get("configurationKey", [])}
    if found.keys() != {key.casefold() for key in wanted}:
        raise AssertionError(f"asked for the keys {', '.join(wanted)}, got {', '.join(sorted(found)) or 'none'}")
    return found


async def changes(station: Station, key: str, value: str) -> str:
    """Change a key, which must succeed, and return the status (5.3). The caller has remembered its value."""
    answer = await station.command("ChangeConfiguration", {"key": key, "value": value}, status=CHANGED)
    return str(answer["status"])


async def is_now(station: Station, key: str, value: str) -> None:
    """Check that a key has a value (5.8); the letter case of booleans does not matter."""
    found = (await shows(station, key))[key.casefold()].get("value", "")
    if found.casefold() != value.casefold():
        raise AssertionError(f"{key}: expected {value}, got {found}")


_REQUIRED: Mapping[str, str] = {
    "Core": "AuthorizeRemoteTxRequests,ClockAlignedDataInterval,ConnectionTimeOut,ConnectorPhaseRotation,"
    "GetConfigurationMaxKeys,HeartbeatInterval,LocalAuthorizeOffline,LocalPreAuthorize,MeterValuesAlignedData,"
    "MeterValuesSampledData,MeterValueSampleInterval,NumberOfConnectors,ResetRetries,StopTransactionOnInvalidId,"
    "StopTxnAlignedData,StopTxnSampledData,SupportedFeatureProfiles,TransactionMessageAttempts,"
    "TransactionMessageRetryInterval,UnlockConnectorOnEVSideDisconnect",
    "LocalAuthListManagement": "LocalAuthListEnabled,LocalAuthListMaxLength,SendLocalListMaxLength",
    "SmartCharging": "ChargeProfileMaxStackLevel,ChargingScheduleAllowedChargingRateUnit,ChargingScheduleMaxPeriods,"
    "MaxChargingProfilesInstalled",
}
"""By feature profile: the keys that it requires (9; StopTransactionOnEVSideDisconnect is optional: errata, 3.79)."""


def check_required(answer: Json, profiles: Collection[str]) -> None:
    """Check that an answer has the keys that these profiles require, and those of Core."""
    found = {each["key"].casefold() for each in answer.get("configurationKey", [])}
    claimed = {"Core", *(name.strip() for name in profiles)}
    required = [key for name, keys in _REQUIRED.items() if name in claimed for key in keys.split(",")]
    missing = [key for key in required if key.casefold() not in found]
    if missing:
        raise AssertionError(f"the station did not return the required keys {', '.join(missing)}")


async def asks_about_cards(station: Station) -> None:
    """Let the station ask the mock about cards: without LocalPreAuthorize, and with an empty cache (3.5, 4.1)."""
    await put(station, "LocalPreAuthorize", "false")
    if (await get(station, "AuthorizationCacheEnabled") or "").casefold() == "true":
        with preparing(station):
            await station.command("ClearCache", status="Accepted")
