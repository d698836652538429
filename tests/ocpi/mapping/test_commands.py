"""Commands of OCPI for stations, and verdicts about tokens (`mock_csms/ocpi/mapping/`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.ocpi.mapping.profiles import active_profile, limits_of
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.tokens import TokenVerdict, at_once, cdr_token, told, unknown, unreachable
from mock_csms.ocpi.mapping.version import Reserve, Start, Unfit
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.v221 import enums
from mock_csms.protocol.versions import V16, V21, V201, Version

Json = dict[str, Any]
VERSIONS = [V16, V201, V21]
STATION_STATUSES: Mapping[str, str] = {
    "START_SESSION": "RequestStartTransaction",
    "STOP_SESSION": "RequestStopTransaction",
    "RESERVE_NOW": "ReserveNow",
    "CANCEL_RESERVATION": "CancelReservation",
    "UNLOCK_CONNECTOR": "UnlockConnector",
    "SET_PROFILE": "SetChargingProfile",
    "CLEAR_PROFILE": "ClearChargingProfile",
    "GET_PROFILE": "GetCompositeSchedule",
}
IN_16: Mapping[str, str] = {
    "RequestStartTransaction": "RemoteStartTransaction",
    "RequestStopTransaction": "RemoteStopTransaction",
}
PROFILE = {
    "charging_rate_unit": "W",
    "start_date_time": "2026-01-05T12:00:00Z",
    "duration": 3600,
    "min_charging_rate": 5.25,
    "charging_profile_period": [{"start_period": 0, "limit": 11000.04}, {"start_period": 60, "limit": 5000}],
}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda each: each.name)
def test_commands_are_valid(version: Version) -> None:
    """Each command is a valid call of the version, whatever the eMSP has written."""
    say = mapping_of(version)
    start = Start(token="{{now}}", type="APP_USER", group="GROUP", evse=1, connector=2, remote=7)
    reserve = Reserve(id=7, token="TAG", type="RFID", group="G" * 36, evse=1, until="2026-01-05T12:00:00Z")
    steps = [
        *(say.start(start), say.start(Start(token="TAG", type="RFID")), say.stop("7"), say.reserve(reserve)),
        *(say.reserve(Reserve(id=7, token="T", type="OTHER", until="2026-01-05T12:00:00Z")), say.cancel(7)),
        *(say.unlock(1, 1), say.limit(limits_of(PROFILE, 3, "7", 1)), say.unlimit(3), say.ask_schedule(1, 60, "A")),
        say.limit(
            limits_of(
                {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 6}]}, 3, "7", 1
            )
        ),
    ]
    for step in steps:
        payload = compile_template(step.payload)(sample_of(version))
        assert version.schemas.request_violations(step.action, payload) == ()
    assert "{{now}}" in str(compile_template(steps[0].payload)(sample_of(version)))


def test_long_tokens_do_not_fit_16() -> None:
    """A token with more than 20 characters cannot be said in OCPP 1.6."""
    with pytest.raises(Unfit, match="20 characters"):
        mapping_of(V16).start(Start(token="T" * 21, type="RFID"))


@pytest.mark.parametrize("version", VERSIONS, ids=lambda each: each.name)
def test_every_status_of_a_station_means_something(version: Version) -> None:
    """Each status that a station may answer has a result, and each result is one of the specification."""
    outcomes = mapping_of(version).outcomes
    for command, action in STATION_STATUSES.items():
        name = IN_16.get(action, action) if version is V16 else action
        assert {*outcomes[command]} == {*version.schemas.values(f"{name}Response", "status")}
        kind = "ChargingProfileResultType" if command.endswith("PROFILE") else "CommandResultType"
        assert {*outcomes[command].values()} <= set(enums()[kind])


def test_schedules_of_stations() -> None:
    """The schedule of a station is an ActiveChargingProfile; one without a schedule is none."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}]}
    in_16 = {"status": "Accepted", "scheduleStart": "2026-01-05T12:00:00Z", "chargingSchedule": schedule}
    in_2 = {
        "status": "Accepted",
        "schedule": {**schedule, "scheduleStart": "2026-01-05T12:00:00Z", "duration": 60, "evseId": 1},
    }
    for version, payload in ((V16, in_16), (V201, in_2)):
        found = mapping_of(version).schedule_in(payload)
        assert found is not None
        assert problems("ActiveChargingProfile", active_profile(found)) == []
        assert active_profile(found)["charging_profile"]["charging_profile_period"] == [
            {"start_period": 0, "limit": 16.0}
        ]
        assert mapping_of(version).schedule_in({"status": "Rejected"}) is None


