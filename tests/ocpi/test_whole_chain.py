"""The whole chain: stations of three versions, the mock as a CPO, and the mock eMSP, as processes.

mock-station ← OCPP → CPO ← OCPI → eMSP: energy and cost are the same on all three sides.
"""

import json
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from tests.ocpi.emsp.process import Emsp, by_hand
from tests.ocpi.peer import OcpiMock
from tests.reference_station import running
from tests.wire import PATIENCE

Json = dict[str, Any]
A = "token-a"
TARIFF = {
    "id": "NIGHT",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [
                {"type": "FLAT", "price": 0.5, "vat": 20.0, "step_size": 1},
                {"type": "ENERGY", "price": 250.0, "vat": 20.0, "step_size": 1},
            ]
        }
    ],
}
"""A Wh costs 0.25, so that a few seconds of charging cost something."""
STATIONS: dict[str, tuple[str, ...]] = {
    "CP-16": ("--ocpp=1.6", "--variable=MeterValueSampleInterval=1"),
    "CS-201": ("--variable=SampledDataCtrlr.TxUpdatedInterval=1",),
    "CS-21": ("--ocpp=2.1", "--variable=SampledDataCtrlr.TxUpdatedInterval=1"),
}


class Chain:
    """The running processes."""

    def __init__(self, emsp: Emsp, cpo: OcpiMock, trace: Path) -> None:
        self.emsp, self.cpo, self._trace = emsp, cpo, trace

    def hand(self, *words: str) -> None:
        """Run `mock-csms ocpi`, which must be ACCEPTED."""
        status, out, error = by_hand(self.emsp, *words)
        assert (status, out[:8]) == (0, "ACCEPTED"), (words, out, error)

    def pushed(self, wanted: Callable[[Json], bool]) -> Json:
        """Wait for a request of the CPO to the eMSP; return its event."""
        for _ in range(int(PATIENCE * 20)):
            found = [each for each in self.emsp.logged("OcpiExchanged") if not each["is_ours"] and wanted(each)]
            if found:
                return found[0]
            select.select([], [], [], 0.05)
        raise AssertionError(f"it did not come: {self.emsp.log}")

    def listed(self, side: str, kind: str) -> list[Json]:
        """Return the objects that the eMSP has (`list`), or the CPO (`pull`)."""
        status, out, _ = by_hand(self.emsp, side, kind, "--json")
        assert status == 0, out
        objects: list[Json] = json.loads(out)["objects"]
        return objects

    def session(self, status: str, uid: str) -> Json:
        """Wait until the eMSP has a session with that status at that EVSE; return it."""
        for _ in range(int(PATIENCE * 4)):
            found = [each for each in self.listed("list", "sessions") if each["evse_uid"] == uid]
            if found and found[-1]["status"] == status:
                return found[-1]
            select.select([], [], [], 0.25)
        raise AssertionError(f"no session is {status}: {found}")

    def answered(self, identity: str) -> list[tuple[str, Json, Json]]:
        """Return the calls of a station in the trace of the mock: the action, the payload, and that of the answer."""
        records = [json.loads(line) for line in self._trace.read_text(encoding="utf-8").splitlines()]
        own = [each for each in records if each["chargePointId"] == identity]
        results = {each["messageId"]: each["payload"] for each in own if each["messageType"] == "CALLRESULT"}
        calls = [each for each in own if each["messageType"] == "CALL" and each["direction"] == "cp-to-csms"]
        return [(each["action"], each["payload"], results.get(each["messageId"], {})) for each in calls]


@contextmanager
def chain(folder: Path) -> Iterator[Chain]:
    """Start an eMSP with two tokens, and a CPO that registers with it."""
    (folder / "tariff.json").write_text(json.dumps(TARIFF), encoding="utf-8")
    trace = folder / "trace.jsonl"
    with ExitStack() as stack:
        emsp = Emsp("--token-a", A, "--token=TAG1=ALLOWED", "--token=TAG2=BLOCKED,whitelist=NEVER")
        stack.callback(emsp.finish)
        flags = ("--ocpi-peer", emsp.versions, "--ocpi-peer-token", A, "--trace", str(trace))
        cpo = OcpiMock(*flags, "--ocpi-tariff", str(folder / "tariff.json"))
        stack.callback(cpo.finish)
        all_ = Chain(emsp, cpo, trace)
        all_.pushed(lambda each: each["module"] == "locations")  # so they have registered
        yield all_


