"""Checks of exchanges (R): message ids that are used twice, overlapping calls, and extra or missing answers."""

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.exchanges import BREAKS_ITS_SCHEMA, UNKNOWN_TYPE
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Wrong
from mock_csms.twin.seen import Seen, call, error, result, when


@RPC.check("R05", "Part 4 4.1.4", ERROR, "every CALL has a new message id", call(), when("send"), any_payload=True)
def has_a_new_id(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a message id that one of the last 10,000 calls had.

    If a call repeats the same TransactionEvent, the finding is only a warning; in OCPP 2.1 such a repeat is correct.
    """
    mark, rules = station.exchanges.ids.mark_of(seen.id), rules_of(seen.version.name)
    if mark is None:
        return None
    is_again = mark >= 0 and mark == rules.number_of(seen.action, seen.payload)
    if is_again and rules.repeats_ids:
        return None
    severity, why = WARNING if is_again else None, "it is the same event once more, which OCPP 2.1 allows"
    return Wrong(f"the message id {seen.id!r} was used before", severity=severity, why=why)


@RPC.check("R06", "Part 4 4.1.1", ERROR, "only one CALL is open at a time", call(), any_payload=True)
def waits_for_its_answer(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a call that comes while the previous call is unanswered and cannot have timed out at the station yet."""
    if not station.connections.calls:
        return None
    id_, (action, at) = next(reversed(station.connections.calls.items()))
    timeout = rules_of(seen.version.name).message_timeout(station)
    if timeout is None or seen.at - at >= 0.8 * timeout:
        return None
    text = f"{seen.action[:60]} came {seen.at - at:.1f} s after {action[:60]}, which was not answered yet"
    return Wrong(text, (id_,))


@RPC.check(
    "R07",
    "Part 4 4.1.4",
    ERROR,
    "an answer has the message id of an open CALL and is sent once",
    when("stray", "resulterror"),
    any_payload=True,
)
def answers_open_calls_only(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a second answer to a command, or an answer without a command.

    Late answers are skipped, and so are answers to messages that a user's setting has made wrong. In OCPP 2.1 a
    CALLRESULTERROR must be about an answer of the mock.
    """
    if seen.kind == "resulterror":
        return None if seen.answers else f"the CALLRESULTERROR {seen.id!r} is about no answer of the mock"
    exchanges = station.exchanges
    is_excused = seen.id in exchanges.wrong or (seen.id == seen.version.framing.unreadable_id and bool(exchanges.wrong))
    if is_excused or exchanges.over.get(seen.id) in ("given up", "lost"):
        return None
    if seen.id in exchanges.over:
        return f"the call {seen.id!r} was answered before"
    return f"no call with the id {seen.id!r} is open"


@RPC.check("R08", "Part 4 4.1.1", ERROR, "commands are answered before the message timeout", when("unanswered"))
def answers_in_time(seen: Seen, station: StationFacts) -> CheckResult:
    """Report that a correct command got no answer within the set time."""
    is_late = seen.problem.startswith("no answer") and seen.id in station.exchanges.open
    is_wrong = is_late and not rules_of(station.version).may_be_silent(seen, station)
    return f"{seen.action}: {seen.problem}" if is_wrong else None


@RPC.check(
    "R15",
    "Part 4 4.1.7",
    WARNING,
    "a command that violates its schema is rejected with a CALLERROR",
    result(),
    when("unanswered"),
    any_payload=True,
)
def rejects_schema_violations(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a CALLRESULT, or no answer, to a command that a user's setting has made wrong."""
    if station.exchanges.wrong.get(seen.id) != BREAKS_ITS_SCHEMA:
        return None
    if seen.kind == "result":
        return f"{seen.action} violated its schema, but was answered with a CALLRESULT"
    is_late = seen.problem.startswith("no answer")
    return f"{seen.action} violated its schema, but was not refused: {seen.problem}" if is_late else None


@RPC.check(
    "R16",
    "Part 4 4.4",
    WARNING,
    "an unknown message type gets MessageTypeNotSupported or no answer",
    result(),
    error(),
    any_payload=True,
)
def refuses_unknown_types(seen: Seen, station: StationFacts) -> CheckResult:
    """Report an answer to a message of an unknown type, except the CALLERROR for unknown types."""
    if station.exchanges.wrong.get(seen.id) != UNKNOWN_TYPE:
        return None
    if seen.kind == "error" and seen.code == seen.version.framing.unknown_type:
        return None
    return f"a message of an unknown type was answered with {seen.code if seen.kind == 'error' else 'a CALLRESULT'}"
