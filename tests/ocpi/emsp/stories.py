"""For each check what a CPO does wrong, and the same done right."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from mock_csms.ocpi.emsp.sending import cpo_of, pull, send_command, send_profile, watch_result
from mock_csms.ocpi.registration import RegistrationFailed, explore
from mock_csms.ocpi.steps import Fetch
from tests.ocpi.emsp.desk import CPO_URL, Desk, Said, details, page, versions
from tests.ocpi.emsp.samples import (
    T0,
    T1,
    T2,
    T3,
    TOKEN,
    cdr,
    connector,
    ended,
    evse,
    location,
    period,
    session,
    tariff,
)

LOCATION, SESSION, TARIFF, CDRS = (
    "/ocpi/emsp/2.2.1/locations/NL/MOC/LOC1",
    "/ocpi/emsp/2.2.1/sessions/NL/MOC/S1",
    "/ocpi/emsp/2.2.1/tariffs/NL/MOC/T1",
    "/ocpi/emsp/2.2.1/cdrs",
)
CREDENTIALS = "/ocpi/2.2.1/credentials"
LIST = f"{CPO_URL}/ocpi/cpo/2.2.1/locations"
Story = Callable[[Desk], Any]


class Pair(NamedTuple):
    """What is wrong, and what is right."""

    wrong: Story
    right: Story
    tokens: tuple[str, ...] = ()
    """The tokens of the eMSP."""
    roles: int = 1
    """How many parties the CPO has."""


def put(path: str, *values: Any, **headers: str | None) -> Story:
    """Put objects, one after the other."""
    return lambda desk: [desk.hears("PUT", path, value, **headers) for value in values]


def locations(*values: Any) -> Story:
    return put(LOCATION, *values)


def sessions(*values: Any) -> Story:
    return put(SESSION, *values)


def tariffs(*values: Any) -> Story:
    return put(TARIFF, *values)


def cdrs(*values: Any) -> Story:
    return lambda desk: [desk.hears("POST", CDRS, value) for value in values]


def both(*stories: Story) -> Story:
    return lambda desk: [story(desk) for story in stories]


def patch(path: str, change: Any) -> Story:
    return lambda desk: desk.hears("PATCH", path, change)


def ask(**headers: str | None) -> Story:
    """Read a session with these headers."""
    return lambda desk: desk.hears("GET", "/ocpi/emsp/2.2.1/tokens", **headers)


def pulls(*pages: Said, module: str = "locations", **filters: str) -> Story:
    """Pull a list, with these answers."""
    return lambda desk: desk.run(pull(desk.world, cpo_of(desk.world), module, filters), *pages)


def start(
    response: Said,
    *results: Any,
    name: str = "START_SESSION",
    is_late: bool = False,
    reference: str = "ref-1",
    evse_uid: str = "CS-1-1",
) -> Story:
    """Send a command; the CPO answers, and then sends results."""

    def story(desk: Desk) -> None:
        token = desk.world.tokens.all()[0]
        body: dict[str, Any] = {"token": token, "location_id": "LOC1", "evse_uid": evse_uid}
        body |= {"authorization_reference": reference} if reference else {}
        outcome = desk.run(send_command(desk.world, cpo_of(desk.world), name, body), response)
        for result in results:
            desk.hears("POST", f"/ocpi/emsp/2.2.1/commands/{name}/{outcome.id}", {"result": result})
        if is_late:
            desk.run(watch_result(desk.world, outcome.id))

    return story


def authorize(uid: str = "TAG1", body: Any = None, query: str = "") -> Story:
    more = {} if body is None else {"body": body}
    return lambda desk: desk.hears("POST", f"/ocpi/emsp/2.2.1/tokens/{uid}/authorize{query}", **more)


def profile(method: str, response: Said, result: Any = None) -> Story:
    def story(desk: Desk) -> None:
        steps = send_profile(desk.world, cpo_of(desk.world), method, "S1", {"charging_rate_unit": "A"})
        outcome = desk.run(steps, response)
        if result is not None:
            desk.hears("POST", f"/ocpi/emsp/2.2.1/chargingprofiles/{method}/{outcome.id}", result)

    return story


def credentials(**more: Any) -> Story:
    """Send credentials with the token for the registration. (The answer does not matter here.)"""
    body = {"token": "token-b", "url": f"{CPO_URL}/ocpi/versions", "roles": [ROLE], **more}
    return lambda desk: desk.registers(body)


def explores(*answers: Said) -> Story:
    """Read the versions of the CPO."""

    def story(desk: Desk) -> None:
        with suppress(RegistrationFailed, IndexError):  # the CPO has no more answers
            desk.run(explore(Fetch(url=f"{CPO_URL}/ocpi/versions", token="token-a"), frozenset()), *answers)

    return story


def overtakes(desk: Desk) -> None:
    """Send the result of a command before its answer."""
    steps = send_command(desk.world, cpo_of(desk.world), "START_SESSION", {"token": TOKEN, "location_id": "LOC1"})
    next(steps)
    id_ = next(iter(desk.world.commands))
    desk.hears("POST", f"/ocpi/emsp/2.2.1/commands/START_SESSION/{id_}", {"result": "ACCEPTED"})


ACCEPTED, REJECTED = Said({"result": "ACCEPTED", "timeout": 30}), Said({"result": "REJECTED", "timeout": 30})
OLD = {"last_updated": T1}
ACTIVE = {"start_date_time": T0, "charging_profile": {"charging_rate_unit": "A"}}
ROLE = {"role": "CPO", "business_details": {"name": "cpo"}, "country_code": "NL", "party_id": "MOC"}

STORIES: Mapping[str, Pair] = {
    # Requests.
    "OCPI-R01": Pair(ask(authorization=None), ask()),
    "OCPI-R02": Pair(ask(authorization="Bearer token-c"), ask()),
    "OCPI-R03": Pair(ask(authorization="Token token-c"), ask()),
    "OCPI-R04": Pair(ask(authorization="Token dG9rZW4tYwo="), ask()),
    "OCPI-R05": Pair(ask(x_request_id=None), ask()),
    "OCPI-R06": Pair(both(ask(x_request_id="a"), ask(x_request_id="a")), both(ask(x_request_id="a"), ask())),
    "OCPI-R07": Pair(ask(ocpi_to_party_id=None), ask(), roles=2),
    "OCPI-R08": Pair(
        lambda desk: desk.hears("GET", "/ocpi/versions"),
        lambda desk: desk.hears(
            "GET",
            "/ocpi/versions",
            **{f"ocpi_{way}_{part}": None for way in ("to", "from") for part in ("country_code", "party_id")},
        ),
    ),
    "OCPI-R09": Pair(ask(ocpi_to_party_id="XXX"), ask()),
    "OCPI-R10": Pair(put(LOCATION, location(), content_type="text/plain"), locations(location())),
    "OCPI-R11": Pair(put(LOCATION, b"{"), locations(location())),
    "OCPI-R12": Pair(lambda desk: desk.hears("GET", "/ocpi/emsp/2.2.1/cars"), lambda desk: desk.hears("GET", LOCATION)),
    # Answers.
    "OCPI-A01": Pair(pulls(Said(envelope=[])), pulls(page([]))),
    "OCPI-A02": Pair(
        pulls(Said([], envelope={"data": [], "status_code": 1000, "timestamp": "today"})), pulls(page([]))
    ),
    "OCPI-A03": Pair(pulls(Said([], echoes=())), pulls(page([]))),
    "OCPI-A04": Pair(pulls(Said([], status=404)), pulls(Said(status=404, code=2000))),
    "OCPI-A05": Pair(pulls(Said(status=422, code=2001)), pulls(Said(code=2001))),
    "OCPI-A06": Pair(
        pulls(page([], ocpi_from_party_id="XXX")),
        pulls(page([], ocpi_from_party_id="MOC", ocpi_to_party_id="EMP")),
    ),
    "OCPI-A07": Pair(pulls(page([], content_type="text/html")), pulls(page([], content_type="application/json; a=b"))),
    "OCPI-A08": Pair(pulls(Said(status=0, problem="ConnectError")), pulls(page([]))),
    # Credentials and versions.
    "OCPI-V01": Pair(credentials(roles=[]), credentials()),
    "OCPI-V02": Pair(credentials(token="a b"), credentials()),
    "OCPI-V03": Pair(credentials(url="/ocpi/versions"), credentials()),
    "OCPI-V04": Pair(credentials(roles=[ROLE, ROLE]), credentials(roles=[ROLE, {**ROLE, "role": "EMSP"}])),
    "OCPI-V05": Pair(
        lambda desk: desk.hears("POST", "/ocpi/2.2.1/credentials", {}), lambda desk: desk.hears("GET", CREDENTIALS)
    ),
    "OCPI-V06": Pair(
        ask(authorization="Token dG9rZW4tYQ=="),
        lambda desk: desk.hears("GET", "/ocpi/versions", authorization="Token dG9rZW4tYQ=="),
    ),
    "OCPI-V07": Pair(explores(versions("/ocpi/2.2.1")), explores(versions())),
    "OCPI-V08": Pair(explores(versions(), details(url="")), explores(versions(), details())),
    "OCPI-V09": Pair(explores(versions(), details("cdrs")), explores(versions(), details())),
    # Pages.
    "OCPI-P01": Pair(pulls(Said([])), pulls(page([]))),
    "OCPI-P02": Pair(
        pulls(page([location(), location(id="LOC2")], x_limit="1"), limit="5"), pulls(page([location()]), limit="1")
    ),
    "OCPI-P03": Pair(
        pulls(page([location()], 2, LIST)),
        both(pulls(page([location()], 2, f"{LIST}?offset=1"), page([], 1)), pulls(page([], Link=""))),
    ),
    "OCPI-P04": Pair(
        pulls(page([], 0, f"{LIST}?offset=1"), page([]), date_from=T0),
        pulls(page([], 0, f"{LIST}?offset=1&date_from={T0}"), page([]), date_from=T0),
    ),
    "OCPI-P05": Pair(pulls(page([location()], 2)), pulls(page([location()], 1))),
    "OCPI-P06": Pair(pulls(page([location(), location()])), pulls(page([location(), location(id="LOC2")]))),
    "OCPI-P07": Pair(pulls(page([location()]), date_from=T1), pulls(page([location()]), date_from=T0, date_to=T1)),
    "OCPI-P08": Pair(pulls(Said({}, headers={"x-total-count": "0", "x-limit": "1"})), pulls(page([]))),
    # Objects.
    "OCPI-O01": Pair(locations(location(publish="yes")), locations(location())),
    "OCPI-O02": Pair(locations(location(id="OTHER")), locations(location(id="loc1"))),
    "OCPI-O03": Pair(
        both(locations(location()), patch(LOCATION, {"name": "N"})),
        both(locations(location()), patch(LOCATION, {"name": "N", **OLD})),
    ),
    "OCPI-O04": Pair(
        locations(location(**OLD), location(last_updated=T0)), locations(location(), location(last_updated=T1))
    ),
    "OCPI-O05": Pair(locations(location(), location(name="N")), locations(location(), location(name="N", **OLD))),
    "OCPI-O06": Pair(
        locations(location(last_updated="2026-01-01T01:00:00Z")),
        locations(location(last_updated="2026-01-01T00:00:00Z")),
    ),
    "OCPI-O07": Pair(
        patch(LOCATION, {"name": "N", **OLD}), both(locations(location()), patch(LOCATION, {"name": "N", **OLD}))
    ),
    "OCPI-O08": Pair(put("/ocpi/emsp/2.2.1/locations/NL/XXX/LOC1", location(party_id="XXX")), locations(location())),
    "OCPI-O09": Pair(locations(location(evse(**OLD))), locations(location(evse(**OLD), **OLD))),
    "OCPI-O10": Pair(put("/ocpi/emsp/2.2.1/locations/NL/MOC/LOC1%20", location(id="LOC1 ")), locations(location())),
    # Locations and tariffs.
    "OCPI-L01": Pair(
        locations(location(coordinates={"latitude": "152.37000", "longitude": "4.89000"})), locations(location())
    ),
    "OCPI-L02": Pair(
        locations(location(evse(), evse("2")), location(evse(), **OLD)),
        locations(location(evse(), evse("2", status="REMOVED")), location(evse(), **OLD)),
    ),
    "OCPI-L03": Pair(locations(location(evse(), evse("cs-1-1"))), locations(location(evse(), evse("2")))),
    "OCPI-L04": Pair(locations(location(evse(evse_id="CS-1"))), locations(location(evse(evse_id="NL*MOC*E1")))),
    "OCPI-L05": Pair(locations(location(country="NL")), locations(location(country="NLD"))),
    "OCPI-L06": Pair(
        both(tariffs(tariff()), locations(location(evse(connectors=[connector(tariff_ids=["T9"])])))),
        both(tariffs(tariff()), locations(location(evse(connectors=[connector(tariff_ids=["t1"])])))),
    ),
    "OCPI-L07": Pair(
        locations(location(evse(status="REMOVED")), location(evse(), **OLD)),
        locations(location(evse(status="REMOVED")), location(evse(status="REMOVED"), evse("2"), **OLD)),
    ),
    "OCPI-T01": Pair(
        tariffs(tariff(start_date_time=T1, end_date_time=T0)), tariffs(tariff(start_date_time=T0, end_date_time=T1))
    ),
    "OCPI-T02": Pair(
        tariffs(tariff(min_price={"excl_vat": 2}, max_price={"excl_vat": 1})),
        tariffs(tariff(min_price={"excl_vat": 1}, max_price={"excl_vat": 2})),
    ),
    "OCPI-T03": Pair(
        lambda desk: desk.hears("DELETE", TARIFF), both(tariffs(tariff()), lambda desk: desk.hears("DELETE", TARIFF))
    ),
    # Sessions.
    "OCPI-S01": Pair(
        sessions(session(kwh=2.0), session(kwh=1.0, **OLD)),
        both(
            sessions(session(kwh=2.0), session(kwh=2.0, **OLD)),
            sessions(session(kwh=1.0, last_updated=T2, charging_periods=[period(T0, ENERGY=-1.0)])),
        ),
    ),
    "OCPI-S02": Pair(sessions(ended(), session(last_updated=T3)), sessions(session(), ended(), ended())),
    "OCPI-S03": Pair(
        sessions(session(), session(status="PENDING", **OLD)), sessions(session(status="PENDING"), session(**OLD))
    ),
    "OCPI-S04": Pair(sessions(session(status="COMPLETED")), sessions(ended())),
    "OCPI-S05": Pair(sessions(session(status="COMPLETED", start_date_time=T2, end_date_time=T1)), sessions(ended())),
    "OCPI-S06": Pair(
        sessions(session(), session(start_date_time=T1, **OLD)),
        sessions(session(status="PENDING"), session(start_date_time=T1, **OLD)),
    ),
    "OCPI-S07": Pair(
        sessions(session(), session(connector_id="2", **OLD)),
        sessions(session(status="RESERVATION", evse_uid="#NA", connector_id="#NA"), session(**OLD)),
    ),
    "OCPI-S08": Pair(
        both(locations(location()), sessions(session(evse_uid="CS-9-1"))),
        both(locations(location()), sessions(session(evse_uid="cs-1-1"))),
    ),
    "OCPI-S09": Pair(sessions(session(cdr_token={**TOKEN, "uid": "OTHER"})), sessions(session())),
    "OCPI-S10": Pair(
        both(start(ACCEPTED, "ACCEPTED"), sessions(session(auth_method="COMMAND"))),
        both(start(ACCEPTED, "ACCEPTED"), sessions(session(auth_method="COMMAND", authorization_reference="ref-1"))),
    ),
    "OCPI-S11": Pair(
        sessions(session(auth_method="AUTH_REQUEST")),
        both(start(ACCEPTED, "ACCEPTED"), sessions(session(auth_method="COMMAND", authorization_reference="REF-1"))),
    ),
    "OCPI-S12": Pair(
        sessions(session(charging_periods=[period(T2), period(T1)])),
        sessions(
            session(start_date_time=T1, charging_periods=[period(T0, RESERVATION_TIME=1.0), period(T1), period(T2)])
        ),
    ),
    "OCPI-S13": Pair(
        sessions(session(charging_periods=[period(T0, TIME=-0.1)])),
        sessions(session(charging_periods=[period(T0, TIME=0.1)])),
    ),
    "OCPI-S14": Pair(sessions(session(kwh=41000.0)), sessions(session(kwh=41.0))),
    "OCPI-S15": Pair(
        sessions(ended(charging_periods=[period(T0, ENERGY=9.0)])),
        sessions(ended(charging_periods=[period(T0, ENERGY=9.0), period(T1, ENERGY=1.0)])),
    ),
    "OCPI-S16": Pair(
        sessions(session(evse_uid="#NA")), sessions(session(status="RESERVATION", evse_uid="#NA", connector_id="#NA"))
    ),
    "OCPI-S17": Pair(
        sessions(session()),
        both(authorize(), sessions(session(auth_method="AUTH_REQUEST", authorization_reference="r"))),
        tokens=("TAG1=ALLOWED,whitelist=NEVER,reference=r",),
    ),
    "OCPI-S18": Pair(sessions(ended()), sessions(session(), ended())),
    # CDRs.
    "OCPI-C01": Pair(
        both(sessions(ended()), cdrs(cdr(session_id="S9"))), both(sessions(ended()), cdrs(cdr(session_id="s1")))
    ),
    "OCPI-C02": Pair(
        both(sessions(session(), ended()), cdrs(cdr(total_energy=9.0, charging_periods=[period(T0, ENERGY=9.0)]))),
        both(sessions(session(), ended()), cdrs(cdr())),
    ),
    "OCPI-C03": Pair(
        both(sessions(session(), ended()), cdrs(cdr(end_date_time=T1, total_time=1.0))),
        both(sessions(session(), ended()), cdrs(cdr())),
    ),
    "OCPI-C04": Pair(both(sessions(session()), cdrs(cdr())), both(sessions(session(), ended()), cdrs(cdr()))),
    "OCPI-C05": Pair(cdrs(cdr(), cdr(remark="x")), cdrs(cdr(), cdr())),
    "OCPI-C06": Pair(cdrs(cdr(), cdr()), both(cdrs(cdr()), pulls(page([cdr()]), module="cdrs"))),
    "OCPI-C07": Pair(
        cdrs(cdr(), cdr(id="C2")),
        cdrs(
            cdr(),
            cdr(id="C1-C", credit=True, credit_reference_id="C1", total_cost={"excl_vat": -2.5}),
            cdr(id="C2"),
        ),
    ),
    "OCPI-C08": Pair(
        cdrs(cdr(), cdr(id="C1-C", credit=True, credit_reference_id="C1")),
        cdrs(cdr(), cdr(id="C1-C", credit=True, credit_reference_id="C1", total_cost={"excl_vat": -2.5})),
    ),
    "OCPI-C09": Pair(cdrs(cdr(id="C" * 37)), cdrs(cdr(id="C" * 36))),
    "OCPI-C10": Pair(cdrs(cdr(total_energy=12.0)), cdrs(cdr())),
    "OCPI-C11": Pair(cdrs(cdr(total_time=120.0)), cdrs(cdr(total_parking_time=1.0))),
    "OCPI-C12": Pair(
        cdrs(cdr(total_energy_cost={"excl_vat": 2.0})),
        cdrs(cdr(total_energy_cost={"excl_vat": 2.0}, total_fixed_cost={"excl_vat": 0.5})),
    ),
    "OCPI-C13": Pair(
        cdrs(cdr(charging_periods=[period(T0, ENERGY=10.0, POWER=5.0)])),
        cdrs(cdr(charging_periods=[period(T0, ENERGY=10.0, MAX_POWER=5.0)])),
    ),
    "OCPI-C14": Pair(cdrs(cdr(total_cost={"excl_vat": -1.0})), cdrs(cdr(total_cost={"excl_vat": 0.0}))),
    # Tokens.
    "OCPI-K01": Pair(
        both(locations(location()), authorize(body={"location_id": "LOC1", "evse_uids": ["X"]})),
        both(locations(location()), authorize(body={"location_id": "LOC1", "evse_uids": ["CS-1-1"]})),
    ),
    "OCPI-K02": Pair(both(ask(), authorize()), authorize(), tokens=("TAG1=ALLOWED,whitelist=ALWAYS",)),
    "OCPI-K03": Pair(
        both(start(ACCEPTED), authorize(body={"location_id": "LOC1", "evse_uids": ["CS-1-1"]})),
        both(start(ACCEPTED), authorize(body={"location_id": "LOC1", "evse_uids": ["CS-2-1"]})),
    ),
    # Commands.
    "OCPI-M01": Pair(start(Said({"result": "OK"})), start(ACCEPTED)),
    "OCPI-M02": Pair(
        start(Said({"result": "ACCEPTED", "timeout": 0})), start(Said({"result": "REJECTED", "timeout": 0}))
    ),
    "OCPI-M03": Pair(start(ACCEPTED, "OK"), start(ACCEPTED, "FAILED")),
    "OCPI-M04": Pair(
        lambda desk: desk.hears("POST", "/ocpi/emsp/2.2.1/commands/START_SESSION/9", {"result": "ACCEPTED"}),
        start(ACCEPTED, "ACCEPTED"),
    ),
    "OCPI-M05": Pair(
        start(ACCEPTED, "ACCEPTED", "ACCEPTED"),
        start(ACCEPTED, "ACCEPTED", "CANCELED_RESERVATION", name="RESERVE_NOW"),
    ),
    "OCPI-M06": Pair(start(REJECTED, "ACCEPTED"), start(ACCEPTED, "FAILED")),
    "OCPI-M07": Pair(overtakes, start(ACCEPTED, "ACCEPTED")),
    "OCPI-M08": Pair(start(ACCEPTED, is_late=True), start(ACCEPTED, "TIMEOUT", is_late=True)),
    "OCPI-M09": Pair(start(ACCEPTED, "UNKNOWN_RESERVATION"), start(ACCEPTED, "EVSE_OCCUPIED")),
    "OCPI-M10": Pair(
        start(Said({"result": "UNKNOWN_SESSION", "timeout": 0})),
        start(Said({"result": "UNKNOWN_SESSION", "timeout": 0}), name="STOP_SESSION"),
    ),
    "OCPI-M11": Pair(
        lambda desk: desk.hears("PUT", "/ocpi/emsp/2.2.1/chargingprofiles/S1", ACTIVE),
        both(
            profile("PUT", ACCEPTED, {"result": "ACCEPTED"}),
            lambda desk: desk.hears("PUT", "/ocpi/emsp/2.2.1/chargingprofiles/S1", ACTIVE),
        ),
    ),
}
"""The stories by check."""