def told_by_station(calls: Sequence[tuple[str, Json, Json]]) -> tuple[float, float | None]:
    """Return the energy of the only transaction in Wh by the registers of a station, and the cost that it was told."""
    registers: list[float] = []
    cost: float | None = None
    for action, payload, result in calls:
        registers += [payload[name] for name in ("meterStart", "meterStop") if name in payload]
        for value in payload.get("meterValue", ()) if action == "TransactionEvent" else ():
            samples = value["sampledValue"]
            registers += [
                each["value"]
                for each in samples
                if each.get("measurand", "Energy.Active.Import.Register") == "Energy.Active.Import.Register"
            ]
        cost = result.get("totalCost", cost)
    return registers[-1] - registers[0], cost


def test_energy_and_cost_agree_on_all_sides(tmp_path: Path) -> None:
    """Sessions that the eMSP starts and stops have the same energy and cost at the station, the CPO and the eMSP.

    A reservation is a session until it is cancelled, or becomes the session of its token. A blocked token is refused.
    """
    with chain(tmp_path) as all_, ExitStack() as stack:
        stations = {
            name: stack.enter_context(running(f"{all_.cpo.url}/{name}", *flags)) for name, flags in STATIONS.items()
        }
        for name in STATIONS:
            all_.pushed(lambda each, at=f"/LOC1/{name}-1": at in each["path"])  # type: ignore[misc] # a text
        for name in ("CS-201", "CS-21"):
            all_.hand("reserve", name, "--token", "TAG1", "--reservation", f"R-{name}")
            all_.pushed(lambda each, uid=f"{name}-1": _is_reserved(each, uid))  # type: ignore[misc] # a text
        all_.hand("cancel", "R-CS-201")
        cancelled = all_.session("COMPLETED", "CS-201-1")
        assert (cancelled["kwh"], cancelled["auth_method"]) == (0.0, "COMMAND")
        reserved = all_.session("RESERVATION", "CS-21-1")

        for station in stations.values():
            station.type("plug")
        stations["CS-201"].type("card TAG2")
        asked = all_.pushed(lambda each: each["path"].endswith("/tokens/TAG2/authorize"))
        assert asked["answer"]["data"]["allowed"] == "BLOCKED"
        stations["CS-201"].see("TAG2 may not charge: it is Blocked")

        sessions = {}
        for name in STATIONS:
            all_.hand("start", name, "--token", "TAG1")
            sessions[name] = all_.session("ACTIVE", f"{name}-1")["id"]
        assert sessions["CS-21"] == reserved["id"]
        for id_ in sessions.values():
            all_.pushed(lambda each, id_=id_: id_ in each["path"] and (each["request"] or {}).get("kwh", 0) > 0)  # type: ignore[misc] # a text
            all_.hand("stop", id_)
            all_.pushed(lambda each, id_=id_: each["module"] == "cdrs" and each["request"]["session_id"] == id_)  # type: ignore[misc] # a text

        theirs = {each["session_id"]: each for each in all_.listed("list", "cdrs")}
        ours = {each["session_id"]: each for each in all_.listed("pull", "cdrs")}
        shown = {each["id"]: each for each in all_.listed("list", "sessions")}
        assert theirs.keys() == ours.keys() == {*sessions.values()}
        for name, id_ in sessions.items():
            watt_hours, cost = told_by_station(all_.answered(name))
            cdr, session, total = theirs[id_], shown[id_], theirs[id_]["total_cost"]
            assert cdr == ours[id_]
            assert watt_hours > 0
            energy = pytest.approx(watt_hours / 1000, abs=0.00005)
            assert (session["status"], session["kwh"], cdr["total_energy"]) == ("COMPLETED", energy, energy)
            assert session["total_cost"] == total
            assert total["incl_vat"] == pytest.approx((0.5 + 0.25 * ceil(cdr["total_energy"] * 1000 - 0.01)) * 1.2)
            assert cost == (None if name == "CP-16" else total["incl_vat"])
        findings = [each for each in all_.emsp.logged("Finding") if each["severity"] != "info"]
        assert [f"{each['check']}: {each['problem']}" for each in findings] == []
        first = theirs[sessions["CS-21"]]["charging_periods"][0]
        assert [each["type"] for each in first["dimensions"]] == ["RESERVATION_TIME"]


def _is_reserved(each: Json, uid: str) -> bool:
    body = each["request"] or {}
    return (each["module"], body.get("evse_uid"), body.get("status")) == ("sessions", uid, "RESERVATION")
