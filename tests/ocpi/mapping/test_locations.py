"""Locations from what stations have told (`mock_csms/ocpi/mapping/locations.py`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.ocpi.mapping.locations import LocationTerms, evses_of, location, place_in, renewed
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.v221 import enums
from mock_csms.protocol.versions import V16, V201, Version
from mock_csms.settings import ocpi_objects
from mock_csms.settings.ocpi_objects import OcpiConnector
from mock_csms.settings.ocpi_sites import OcpiSite
from mock_csms.twin.station import StationModel
from mock_csms.twin.twin import Twin
from mock_csms.twin.variables import Reported

Json = dict[str, Any]
SITE = OcpiSite()
TERMS = LocationTerms(owner=("NL", "MOC"), sites=(SITE,), tariffs=({"id": "T1"},))
Statuses = Mapping[tuple[int, int], str]


def station(statuses: Statuses, version: Version = V201, *, running: int | None = None) -> StationModel:
    """Return a connected station with these statuses, and a transaction at the EVSE `running`."""
    model = StationModel("CS-1", version, connections=1)
    model.twin = Twin()
    model.twin.connectors.statuses.update(statuses)
    if running is not None:
        model.twin.transactions.begin("TX").evse = running
    return model


def status_of(model: StationModel, now: float = 0.0, **more: Any) -> str:
    """Return the status of the first EVSE of a station."""
    terms = LocationTerms(owner=("NL", "MOC"), sites=(SITE,), **more)
    status: str = evses_of(model, terms, now)[0]["status"]
    return status


STATUSES: Sequence[tuple[Version, list[str], str]] = (
    (V201, ["Available"], "AVAILABLE"),
    (V201, ["Occupied"], "CHARGING"),
    (V201, ["Reserved"], "RESERVED"),
    (V201, ["Unavailable"], "INOPERATIVE"),
    (V201, ["Faulted"], "OUTOFORDER"),
    (V201, ["Available", "Occupied"], "CHARGING"),
    (V201, ["Faulted", "Available"], "AVAILABLE"),
    (V201, ["Faulted", "Unavailable"], "INOPERATIVE"),
    (V16, ["Preparing"], "CHARGING"),
    (V16, ["Charging"], "CHARGING"),
    (V16, ["SuspendedEVSE"], "CHARGING"),
    (V16, ["Finishing"], "CHARGING"),
    (V16, ["Reserved"], "RESERVED"),
    (V16, ["Unavailable"], "INOPERATIVE"),
)


@pytest.mark.parametrize(("version", "told", "expected"), STATUSES)
def test_status(version: Version, told: list[str], expected: str) -> None:
    """The status of an EVSE is that of the connector which says most about its use."""
    model = station({(1, number): status for number, status in enumerate(told, start=1)}, version)
    assert status_of(model) == expected


def test_status_without_vehicle_transaction_or_station() -> None:
    """A setting says what an occupied EVSE without a transaction is; without its station an EVSE becomes UNKNOWN."""
    assert status_of(station({(1, 1): "Occupied"}), occupied="BLOCKED") == "BLOCKED"
    assert status_of(station({(1, 1): "Occupied"}, running=1), occupied="BLOCKED") == "CHARGING"
    assert status_of(station({(1, 1): "Preparing"}, V16), occupied="AVAILABLE") == "AVAILABLE"
    gone = station({(1, 1): "Available"})
    assert gone.twin is not None
    gone.connections, gone.twin.connections.lost_at = 0, 100.0
    assert [status_of(gone, now, offline_after=60) for now in (101.0, 160.0)] == ["AVAILABLE", "UNKNOWN"]
    assert status_of(gone, 100.0) == "UNKNOWN"


def test_connector_of_the_device_model() -> None:
    """The type, the phases and the power that a station of OCPP 2.x reports describe its connector."""
    model = station({(1, 1): "Available", (2, 1): "Available"})
    assert model.twin is not None
    variables = model.twin.variables
    variables.values["Connector", "", 1, 1, "ConnectorType", ""] = "cCCS2"
    variables.values["Connector", "", 2, 1, "ConnectorType", ""] = "sType2"
    variables.values["EVSE", "", 2, 0, "SupplyPhases", ""] = "1"
    for evse, most in ((1, 50_000), (2, 3680)):
        variables.reported["EVSE", "", evse, 0, "Power", ""] = Reported("0", characteristics={"maxLimit": most})
    variables.values["ReservationCtrlr", "", 0, 0, "Enabled", ""] = "false"
    one, two = evses_of(model, TERMS, 0.0)
    assert one["connectors"] == [
        {
            **{"id": "1", "standard": "IEC_62196_T2_COMBO", "format": "CABLE", "power_type": "DC"},
            **{"max_voltage": 400, "max_amperage": 125, "tariff_ids": ["T1"], "max_electric_power": 50_000},
        }
    ]
    assert [two["connectors"][0][name] for name in ("power_type", "max_amperage")] == ["AC_1_PHASE", 16]
    assert "RESERVABLE" not in one["capabilities"]
    assert "CHARGING_PROFILE_CAPABLE" in one["capabilities"]


def test_other_connectors_are_as_the_setting_says() -> None:
    """A connector of OCPP 1.6, or of an unknown type, is what --ocpi-connector says; 1.6 may tell only a number."""
    model = station({(0, 0): "Available"}, V16)
    assert model.twin is not None
    model.twin.variables.values["", "", 0, 0, "NumberOfConnectors", ""] = "2"
    terms = LocationTerms(
        owner=("NL", "MOC"), sites=(SITE,), connector=OcpiConnector("CHADEMO", "CABLE", "DC", 500, 100)
    )
    found = evses_of(model, terms, 0.0)
    assert [evse["uid"] for evse in found] == ["CS-1-1", "CS-1-2"]
    assert [each["standard"] for evse in found for each in evse["connectors"]] == ["CHADEMO"] * 2


def test_every_value_is_one_of_ocpi() -> None:
    """The tables have only values of the specification."""
    assert set(ocpi_objects.STANDARDS) == set(enums()["ConnectorType"])
    assert set(ocpi_objects.FORMATS) == set(enums()["ConnectorFormat"])
    assert set(ocpi_objects.POWER_TYPES) == set(enums()["PowerType"])
    for version in (V16, V201):
        mapping = mapping_of(version)
        assert {*mapping.statuses.values()} - {"OCCUPIED"} <= set(enums()["Status"])
        assert {*mapping.capabilities_in(Twin())} <= set(enums()["Capability"])


# Changes.

_STATUSES = st.sampled_from(["Available", "Occupied", "Faulted"])
_STATIONS = st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 2)), _STATUSES, max_size=5)


def parts_of(found: Json) -> Sequence[tuple[str, str]]:
    """Return the path and `last_updated` of a Location and each of its parts."""
    parts = [("", found["last_updated"])]
    for evse in found["evses"]:
        parts.append((evse["uid"], evse["last_updated"]))
        parts += [(f"{evse['uid']} {each['id']}", each["last_updated"]) for each in evse["connectors"]]
    return parts


def applied(theirs: Json | None, path: tuple[str, ...], method: str, body: Json) -> Json:
    """Return what another party has of a Location after a push."""
    if len(path) == 1:
        return body if method == "PUT" else {**(theirs or {}), **body}
    assert theirs is not None
    evses = [each for each in theirs["evses"] if each["uid"] != path[1]]
    old: Json = next((each for each in theirs["evses"] if each["uid"] == path[1]), {})
    return {**theirs, "evses": [*evses, body if method == "PUT" else {**old, **body}]}


@given(st.lists(_STATIONS, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_changes_of_a_location(runs: Sequence[Statuses]) -> None:
    """Times go up the tree and never fall, no EVSE is lost, and the pushes tell all that has changed."""
    before: Json | None = None
    theirs: Json | None = None
    for number, statuses in enumerate(runs):
        stamp = f"2026-01-01T00:00:0{number}Z"
        fresh = location(SITE, evses_of(station(statuses), TERMS, 0.0), ("NL", "MOC"))
        after, changes = renewed(before, fresh, lambda at=stamp: at)  # type: ignore[misc] # the default is a text
        assert problems("Location", after) == []
        for change in changes:
            theirs = applied(theirs, change.path, change.method, change.body)
        assert theirs is not None
        known = {uid: evse for evse in theirs["evses"] for uid in [evse["uid"]]}
        assert known == {evse["uid"]: evse for evse in after["evses"]}
        for evse in after["evses"]:
            assert after["last_updated"] >= evse["last_updated"] >= max(c["last_updated"] for c in evse["connectors"])
        earlier = dict(parts_of(before)) if before else {}
        assert all(at >= earlier.get(path, "") for path, at in parts_of(after))
        assert {path for path in earlier if " " not in path} <= {path for path, _ in parts_of(after)}
        assert (before is after) == (not changes)
        before = after


def test_only_the_status_changes() -> None:
    """A new status is a PATCH of the EVSE; an EVSE that is gone is REMOVED."""
    first, _ = renewed(
        None, location(SITE, evses_of(station({(1, 1): "Available"}), TERMS, 0), ("NL", "MOC")), lambda: "1"
    )
    fresh = location(SITE, evses_of(station({(1, 1): "Faulted"}), TERMS, 0), ("NL", "MOC"))
    second, (change,) = renewed(first, fresh, lambda: "2")
    assert (change.path, change.method) == (("LOC1", "CS-1-1"), "PATCH")
    assert change.body == {"status": "OUTOFORDER", "last_updated": "2"}
    third, (change,) = renewed(second, location(SITE, [], ("NL", "MOC")), lambda: "3")
    assert (third["evses"][0]["status"], change.body["status"]) == ("REMOVED", "REMOVED")


def test_place_of_a_cdr() -> None:
    """A CdrLocation has the EVSE and the connector; before they are known it has #NA."""
    found, _ = renewed(
        None, location(SITE, evses_of(station({(1, 2): "Available"}), TERMS, 0), ("NL", "MOC")), lambda: "1"
    )
    assert place_in(found, SITE, "CS-1-1", "2")["connector_id"] == "2"
    assert place_in(found, SITE, "CS-1-1", "")["connector_id"] == "2"
    unknown = place_in(found, SITE, "", "")
    assert (unknown["evse_uid"], unknown["evse_id"], unknown["connector_id"]) == ("#NA", "#NA", "#NA")
    assert problems("CdrLocation", unknown) == []
