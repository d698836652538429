"""Checks of configuration keys (checks 6V)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Subject
from mock_csms.conformance.v16.credentials import forms_of, password_in
from mock_csms.conformance.v16.keys import KEYS, LISTS, MEASURANDS, PROFILES, RW, SECRET, is_same, standard
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.seen import Seen, error, result

CONFIGURATION = Subject("configuration", OF_V16, "v16")
GET, CHANGE = "GetConfiguration", "ChangeConfiguration"
_TAKEN = ("Accepted", "RebootRequired")
_COMMANDS = {
    "SendLocalList": "LocalAuthListManagement",
    "GetLocalListVersion": "LocalAuthListManagement",
    "ReserveNow": "Reservation",
    "CancelReservation": "Reservation",
    "SetChargingProfile": "SmartCharging",
    "ClearChargingProfile": "SmartCharging",
    "GetCompositeSchedule": "SmartCharging",
    "TriggerMessage": "RemoteTrigger",
    "GetDiagnostics": "FirmwareManagement",
}
"""The profiles that commands belong to. UpdateFirmware may be refused in favour of signed updates (L01.FR.20)."""


@CONFIGURATION.check(
    "6V01",
    "1.6 5.8",
    ERROR,
    "GetConfiguration returns the requested keys, as known or unknown",
    result(GET),
    implies=("6V02",),
)
def returns_what_was_asked(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a key that is missing in the answer, was not asked for, or is both known and unknown."""
    asked = {folded(key) for key in seen.request.get("key") or ()}
    known = {folded(item["key"]) for item in seen.payload.get("configurationKey", ())}
    unknown = {folded(key) for key in seen.payload.get("unknownKey", ())}
    most = station.number("GetConfigurationMaxKeys")
    if known & unknown:
        return f"both known and unknown: {_some(known & unknown)}"
    if not asked or (most is not None and len(asked) > most):
        return None
    if asked - known - unknown:
        return f"neither known nor unknown: {_some(asked - known - unknown)}"
    others = (known | unknown) - asked
    return f"not asked for: {_some(others)}" if others else None


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _keys_in(seen: Seen) -> dict[str, str | None]:
    """Return the values of the keys in an answer, by the folded key."""
    return {folded(item["key"]): item.get("value") for item in seen.payload.get("configurationKey", ())}


@CONFIGURATION.check(
    "6V02", "1.6 9", ERROR, "the list of all keys has the required keys of each supported profile", result(GET)
)
def has_required_keys(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report the required keys that are missing in the answer to a GetConfiguration without keys."""
    told = _keys_in(seen)
    if seen.request.get("key") or not told:
        return None
    profiles = {"Core", *_split(told.get(folded("SupportedFeatureProfiles")) or "")}
    missing = {name for name, key in KEYS.items() if key.profile in profiles and folded(name) not in told}
    return f"missing: {_some(missing)}" if missing else None


def _split(text: str) -> set[str]:
    return {part.strip() for part in text.split(",") if part.strip()}


@CONFIGURATION.check(
    "6V03",
    "1.6 9",
    WARNING,
    "keys have the access and the type of the specification",
    result(GET),
    implies=("6V05",),
)
def keys_have_their_kind(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report a standard key that is read-only but must be writable, or that has a value of another type."""
    found: list[str] = []
    for item in seen.payload.get("configurationKey", ()):
        key, value = standard(item["key"]), item.get("value")
        if key is None:
            continue
        if key.access == RW and item["readonly"]:
            found.append(f"{item['key']} is read-only")
        if value and key.fits is not None and not key.fits(value):
            found.append(f"{item['key']} is {value[:40]!r}")
    return found[:5]


@CONFIGURATION.check("6V04", "1.6 5.3", ERROR, "an accepted value is returned by GetConfiguration", result(GET))
def keeps_values(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a key with another value than the last one that the station accepted since it booted."""
    given = {folded(name[4]): value for name, value in station.variables.given.items()}
    told = _keys_in(seen)
    return [
        f"{key} is {str(told[key])[:40]!r}, but {value[:40]!r} was accepted"
        for key, value in given.items()
        if key != SECRET and told.get(key) is not None and not is_same(str(told[key]), value)
    ]


@CONFIGURATION.check(
    "6V05", "1.6 5.3", ERROR, "ChangeConfiguration accepts only known writable keys, and only values of their type",
    result(CHANGE), implies=("6V04",),
)  # fmt: skip
def takes_what_fits(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Accepted for an unknown key, for a read-only one, or for a value of another type."""
    name, value, status = seen.request["key"], seen.request["value"], seen.payload["status"]
    reported = next((row for key, row in station.variables.reported.items() if folded(key[4]) == folded(name)), None)
    is_unknown = folded(name) in station.configuration.unknown
    if is_unknown and status != "NotSupported":
        return f"{name} is {status}, but was unknown in GetConfiguration"
    if status not in _TAKEN:
        return None
    if reported is not None and reported.mutability == "ReadOnly":
        return f"{name} is {status}, but is read-only"
    key = standard(name)
    is_unfit = key is not None and key.fits is not None and not key.fits(value)
    return f"{name}={value[:40]} is {status}, but the value has another type" if is_unfit else None


@CONFIGURATION.check(
    "6V06", "1.6 3.16.4", ERROR, "a list with an unknown measurand is Rejected", result(CHANGE)
)  # fmt: skip
def rejects_unknown_measurands(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report that a list of measurands was accepted with a name that OCPP 1.6 does not have."""
    if folded(seen.request["key"]) not in map(folded, LISTS) or seen.payload["status"] not in _TAKEN:
        return None
    others = {name for name in _split(seen.request["value"]) if not _is_measurand(name)}
    return f"{seen.request['key']} was accepted with {_some(others)}" if others else None


def _is_measurand(name: str) -> bool:
    return name in MEASURANDS or name.rpartition(".")[0] in MEASURANDS


@CONFIGURATION.check("6V07", "OCPP-J 1.6 6.2.2", ERROR, "GetConfiguration does not return the password", result(GET))
def keeps_its_secret(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report the password that the station uses in the value of AuthorizationKey."""
    value = _keys_in(seen).get(SECRET)
    if not value:
        return None
    admitted = station.connections.admitted
    used = {password_in(admitted.authorization) if admitted else None} - {None}
    secrets = used | (forms_of(station.configuration.key) if station.configuration.key else set())
    return "AuthorizationKey has the password as its value" if secrets & forms_of(value) else None


@CONFIGURATION.check(
    "6V08", "1.6 9.1.29", WARNING, "SupportedFeatureProfiles has known profiles, whose commands are supported",
    result(GET), error(*_COMMANDS),
)  # fmt: skip
def has_its_profiles(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an unknown profile, or a command of a supported profile that is NotImplemented or NotSupported."""
    if seen.kind == "error":
        claimed = station.variables.several("", "SupportedFeatureProfiles") or ()
        is_missing = seen.code in ("NotImplemented", "NotSupported") and _COMMANDS[seen.action] in claimed
        return f"{seen.action} is {seen.code}, but {_COMMANDS[seen.action]} is supported" if is_missing else None
    others = _split(_keys_in(seen).get(folded("SupportedFeatureProfiles")) or "") - {*PROFILES}
    return f"unknown profiles: {_some(others)}" if others else None
