"""Reports of variables: requests them, joins their parts, and checks their content."""

from collections.abc import Iterable, Iterator, Sequence

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.station import Station
from mock_csms.plans.v2.required import REQUIRED, required_of
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_REQUEST = 42
LISTS = ("OptionList", "SequenceList", "MemberList")
"""The data types whose variables must have a valuesList."""


async def base_report(station: Station, base: str, request_id: int = _REQUEST) -> Sequence[Json]:
    """Request a base report, check its parts (B07), and return the reportData: an item for each variable."""
    await station.command("GetBaseReport", {"requestId": request_id, "reportBase": base}, status="Accepted")
    return await parts(station, request_id)


async def parts(station: Station, request_id: int = _REQUEST) -> Sequence[Json]:
    """Return the reportData of the NotifyReports for a request; seqNo must start at 0, and the last part must come."""
    found: list[Json] = []
    number, is_more = 0, True
    while is_more:
        message = says("NotifyReport", requestId=request_id, seqNo=number, generatedAt=...)
        report = (await station.expect(message)).payload
        found += report.get("reportData", [])  # the last part may lack the optional reportData
        number, is_more = number + 1, report.get("tbc", False)
    await station.expect_nothing(says("NotifyReport", requestId=one_of(request_id)), seconds=0)
    return found


def name_of(item: Json) -> str:
    """Return the name of the variable of a report or result: `OCPPCommCtrlr.MessageTimeout[Default]`."""
    named = item["variable"]
    instance = f"[{named['instance']}]" if named.get("instance") else ""
    return f"{item['component']['name']}.{named['name']}{instance}"


def without_characteristics(report: Sequence[Json]) -> Iterator[str]:
    """Yield the variables without characteristics, or without the valuesList that their type needs."""
    for item in report:
        characteristics = item.get("variableCharacteristics")
        if not characteristics or (characteristics["dataType"] in LISTS and not characteristics.get("valuesList")):
            yield f"{name_of(item)} (its valuesList)" if characteristics else name_of(item)


def read_only(report: Sequence[Json]) -> Iterator[str]:
    """Yield the variables of a report that are ReadOnly."""
    for item in report:
        if all(attribute.get("mutability") == "ReadOnly" for attribute in item["variableAttribute"]):
            yield name_of(item)


def missing(report: Sequence[Json], required: Iterable[str]) -> Iterator[str]:
    """Yield the required variables that are not in a report."""
    reported = {name_of(item) for item in report}
    yield from (name for name in required if name not in reported)


def unsuited(report: Sequence[Json], version: str) -> Iterator[str]:
    """Yield the faults of the required variables in a report, in a version of OCPP."""
    rows = required_of(_components(report), version)
    for item in report:
        if name_of(item) in rows:
            yield from rows[name_of(item)].faults(item)


def incomplete(report: Sequence[Json], places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the required variables that a full report lacks, for every EVSE and every connector separately."""
    yield from missing(report, required_of(_components(report)))
    reported = {(name_of(item), *_place(item)) for item in report}
    for evse, connector in places:
        for name in REQUIRED:
            place = {"EVSE": (evse, None), "Connector": (evse, connector)}.get(name.partition(".")[0])
            if place and (name, *place) not in reported:
                yield f"{name} of EVSE {evse}" + (f", connector {connector}" if place[1] else "")


def _place(item: Json) -> tuple[int | None, int | None]:
    place = item["component"].get("evse", {})
    return place.get("id"), place.get("connectorId")


def _components(report: Sequence[Json]) -> frozenset[str]:
    """Return the components in a report, without those whose variable Available is false."""
    lacked = {
        item["component"]["name"]
        for item in report
        if item["variable"]["name"] == "Available" and item["variableAttribute"][0].get("value") == "false"
    }
    return frozenset(item["component"]["name"] for item in report) - lacked


def check(what: str, found: Iterable[str]) -> None:
    """Raise AssertionError if anything was found; `what` says what is wrong with the findings."""
    names = ", ".join(found)
    if names:
        raise AssertionError(f"of the report {what}: {names}")
