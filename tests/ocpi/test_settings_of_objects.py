"""The flags for locations, connectors and tariffs of OCPI: what they accept, and what they say about the rest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mock_csms.ocpi.schemas import problems
from mock_csms.settings import Config
from mock_csms.settings.flags import Source, read
from mock_csms.settings.ocpi_objects import OcpiConnector, connector
from mock_csms.settings.ocpi_sites import OcpiSite, site_table, sites
from mock_csms.settings.ocpi_tariffs import DEFAULT_TARIFFS, tariffs

COMPONENT = {"type": "ENERGY", "price": 0.25, "step_size": 1}


def tariff(*components: Any, **more: Any) -> dict[str, Any]:
    """Return a Tariff with one element."""
    element = {"price_components": [*(components or (COMPONENT,))], **more.pop("element", {})}
    return {"id": "T", "currency": "EUR", "elements": [element], **more}


def limited(**restrictions: Any) -> dict[str, Any]:
    """Return a Tariff with restrictions."""
    return tariff(element={"restrictions": restrictions})


WRONG: Mapping[str, Any] = {
    "it has no tariff": [],
    "it is not an object": [1],
    "the id is not a text": {**tariff(), "id": ""},
    "the currency is not": {**tariff(), "currency": "euro"},
    "it has no elements": {**tariff(), "elements": []},
    "tariff 2: it has no elements": [tariff(), {**tariff(), "id": "U", "elements": None}],
    "two tariffs have the same id": [tariff(), {**tariff(), "id": "t"}],
    "an element has no price_components": {**tariff(), "elements": [{"price_components": []}]},
    "the type of a price component": tariff({**COMPONENT, "type": "POWER"}),
    "the price or the vat": tariff({**COMPONENT, "vat": "20"}),
    "the step_size": tariff({**COMPONENT, "step_size": 0}),
    "min_price has no number excl_vat": {**tariff(), "min_price": 5},
    "'max_kw' is not a restriction; did you mean 'max_kwh'": limited(max_kw=5),
    "the restriction start_time is wrong": limited(start_time="24:00"),
    "the restriction day_of_week is wrong": limited(day_of_week=["SOMEDAY"]),
    "the restriction min_duration is wrong": limited(min_duration=1.5),
}


@pytest.mark.parametrize("problem", WRONG)
def test_wrong_tariffs(problem: str, tmp_path: Path) -> None:
    """A file with a wrong tariff is refused, with its name and what is wrong."""
    path = tmp_path / "tariff.json"
    path.write_text(json.dumps(WRONG[problem]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"tariff\.json: ") as raised:
        tariffs(str(path))
    assert problem in str(raised.value)


def test_right_tariffs(tmp_path: Path) -> None:
    """A file has one tariff or several; the default is a right one too."""
    path = tmp_path / "tariff.json"
    several = [tariff(), limited(start_time="09:00", day_of_week=["MONDAY"], reservation="RESERVATION") | {"id": "U"}]
    for written in (tariff(), several):
        path.write_text(json.dumps(written), encoding="utf-8")
        assert tariffs(str(path)) == (written if isinstance(written, list) else [written])
    owned = {**DEFAULT_TARIFFS[0], "country_code": "NL", "party_id": "MOC", "last_updated": "2026-01-01T00:00:00Z"}
    assert problems("Tariff", owned) == []


SITES: Mapping[str, str] = {
    "LOC1,country=NL": "country",
    "LOC1,latitude=52": "latitude",
    "LOC1,time-zone=Europe/Atlantis": "is not a time zone",
    "LOC1,publish=maybe": "neither true nor false",
    "LOC/1": "1 to 36 characters",
    "LOC1,adress=x": "did you mean 'address'",
    "LOC1,city": "is not key=value",
    "LOC1,city=A,city=B": "is given twice",
}


@pytest.mark.parametrize("text", SITES)
def test_wrong_locations(text: str) -> None:
    """A wrong location is refused, with the key and what is wrong."""
    with pytest.raises(ValueError, match=SITES[text]):
        sites([site_table([text])])


def test_right_locations() -> None:
    """A location has the given values and the defaults for the rest; two of them cannot have the same id."""
    found = sites([site_table(["HARBOUR,stations=HB-*,postal-code=3016,publish=false"]), {"id": "LOC1"}])
    assert found == [OcpiSite("HARBOUR", stations="HB-*", postal_code="3016", publish=False), OcpiSite()]
    with pytest.raises(ValueError, match="two locations have the id 'loc1'"):
        sites([{"id": "LOC1"}, {"id": "loc1"}])


def test_connectors() -> None:
    """A connector has the given values, DC has others by default; unknown and too many values are refused."""
    assert connector("IEC_62196_T2") == OcpiConnector()
    assert connector("chademo,CABLE,DC") == OcpiConnector("CHADEMO", "CABLE", "DC", 400, 125)
    for wrong in ("T2", "IEC_62196_T2,PLUG", "IEC_62196_T2,SOCKET,AC_3_PHASE,0", "IEC_62196_T2,SOCKET,DC,1,1,1"):
        with pytest.raises(ValueError, match=r"\S"):
            connector(wrong)


FLAGS = {"ocpi_connector": "CHADEMO", "ocpi_occupied": "BLOCKED", "ocpi_offline_after": "1", "ocpi_authorize": "off"}


@pytest.mark.parametrize("name", FLAGS)
def test_flags_need_ocpi(name: str) -> None:
    """The flags say that they need --ocpi."""
    with pytest.raises(ValueError, match="needs --ocpi"):
        read(Config, [Source({name: FLAGS[name]})])
