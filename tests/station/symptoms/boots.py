"""The symptoms of wrong boots, reports of connectors, resets and authorizations (checks B, A, T13 and G06)."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from tests.station.seen import (
    Log,
    after,
    answers,
    before,
    calls,
    events,
    given,
    of_kind,
    open_at,
    outages,
    security_events,
    sent,
    statuses,
)
from tests.station.symptoms.wire import Symptom


def boots(log: Log) -> list[tuple[float, Any]]:
    """Return how each boot was answered, and when."""
    return [(entry.at, entry.what) for entry in log if (entry.kind, entry.name) == ("response", "BootNotification")]


def early_boot(log: Log, *kinds: str, least: float | None = None) -> bool:
    """Whether a boot comes before the interval of the one before is over, or the least that is sane, or never."""
    times = [call.at for call in calls(log, "BootNotification")]
    for at, response in boots(log):
        wait = response["interval"] or least
        if response["status"] in kinds and wait and not any(time >= at + wait for time in times):
            return True
        if response["status"] in kinds and wait and any(at < time < at + wait for time in times):
            return True
    return False


def first_calls(log: Log) -> list[str]:
    """Return the first call after each start of the station."""
    firsts, is_new = [], True
    for entry in log:
        if entry.kind == "off":
            is_new = True
        elif entry.kind == "call" and is_new:
            firsts.append(entry.name)
            is_new = False
    return firsts


def while_status(log: Log, status: str) -> Log:
    """Return what happened while the last boot was answered so."""
    part, present = [], None
    for entry in log:
        if (entry.kind, entry.name) == ("response", "BootNotification"):
            present = entry.what["status"]
        elif entry.kind == "off":
            present = None
        elif present == status:
            part.append(entry)
    return part


def unasked(log: Log) -> bool:
    """Whether the station talks before it is accepted, though nobody has asked it to."""
    asked = [entry.given["requestedMessage"] for entry in answers(log, "TriggerMessage")]
    early = [call.name for status in ("Pending", "Rejected") for call in calls(while_status(log, status))]
    return first_calls(log)[:1] != ["BootNotification"] or any(
        name != "BootNotification" and early.count(name) > asked.count(name) for name in early
    )


def boots_again(log: Log) -> bool:
    """Whether a boot follows an outage without a reboot."""
    for number, entry in enumerate(log):
        if (entry.kind, entry.name) == ("line", "lost") and log[number - 1].kind != "off":
            rest = log[number:]
            end = next((at for at, each in enumerate(rest) if each.kind == "off"), len(rest))
            return bool(boots(log[:number])) and bool(calls(rest[:end], "BootNotification"))
    return False


def silence(log: Log) -> bool:
    """Whether nothing is sent for longer than the interval of heartbeats, though there is a connection."""
    marks = [entry for entry in log if entry.kind in ("call", "line")]
    accepted = [at for at, response in boots(log) if response["status"] == "Accepted"]
    gaps = [(one.at, two.at) for one, two in pairwise(marks) if one.name != "lost"]
    return any(two - one > 61 for one, two in gaps if accepted and one >= accepted[0])


def many_heartbeats(log: Log) -> bool:
    """Whether heartbeats come all the time."""
    times = [call.at for call in calls(log, "Heartbeat")]
    return sum(two - one < 10 for one, two in pairwise(times)) > 3


def lost_status(log: Log, command: str, status: str, **given_: Any) -> bool:
    """Whether what a command has brought about is not told after the reboot that follows."""
    return any(
        not statuses(after(log, off), status)
        for off in log
        if off.kind == "off"
        and any(entry.given | given_ == entry.given for entry in answers(before(log, off), command, "Accepted"))
    )


def repeated_status(log: Log) -> bool:
    """Whether the same status is told twice though nothing has happened."""
    told = [entry for entry in log if entry.kind in ("call", "line", "off", "answer", "response")]
    pairs = pairwise(entry for entry in told if entry.kind != "response")
    keys = ("evseId", "connectorId", "connectorStatus")
    return any(
        one.name == two.name == "StatusNotification" and all(one.what[key] == two.what[key] for key in keys)
        for one, two in pairs
        if one.kind == two.kind == "call"
    )


def wrong_reset_end(log: Log) -> bool:
    """Whether a reset ends a transaction for another reason."""
    ends = []
    for answer in answers(log, "Reset", "Accepted"):
        running = open_at(before(log, answer))
        ends += [
            event
            for event in of_kind(after(log, answer), "Ended")
            if answer.given["type"] == "Immediate" and event["transactionInfo"]["transactionId"] in running
        ]
    return any(
        (event["triggerReason"], event["transactionInfo"].get("stoppedReason")) != ("ResetCommand", "ImmediateReset")
        for event in ends
    )


def talks_too_soon(log: Log) -> bool:
    """Whether anything is sent after a boot was rejected, and before its interval is over."""
    refused = [
        e for e in log if e.name == "BootNotification" and e.kind == "response" and e.what["status"] == "Rejected"
    ]
    return any(
        call.at - entry.at < (entry.what["interval"] or 5) for entry in refused for call in calls(after(log, entry))
    )


# Authorization.


def started_for(log: Log, is_it: Callable[[Any, Any], Any]) -> bool:
    """Whether a transaction begins after an answer to Authorize of that kind."""
    for entry in log:
        if (entry.kind, entry.name) == ("response", "Authorize"):
            begun = [event for event in of_kind(after(log, entry), "Started") if event.get("idToken")]
            if any(is_it(entry.what["idTokenInfo"], event) for event in begun):
                return True
    return False


def not_asked(log: Log) -> bool:
    """Whether a token that was refused is presented, and nobody is asked."""
    refused = [e for e in log if (e.kind, e.name) == ("response", "Authorize")]
    refused = [e for e in refused if e.what["idTokenInfo"]["status"] != "Accepted"]
    shown = [e for e in log if (e.kind, e.name) == ("driver", "Presented")]
    return any(
        not calls(after(log, each), "Authorize") for first in refused[:1] for each in shown if each.at > first.at
    )


def asked_to_stop(log: Log) -> bool:
    """Whether a question about a token goes before the end."""
    pairs = pairwise(entry for entry in log if entry.kind == "call")
    return any(
        one.name == "Authorize" and two.name == "TransactionEvent" and two.what["triggerReason"] == "StopAuthorized"
        for one, two in pairs
    )


SYMPTOMS: Mapping[str, Symptom] = {
    "T13": boots_again,
    "B01": lambda log: set(first_calls(log)) > {"BootNotification"} or "BootNotification" not in first_calls(log),
    "B02": unasked,
    "B03": talks_too_soon,
    "B04": lambda log: early_boot(log, "Pending", "Rejected"),
    "B05": lambda log: early_boot(log, "Pending", "Rejected", least=5.0),
    "B06": lambda log: any(boot["reason"] == "Watchdog" for boot in sent(log, "BootNotification")),
    "B07": lambda log: boots(log) and boots(log)[-1][1]["status"] == "Accepted" and not statuses(log, "Available"),
    "B08": lambda log: any(status["connectorId"] == 0 for status in sent(log, "StatusNotification")),
    "B09": silence,
    "B10": many_heartbeats,
    "B11": lambda log: not {"StartupOfTheDevice", "ResetOrReboot"} & set(security_events(log)),
    "B12": lambda log: lost_status(log, "ChangeAvailability", "Unavailable", operationalStatus="Inoperative"),
    "B13": lambda log: lost_status(log, "ReserveNow", "Reserved", id=6),
    "B14": lambda log: answers(while_status(log, "Pending"), "RequestStartTransaction", "Accepted"),
    "B15": lambda log: any(isinstance(e.what, dict) for e in while_status(log, "Rejected") if e.kind == "answer"),
    "B16": lambda log: any(
        not [call for call in calls(log, "StatusNotification") if call.at >= end]
        for start, end in outages(log)
        if end - start > 60
    ),
    "G06": repeated_status,
    "B18": lambda log: any(
        ("evseId" in answer.given) != (answer.what["status"] == "Rejected") for answer in answers(log, "Reset")
    ),
    "B19": lambda log: any(
        not [entry for entry in after(log, answer) if entry.kind == "wish"]
        for answer in answers(log, "Reset", "Accepted")
    ),
    "B20": wrong_reset_end,
    "A01": lambda log: given(log, "AuthCtrlr_Enabled") == "false" and calls(log, "Authorize"),
    "A02": lambda log: started_for(log, lambda info, _: info["status"] != "Accepted"),
    "A03": not_asked,
    "A04": lambda log: started_for(log, lambda info, event: event["evse"]["id"] not in info.get("evseId", [1, 2])),
    "A05": asked_to_stop,
    "A06": lambda log: started_for(log, lambda info, _: "groupIdToken" in info),
    "A07": lambda log: any(
        event["idToken"]["idToken"]
        for event in events(log)
        if event.get("idToken", {}).get("type") == "NoAuthorization"
    ),
}
"""The symptoms by the id of the check."""
