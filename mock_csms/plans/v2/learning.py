"""Makes a first profile of a station from what it reports about itself."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from mock_csms.control.python import Csms
from mock_csms.plans.profile import Profile, Timeouts
from mock_csms.plans.v2.features import FEATURES, SUMMARY
from mock_csms.plans.v2.messages import variable
from mock_csms.plans.v2.model import ReportedVariable, ReportedVariables, from_get_variables, from_report
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field, replace
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import Connected, Event

_PATIENCE = 5.0
"""The longest time in seconds for a message that must come at once."""
_MESSAGE = "OCPPCommCtrlr.MessageTimeout"
_PLUG = "TxCtrlr.EVConnectionTimeOut"
_WAIT, _RANGE = "OCPPCommCtrlr.RetryBackOffWaitMinimum", "OCPPCommCtrlr.RetryBackOffRandomRange"
_SLOTS = "OCPPCommCtrlr.NetworkConfigurationPriority"
_TIMES = (_MESSAGE, _PLUG, _WAIT, _RANGE)
_INSTANCES = {_MESSAGE: "Default"}
_PLACES = {"EVSE": {"evse": {"id": 1}}, "Connector": {"evse": {"id": 1, "connectorId": 1}}}
"""The place of the variables that belong to an EVSE or a connector: the first one."""


class Learned(Record):
    """The learned facts about a station."""

    profile: Profile
    lacks: frozenset[str] = frozenset()
    """The features that it does not have, according to its variables."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """For each timeout that was learned, the names of the variables."""
    who: str = ""
    """Its vendor, model and firmware version."""


async def learn(csms: Csms, within: float) -> Learned | None:
    """Wait for the first station, ask for its variables, and return the facts; None if none connects in time."""
    identity = await _first(csms, within)
    if identity is None:
        return None
    boot = await _received(csms, identity, "BootNotification")
    model = ReportedVariables([*await _variables(csms, identity), *await _summary(csms, identity)])
    connectors = model.connectors or await _connectors(csms, identity)
    timeouts, reasons = timeouts_of(model)
    has = {feature.id for feature in FEATURES if feature.shown_by(model)}
    lacks = {feature.id for feature in FEATURES if feature.shown_by(model) is False} - has
    slots = slots_of(model) or Profile(identity).slots
    profile = Profile(identity, connectors, frozenset(has), timeouts=timeouts, slots=slots)
    who = (boot or {}).get("chargingStation", {})
    named = " ".join(who[key] for key in ("vendorName", "model", "firmwareVersion") if key in who)
    return Learned(profile, frozenset(lacks) if model else frozenset(), reasons, named)


def slots_of(model: ReportedVariables) -> tuple[int, ...]:
    """Return the slots of network profiles that a station reports; () if it reports none."""
    reported = model.all(_SLOTS)
    return tuple(sorted(int(slot) for slot in reported[0].values if slot.isdecimal())) if reported else ()


def timeouts_of(model: ReportedVariables) -> tuple[Timeouts, dict[str, str]]:
    """Return timeouts that fit the variables of a station, and for each changed timeout the variables behind it."""
    found: dict[str, tuple[float, str]] = {}
    usual = Timeouts()
    message, plug = model.number(_MESSAGE), model.number(_PLUG)
    if message:
        found["message"] = message, _MESSAGE
    if plug:
        found["operator"] = min(plug, usual.operator), _PLUG
    back_off = sum(model.number(name) or 0.0 for name in (_WAIT, _RANGE))
    if 2 * back_off > usual.boot - 60:
        found["boot"] = 60 + 2 * back_off, f"{_WAIT} and {_RANGE.partition('.')[2]}"
    timeouts = replace(usual, **{name: seconds for name, (seconds, _) in found.items()})
    return timeouts, {name: reason for name, (_, reason) in found.items()}


async def _first(csms: Csms, within: float) -> str | None:
    """Return the identity of the station that connects first, or None."""
    came: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def see(event: Event) -> None:
        if not came.done():
            came.set_result(event.station)

    csms.bus.subscribe(see, Connected)
    await asyncio.wait([came], timeout=within)
    return came.result() if came.done() else None


async def _received(csms: Csms, identity: str, action: str, **part: object) -> Json | None:
    try:
        return await csms.receive(identity, action, part, within=_PATIENCE)
    except AssertionError:
        return None


async def _variables(csms: Csms, identity: str) -> Sequence[ReportedVariable]:
    """Return the variables in a report of the station; without a report, those that it returns one by one."""
    items = await _report(csms, identity, 1, "FullInventory")
    return list(from_report(items)) if items else await _one_by_one(csms, identity)


async def _summary(csms: Csms, identity: str) -> Sequence[ReportedVariable]:
    return [SUMMARY] if await _report(csms, identity, 2, "SummaryInventory") is not None else []


async def _report(csms: Csms, identity: str, request_id: int, base: str) -> list[Json] | None:
    """Return the reportData of a base report, from all parts that come; None if the station does not accept it."""
    try:
        answer = await csms.call(identity, "GetBaseReport", {"requestId": request_id, "reportBase": base})
    except CallFailed:
        return None
    if answer["status"] != "Accepted":
        return None
    items: list[Json] = []
    is_more = True
    while is_more:
        part = await _received(csms, identity, "NotifyReport", requestId=request_id) or {}
        items += part.get("reportData", [])
        is_more = part.get("tbc", False)
    return items


async def _one_by_one(csms: Csms, identity: str) -> Sequence[ReportedVariable]:
    """Get the variables that matter here one by one; for EVSE and connector only those of the first one."""
    results: list[Json] = []
    for name in dict.fromkeys([*(feature.variable for feature in FEATURES if feature.test), *_TIMES]):
        component, _, rest = name.partition(".")
        asked = variable(component, rest, instance=_INSTANCES.get(name, ""))
        asked["component"] = asked["component"] | _PLACES.get(component, {})
        with suppress(CallFailed):
            results += (await csms.call(identity, "GetVariables", {"getVariableData": [asked]}))["getVariableResult"]
    return list(from_get_variables(results))


async def _connectors(csms: Csms, identity: str) -> tuple[int, ...]:
    """Return how many connectors each EVSE has, from the received statuses; without any, one EVSE with one."""
    reported = [ReportedVariable("", 1, 1)]
    with suppress(AssertionError):
        while True:
            status = await csms.receive(identity, "StatusNotification", within=0.0)
            reported.append(ReportedVariable("", status["evseId"], status["connectorId"]))
    return ReportedVariables(reported).connectors
