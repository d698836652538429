"""Checks of tariffs, costs and payments (checks I)."""

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, OF_V21, WARNING, CheckResult, Subject
from mock_csms.twin.seen import Seen, call, result

TARIFFS = Subject("tariffs", OF_V21)
_COSTS = ("TariffCostCtrlr", "", 0, 0, "Enabled", "Cost")


def is_certainly_over(id_: str, station: KnownStation21) -> bool:
    """Whether a transaction certainly does not run: it has ended, or the mock has seen all since the boot."""
    transaction = station.transactions.by_id.get(id_)
    if transaction is not None:
        return not transaction.is_open
    return station.boots.accepted_at is not None and bool(station.boots.count)


@TARIFFS.check("I01", "2.1 I09", ERROR, "GetTariffs lists the default tariffs that were set", result("GetTariffs"))
def tariffs_are_listed(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report a default tariff that the station has accepted but does not list."""
    asked = seen.request["evseId"]
    listed = {each["tariffId"] for each in seen.payload.get("tariffAssignments", ())}
    missing = [
        id_
        for id_, evse in station.tariffs.known.items()
        if (0 in (asked, evse) or asked == evse) and id_ not in listed
    ]
    return f"tariff {missing[0]} was Accepted, but is not listed ({seen.payload['status']})" if missing else None


@TARIFFS.check(
    "I02",
    "2.1 I07",
    WARNING,
    "a tariff with the id of a tariff at another EVSE is rejected",
    result("SetDefaultTariff"),
)
def ids_are_unique(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report Accepted for a tariff with the id of the default tariff of another EVSE."""
    id_, evse = seen.request["tariff"]["tariffId"], seen.request["evseId"]
    other = station.tariffs.known.get(id_, evse)
    if seen.payload["status"] != "Accepted" or other == evse or 0 in (other, evse):
        return None
    return f"tariff {id_} was Accepted at EVSE {evse}, although EVSE {other} has one with this id"


@TARIFFS.check(
    "I03", "2.1 I11", ERROR, "the tariff of a transaction changes only while it runs", result("ChangeTransactionTariff")
)
def changes_running_ones(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report Accepted for a transaction that does not run."""
    id_ = seen.request["transactionId"]
    is_wrong = seen.payload["status"] == "Accepted" and is_certainly_over(id_, station)
    return f"Accepted, but transaction {id_} does not run" if is_wrong else None


@TARIFFS.check(
    "I04", "2.1 I12", WARNING, "a transaction with a tariff ends with costDetails", call("TransactionEvent.Ended")
)
def costs_are_told(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report an Ended event without costDetails, if the transaction has a tariff and costs are not switched off."""
    id_ = seen.payload["transactionInfo"]["transactionId"]
    is_off = station.variables.values.get(_COSTS, "").lower() == "false"
    is_wrong = id_ in station.tariffs.priced and "costDetails" not in seen.payload and not is_off
    return f"transaction {id_} has a tariff, but ends without costDetails" if is_wrong else None


@TARIFFS.check("I05", "2.1 C21", WARNING, "a payment is settled once", call("NotifySettlement"))
def settles_once(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report a settlement whose pspRef was Settled already, or that repeats an earlier status."""
    reference, status = seen.payload["pspRef"], seen.payload["status"]
    before = station.tariffs.settled.get(reference)
    return f"payment {reference} was {before} before" if before in ("Settled", status) else None