# Tokens.


def token(whitelist: str = "ALLOWED", valid: bool = True, **more: Any) -> Json:
    """Return a Token."""
    return {
        **{"country_code": "DE", "party_id": "EMS", "uid": "TAG1", "type": "RFID", "contract_id": "C1"},
        **{"issuer": "E", "valid": valid, "whitelist": whitelist, "last_updated": "2026-01-01T00:00:00Z", **more},
    }


def status_of(verdict: TokenVerdict | None) -> str | None:
    """Return the status that a verdict tells a station: `ask` to ask first, None to leave it to the mock."""
    if verdict is None:
        return "ask"
    return verdict.answer.status if verdict.answer else None


CASES: Sequence[tuple[Json | None, Json, str | None]] = (
    (token("ALWAYS", valid=False), {}, "Accepted"),
    (token("ALLOWED"), {}, "Accepted"),
    (token("ALLOWED", valid=False), {}, "Blocked"),
    (token("ALLOWED_OFFLINE"), {}, "ask"),
    (token("ALLOWED_OFFLINE"), {"has_emsp": False}, "Accepted"),
    (token("NEVER", valid=False), {}, "ask"),
    (token("NEVER"), {"has_emsp": False}, "NotAtThisTime"),
    (token("NEVER"), {"mode": "cached"}, "Accepted"),
    (token("NEVER"), {"mode": "off"}, None),
    (token("NEVER"), {"is_commanded": True}, "Accepted"),
    (token("NEVER", type="APP_USER"), {}, "Accepted"),
    (None, {}, "ask"),
    (None, {"mode": "cached"}, None),
    (None, {"has_emsp": False}, None),
)


@pytest.mark.parametrize(("known", "more", "expected"), CASES)
def test_whitelists(known: Json | None, more: Json, expected: str | None) -> None:
    """What a station is told without asking depends on the whitelist of the token, and on who can be asked."""
    given: Json = {"is_commanded": False, "mode": "ask", "has_emsp": True} | more
    assert status_of(at_once(known, **given)) == expected


def test_answers_of_an_emsp() -> None:
    """Each AllowedType has a status that every version can say; an unknown token is Unknown."""
    for allowed in enums()["AllowedType"]:
        verdict = told({"allowed": allowed, "token": token()}, {"cs-1-1": 1})
        assert (status_of(verdict) == "Accepted") == (allowed == "ALLOWED")
        for version in VERSIONS:
            assert verdict.answer is not None
            info = dialect_of(version).token_info(verdict.answer)
            key = "idTagInfo" if version is V16 else "idTokenInfo"
            assert version.schemas.response_violations("Authorize", {key: info}) == ()
    assert status_of(unknown()) == "Unknown"
    states = [status_of(unreachable(token(each))) for each in ("ALLOWED_OFFLINE", "NEVER")]
    assert states == ["Accepted", "NotAtThisTime"]
    assert status_of(unreachable(None)) is None


def test_details_of_an_answer() -> None:
    """The group, the language, the text and the EVSEs of an AuthorizationInfo reach the station."""
    info: Json = {
        "allowed": "ALLOWED",
        "token": token(group_id="GROUP", language="de"),
        "location": {"location_id": "LOC1", "evse_uids": ["CS-1-1"]},
        "authorization_reference": "REF",
        "info": {"language": "en", "text": "Welcome"},
    }
    verdict = told(info, {"CS-1-1": 1, "CS-1-2": 2})
    assert (verdict.reference, verdict.method) == ("REF", "AUTH_REQUEST")
    assert verdict.answer is not None
    assert dialect_of(V201).token_info(verdict.answer) == {
        "status": "Accepted",
        "groupIdToken": {"idToken": "GROUP", "type": "Central"},
        "evseId": [1],
        "language1": "de",
        "personalMessage": {"format": "UTF8", "content": "Welcome", "language": "en"},
    }
    everywhere = told(info, {"CS-1-1": 1})
    assert everywhere.answer is not None
    assert everywhere.answer.evse == ()
    assert problems("CdrToken", cdr_token(info["token"])) == []
