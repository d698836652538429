"""The symptoms of wrong transactions and meter values (checks X and M)."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tests.station.seen import (
    Log,
    after,
    answers,
    because,
    before,
    calls,
    contexts,
    events,
    given,
    id_of,
    of_kind,
    open_at,
    outages,
    results,
    samples,
    seconds,
    sent,
    statuses,
    transactions,
)
from tests.station.symptoms.wire import Symptom

PAIRS = {
    "RemoteStop": {"Remote"},
    "Deauthorized": {"DeAuthorized"},
    "ResetCommand": {"ImmediateReset"},
    "EVConnectTimeout": {"Timeout"},
    "StopAuthorized": {"Local", "MasterPass"},
    "EVCommunicationLost": {"EVDisconnected", "Local", "StoppedByEV", "Remote", "DeAuthorized"},
    "AbnormalCondition": {"PowerLoss"},
}
REGISTER = "Energy.Active.Import.Register"
MEASURANDS = {REGISTER, "Power.Active.Import"}


def numbers(log: Log) -> list[list[int]]:
    """Return the seqNo of the events of each transaction."""
    return [[event["seqNo"] for event in told] for told in transactions(log)]


def restarted(log: Log) -> bool:
    """Whether a transaction begins whose id was there before."""
    return any(sum(event["eventType"] == "Started" for event in told) > 1 for told in transactions(log))


def goes_on(log: Log) -> bool:
    """Whether a transaction goes on after its end."""
    return any("Ended" in [event["eventType"] for event in told[:-1]] for told in transactions(log))


def two_at_once(log: Log) -> bool:
    """Whether two transactions run on an EVSE."""
    return any(len(open_at(log[:number], 1)) > 1 for number in range(len(log)))


def wrong_offline(log: Log) -> bool:
    """Whether an event of an outage is not told as such, or another is."""
    spans = outages(log)
    for event in events(log):
        is_of_outage = any(first <= seconds(event["timestamp"]) < last for first, last in spans)
        if is_of_outage is not bool(event.get("offline")):
            return True
    return False


def nothing_told(log: Log) -> bool:
    """Whether there is nothing of a long outage in which a transaction ran."""
    return any(
        open_at([entry for entry in log if entry.at < start])
        and not [event for event in events(log) if start < seconds(event["timestamp"]) < end]
        for start, end in outages(log)
        if end - start > 60
    )


def repeats(log: Log) -> list[Any]:
    """Return the calls about each event, where the CSMS refuses them."""
    found: dict[Any, list[Any]] = {}
    if any(entry.name == "TransactionEvent" and isinstance(entry.what, str) for entry in log):
        for call in calls(log, "TransactionEvent"):
            found.setdefault((call.what["timestamp"], call.what["triggerReason"]), []).append(call)
    return list(found.values())


def wrong_repeat(log: Log) -> bool:
    """Whether an event is repeated too often, too soon, or changed."""
    return any(
        len(each) > 3
        or any(two.at - one.at < 10 for one, two in pairwise(each))
        or any(one.what != two.what for one, two in pairwise(each))
        for each in repeats(log)
    )


def remote_stops(log: Log, status: str) -> list[tuple[str, bool]]:
    """Return the transactions that were to be stopped, by the answer, and whether they were running."""
    stops = answers(log, "RequestStopTransaction", status)
    return [(e.given["transactionId"], e.given["transactionId"] in open_at(before(log, e))) for e in stops]


def remote_starts(log: Log) -> Any:
    """Return the first event after each remote start that was accepted."""
    for answer in answers(log, "RequestStartTransaction", "Accepted"):
        told = [event for event in sent(after(log, answer), "TransactionEvent") if event.get("idToken")]
        yield answer, (told or [{"triggerReason": "", "transactionInfo": {}}])[0]


def is_unusable(log: Log, evse: int) -> bool:
    """Whether an EVSE is not free: set inoperative, or in use by somebody with a token."""
    closed = [entry.given for entry in answers(log, "ChangeAvailability")]
    started = [event for event in events(log) if event.get("idToken") and id_of(event) in open_at(log, evse)]
    return bool(started) or any(each["operationalStatus"] == "Inoperative" for each in closed)


def no_periodic(log: Log) -> bool:
    """Whether a transaction lasts for more than a minute without periodic values."""
    for told in transactions(log):
        times = [seconds(event["timestamp"]) for event in told]
        if max(times) - min(times) > 65 and not [e for e in told if e["triggerReason"] == "MeterValuePeriodic"]:
            return True
    return False


def wrong_by_clock(log: Log) -> bool:
    """Whether clock-aligned values are told as others."""
    if given(log, "AlignedDataCtrlr_Interval") is None:
        return False
    by_event = [("Sample.Clock" in contexts(e), e["triggerReason"] == "MeterValueClock") for e in events(log)]
    return any(one is not two for one, two in by_event) or any(
        contexts(values) != {"Sample.Clock"} for values in sent(log, "MeterValues")
    )


def values_while_busy(log: Log) -> bool:
    """Whether an idle EVSE sends values although a transaction runs and that is not wanted."""
    is_unwanted = given(log, "AlignedDataCtrlr_SendDuringIdle") == "true"
    return is_unwanted and any(open_at(before(log, call)) for call in calls(log, "MeterValues"))


def register_falls(log: Log) -> bool:
    """Whether a register shows less than before."""
    for told in transactions(log):
        shown = [s["value"] for event in told for s in samples(event) if s["measurand"] == REGISTER]
        if any(two < one for one, two in pairwise(shown)):
            return True
    return False


def has_no(log: Log, kind: str, context: str) -> bool:
    """Whether events of a kind have no values of a context."""
    return any(context not in contexts(event) for event in of_kind(log, kind))


def stopped_reasons(log: Log, *kinds: str) -> list[Any]:
    """Return triggerReason and stoppedReason of the events of some kinds."""
    told = [event for event in events(log) if event["eventType"] in kinds]
    return [(event["triggerReason"], event["transactionInfo"].get("stoppedReason")) for event in told]


SYMPTOMS: Mapping[str, Symptom] = {
    "X01": lambda log: any(told[0]["eventType"] != "Started" for told in transactions(log)),
    "X02": restarted,
    "X03": lambda log: any(told != list(range(len(told))) for told in numbers(log)),
    "X04": lambda log: any(
        seconds(two["timestamp"]) < seconds(one["timestamp"])
        for told in transactions(log)
        for one, two in pairwise(told)
    ),
    "X05": goes_on,
    "X06": lambda log: any(reason is None for _, reason in stopped_reasons(log, "Ended")),
    "X07": lambda log: any(reason for _, reason in stopped_reasons(log, "Started", "Updated")),
    "X08": lambda log: any(
        reason not in PAIRS.get(trigger, {reason}) for trigger, reason in stopped_reasons(log, "Ended") if reason
    ),
    "X09": lambda log: any(event["triggerReason"] != "RemoteStart" for _, event in remote_starts(log)),
    "X10": lambda log: any(
        event["transactionInfo"].get("remoteStartId") != answer.given["remoteStartId"]
        for answer, event in remote_starts(log)
    ),
    "X11": lambda log: any(event.get("idToken") != answer.given["idToken"] for answer, event in remote_starts(log)),
    "X12": lambda log: any(not any("idToken" in event for event in told) for told in transactions(log)),
    "X13": lambda log: any("evse" not in event for event in of_kind(log, "Started")),
    "X14": lambda log: any("chargingState" not in event["transactionInfo"] for event in of_kind(log, "Started")),
    "X15": two_at_once,
    "X16": wrong_offline,
    "X17": nothing_told,
    "X18": wrong_repeat,
    "X19": lambda log: (
        any("Invalid" in str(e.what) for e in log if (e.kind, e.name) == ("response", "TransactionEvent"))
        and not because(log, "Deauthorized")
    ),
    "X20": lambda log: any(
        entry.what.get("ongoingIndicator") is not (entry.given["transactionId"] in open_at(before(log, entry)))
        for entry in answers(log, "GetTransactionStatus")
    ),
    "X21": lambda log: (
        answers(log, "ReserveNow", "Accepted") and not any(event.get("reservationId") == 5 for event in events(log))
    ),
    "X22": lambda log: bool(events(log)) and not any(map(all, statuses(log, "Occupied"))),
    "X23": lambda log: (
        any(is_running for _, is_running in remote_stops(log, "Rejected"))
        or not all(is_running for _, is_running in remote_stops(log, "Accepted"))
    ),
    "X24": lambda log: (
        {id_ for id_, _ in remote_stops(log, "Accepted")} - {id_of(event) for event in because(log, "RemoteStop")}
    ),
    "X25": lambda log: any(
        open_at(before(log, entry), entry.given["evseId"]) and "transactionId" not in entry.what
        for entry in answers(log, "RequestStartTransaction", "Accepted")
    ),
    "X26": lambda log: any(
        is_unusable(before(log, entry), entry.given["evseId"])
        for entry in answers(log, "RequestStartTransaction", "Accepted")
    ),
    "X27": lambda log: (
        given(log, "TxCtrlr_TxStartPoint") is None
        and any(e["triggerReason"] == "CablePluggedIn" and "idToken" not in e for e in of_kind(log, "Started"))
    ),
    "M01": lambda log: has_no(log, "Started", "Transaction.Begin"),
    "M02": lambda log: has_no(log, "Ended", "Transaction.End"),
    "M03": lambda log: (
        no_periodic(log) or any(contexts(e) != {"Sample.Periodic"} for e in because(log, "MeterValuePeriodic"))
    ),
    "M04": wrong_by_clock,
    "M05": values_while_busy,
    "M06": lambda log: any(sample["measurand"] not in MEASURANDS for event in events(log) for sample in samples(event)),
    "M07": register_falls,
    "M08": lambda log: any(
        seconds(value["timestamp"]) > seconds(event["timestamp"])
        for event in events(log)
        for value in event.get("meterValue", [])
    ),
    "M10": lambda log: (
        answers(log, "TriggerMessage", "Accepted")
        and any(contexts(values) != {"Trigger"} for values in sent(log, "MeterValues"))
    ),
    "M11": lambda log: any(
        item["variable"]["name"] == "SignReadings" and result.get("attributeValue") == "true"
        for item, result in results(log, "GetVariables")
    ),
    "M12": lambda log: any(values["evseId"] > 2 for values in sent(log, "MeterValues")),
}
"""The symptoms by the id of the check."""
