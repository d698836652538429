"""The bills of running transactions: their use, their cost so far, and the limits of the CSMS (I12, E16)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes, transactions
from mock_csms.station.v2.causes import Cause
from mock_csms.station.v2.device import Evse, Step
from mock_csms.station.v2.storage import token_key
from mock_csms.station.v2.v21 import tariffs
from mock_csms.station.v2.v21.costs import Bill, Period, total_of
from mock_csms.station.v2.v21.device import Device21
from mock_csms.station.v2.v21.model import COST_INTERVAL, COSTS

COST, LIMITS = "cost", "transaction-limit"
"""The alarms of a transaction, by its id: to report the cost so far, and to check its limit again."""
_LOOK_AGAIN = 1.0
"""In seconds. Energy, time and costs rise without an event, so they are checked at this interval."""

_REACHED: Sequence[tuple[str, Cause, Callable[[Device21, Bill, Evse, float], float]]] = (
    (
        "maxEnergy",
        Cause("EnergyLimitReached", "EnergyLimitReached"),
        lambda _, bill, __, ___: 1000 * sum(period.energy for period in bill.periods),
    ),
    (
        "maxTime",
        Cause("TimeLimitReached", "TimeLimitReached"),
        lambda _, bill, __, ___: sum(period.charging + period.idle for period in bill.periods),
    ),
    ("maxCost", Cause("CostLimitReached", "LocalOutOfCredit"), lambda _, bill, __, ___: total_of(bill)),
    (
        "maxSoC",
        Cause("SoCLimitReached", "SOCLimitReached"),
        lambda _, __, evse, now: min(100.0, 20.0 + evse.register(now) / 600),
    ),
)
"""By limit of a transaction: the cause of its end, and the function for the used part (E16)."""


def follow(device: Device21, moment: Moment) -> Step:
    """Begin the bills of new transactions, count the use of all, and stop the energy at a limit."""
    acts: list[Act] = []
    for evse in list(device.evses.values()):
        if evse.transaction is not None:
            device, more = _followed(device, evse, evse.transaction.id, moment)
            acts += more
    return device, acts


def settled(device: Device21, transaction: str, bill: Bill, moment: Moment) -> tuple[Device21, Bill]:
    """Return the device without the bill of a transaction that has ended, and the bill with its whole use."""
    others = {id_: each for id_, each in device.bills.items() if id_ != transaction}
    register = device.evses[bill.evse].register(moment.now)
    device = replace(device, bills=others, prioritized=device.prioritized - {transaction})
    return device, bill.counted(register, moment.now, is_charging=False)


def limited(device: Device21, response: Json, transaction: str | None, moment: Moment) -> Step:
    """Store the limit that came with the answer to a TransactionEvent, and report that it is set (E16)."""
    limit, evse = response.get("transactionLimit"), device.charging(transaction)
    if limit is None or evse is None or evse.transaction is None or evse.transaction.id not in device.bills:
        return device, []
    id_, bill = evse.transaction.id, device.bills[evse.transaction.id]
    if bill.limit == limit:
        return device, []
    was_at_limit = bill.is_at_limit
    device = device.with_bill(id_, replace(bill, limit=limit, is_at_limit=False))
    told, acts = transactions.tell(device, evse, "LimitSet", moment)
    if was_at_limit:
        told, more = transactions.change(
            told, replace(told.evses[evse.id], is_suspended=False), causes.STATE_CHANGED, moment
        )
        acts = [*acts, *more]
    return told, acts


def tell_cost(device: Device21, about: list[Any], moment: Moment) -> Step:
    """Report what a transaction has cost so far (I12)."""
    evse = device.charging(about[0])
    if evse is None or about[0] not in device.bills:
        return device, []
    device, acts = transactions.tell(device, evse, "RunningCost", moment)
    return device, [*acts, *wake(device, about[0])]


def _followed(device: Device21, evse: Evse, transaction: str, moment: Moment) -> Step:
    before = device.bills.get(transaction)
    bill = before or _new(device, evse, moment)
    bill = bill.counted(evse.register(moment.now), moment.now, is_charging=evse.drawn > 0)
    is_new_driver = before is None or (before.token is None and evse.authorized is not None)
    if is_new_driver:
        bill = _for_driver(device, evse, bill, moment)
    device = device.with_bill(transaction, bill)
    acts: list[Act] = []
    if is_new_driver and bill.token is not None and device.driver_tariffs.get(token_key(bill.token), bill) is None:
        device, acts = transactions.tell(device, evse, "TariffNotAccepted", moment)
    wakes = wake(device, transaction) if before is None else []
    return _bounded(device, device.evses[evse.id], transaction, moment, [*acts, *wakes])


def _new(device: Device21, evse: Evse, moment: Moment) -> Bill:
    tariff = tariffs.in_force(device, evse.id, evse.authorized, moment.now)
    return Bill(evse.id, moment.now, evse.register(moment.now), evse.drawn > 0, (Period(moment.now, tariff),))


def _for_driver(device: Device21, evse: Evse, bill: Bill, moment: Moment) -> Bill:
    """Return a bill with the driver, and with the tariff of that driver from now on (I08)."""
    tariff = tariffs.in_force(device, evse.id, evse.authorized, moment.now)
    bill = bill if tariff == bill.tariff else bill.with_tariff(tariff, moment.now)
    return replace(bill, token=evse.authorized)


def _bounded(device: Device21, evse: Evse, transaction: str, moment: Moment, acts: list[Act]) -> Step:
    """Stop the energy if a limit of a transaction is reached; otherwise check again later (E16)."""
    bill = device.bills[transaction]
    if not bill.limit or bill.is_at_limit or not evse.is_charging:
        return device, acts
    for name, cause, used in _REACHED:
        if used(device, bill, evse, moment.now) >= bill.limit.get(name, float("inf")):
            device = device.with_bill(transaction, replace(bill, is_at_limit=True))
            told, more = transactions.change(device, replace(evse, is_suspended=True), cause, moment)
            return told, [*acts, *more, Stop((LIMITS, transaction))]
    return device, [*acts, Set((LIMITS, transaction), _LOOK_AGAIN)]


def wake(device: Device21, transaction: str) -> list[Act]:
    """Return the alarm for the next report of the cost, if the transaction has a tariff."""
    seconds, bill = device.number(COST_INTERVAL), device.bills.get(transaction)
    is_told = device.is_on(COSTS) and bill is not None and bill.tariff is not None and seconds
    return [Set((COST, transaction), seconds)] if is_told else []


ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {
    COST: tell_cost,
    LIMITS: lambda device, _, __: (device, []),
}
