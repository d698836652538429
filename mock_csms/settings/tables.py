"""Parses the tables `[[rule]]`, `[[token]]` and `[[command]]`, and turns flags into tables of the first two kinds.

A table is a dict as in the file; flags make the same dicts. Parsers raise ValueError with a text about the fault.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from mock_csms.behavior.commands import Script, Step, step_of
from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.behavior.rules import Answer, Match, Refusal, Reply, Rule, Spoil
from mock_csms.behavior.templates import compile_template, merge, sample_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import MAX_DESCRIPTION_LENGTH
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import DEFAULT, Version, actions, versions, versions_with
from mock_csms.settings import values, versioned
from mock_csms.settings.texts import as_json_text

Table: TypeAlias = Mapping[str, Any]


class Rules(Record):
    """The rules that a user wrote, with answers and with faults."""

    answers: tuple[Rule[Answer], ...] = ()
    faults: tuple[Rule[Spoil], ...] = ()

    def __add__(self, other: "Rules") -> "Rules":
        return Rules(self.answers + other.answers, self.faults + other.faults)


def take(table: Table, known: Mapping[str, Callable[[Any], Any]], required: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values of a table, parsed by `known`; raise ValueError for an unknown key or a missing one."""
    parsed = {}
    for key, value in table.items():
        if key not in known:
            hint = did_you_mean(key, known) or f"; the keys are {', '.join(known)}"
            raise ValueError(f"unknown key {key!r}{hint}")
        try:
            parsed[key] = known[key](value)
        except (ValueError, TypeError) as error:
            raise ValueError(_without_secrets(f"{key} = {value!r}: {error}")) from None
    for key in required:
        if key not in parsed:
            raise ValueError(f"the key {key!r} is missing")
    return parsed


def _without_secrets(text: str) -> str:
    from mock_csms.behavior.secrets import Secrets  # noqa: PLC0415 - only errors wait for it

    return Secrets().words(text)


def each(tables: Sequence[Table], parse: Callable[[Table], Any]) -> list[Any]:
    """Parse all tables. With several tables, an error contains the number of the wrong one."""
    parsed = []
    for number, table in enumerate(tables, start=1):
        try:
            parsed.append(parse(table))
        except ValueError as error:
            where = f"number {number}: " if len(tables) > 1 else ""
            raise ValueError(f"{where}{error}") from None
    return parsed


# Rules.


def reply_table(words: Sequence[str]) -> Table:
    """Return the table for `--reply MATCH JSON`."""
    return {"match": words[0], "reply": words[1]}


def reply_raw_table(words: Sequence[str]) -> Table:
    """Return the table for `--reply-raw MATCH JSON`."""
    return {"match": words[0], "reply-raw": words[1]}


def error_table(words: Sequence[str]) -> Table:
    """Return the table for `--error MATCH CODE[:DESCRIPTION]`."""
    return {"match": words[0], "error": words[1]}


def fault_table(words: Sequence[str]) -> Table:
    """Return the table for `--fault MATCH FAULT`."""
    return {"match": words[0], "fault": words[1]}


def rules(tables: Sequence[Table]) -> Rules:
    """Return the rules in the tables, in order."""
    pairs = each(tables, _rule)
    answers = tuple(answer for answer, _ in pairs if answer)
    return Rules(answers, tuple(fault for _, fault in pairs if fault))


def _rule(table: Table) -> tuple[Rule[Answer] | None, Rule[Spoil] | None]:
    from mock_csms.behavior.notation import parse_fault, parse_match  # noqa: PLC0415 - no start without rules needs it

    taken = take(table, KEYS["rule"], ["match"])
    if len(taken) == 1 or len({"reply", "reply-raw", "error"} & set(taken)) > 1:
        raise ValueError("a rule needs a fault, or one of reply, reply-raw and error, or both")
    _refuse_sends(taken["match"])
    answer: Rule[Answer] | None = None
    fault: Rule[Spoil] | None = None
    if "reply" in taken:
        answer = _answer(taken, Reply(compile_template(taken["reply"])), table)
    if "reply-raw" in taken:
        answer = _answer(taken, Reply(compile_template(taken["reply-raw"].value), is_raw=True), table)
    if "error" in taken:
        code, _, description = taken["error"].partition(":")
        if len(description.strip()) > MAX_DESCRIPTION_LENGTH:
            raise ValueError(f"the description is longer than {MAX_DESCRIPTION_LENGTH} characters")
        answer = _answer(taken, Refusal(code.strip(), description.strip()), table)
    if "fault" in taken:
        spoil = Spoil(*parse_fault(taken["fault"]))
        fault = Rule(parse_match(taken["match"], commands=True), spoil, _name_of(table), table=table)
    return answer, fault


def _answer(taken: Mapping[str, Any], then: Answer, table: Table) -> Rule[Answer]:
    return Rule(_trigger(taken["match"]), then, _name_of(table), table=table)


def _name_of(table: Table) -> str:
    return " ".join(str(value) for value in table.values())


def _refuse_sends(match: str) -> None:
    """Raise ValueError for a match of an action that is sent as a SEND, because a SEND has no answer (OCPP 2.1)."""
    action = next((action for version in versions() for action in version.sends if match.startswith(action)), None)
    if action is not None:
        raise ValueError(f"{action} is sent as a SEND, which has no answer")


def _trigger(text: str) -> Match:
    """Parse the match for calls of stations that a rule answers, or that a command follows."""
    from mock_csms.behavior.notation import parse_match  # noqa: PLC0415 - as above

    return parse_match(text, commands=False)


def payload(value: Any) -> Json:
    """Accept a table, or the text of a JSON object (`@FILE` reads the text from a file)."""
    if not isinstance(value, str | Mapping):
        raise ValueError("must be a table or the text of a JSON object")
    return values.json_object(as_json_text(value))


def raw(value: Any) -> values.Raw:
    """Accept any JSON value, or its text (`@FILE` reads the text from a file)."""
    return values.raw(as_json_text(value))


# Tokens.


def token_table(words: Sequence[str]) -> Table:
    """Return the table for `--token ID=STATUS,key=value,…`."""
    first, *rest = words[0].split(",")
    identity, equals, status = first.rpartition("=")
    if not equals:
        raise ValueError(f"{first!r} is not ID=STATUS")
    table: dict[str, Any] = {"id": identity, "status": status}
    for word in rest:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not key=value")
        if key.strip() in table:
            raise ValueError(f"{key.strip()!r} is given twice")
        table[key.strip()] = value.split("+") if key.strip() == "evse" else value
    return table


def tokens(tables: Sequence[Table]) -> list[TokenAnswer]:
    """Return the answers for tokens in the tables."""
    return each(tables, _token)


def _token(table: Table) -> TokenAnswer:
    taken = take(table, KEYS["token"], ["id", "status"])
    if not taken["id"] and taken.get("type") != "NoAuthorization":
        raise ValueError("the id may be empty only with type=NoAuthorization")
    return TokenAnswer(**taken)


# Commands.


def scripts(tables: Sequence[Table]) -> list[Script]:
    """Return the scripts in the tables."""
    return each(tables, _script)


def _script(table: Table) -> Script:
    taken = take(table, KEYS["command"], ["action"])
    if sum(key in taken for key in ("period", "on")) > 1 or ("period" in taken and "delay" in taken):
        raise ValueError("a command takes a delay, or a period, or on (with or without a delay)")
    if "payload" in taken and "payload-raw" in taken:
        raise ValueError("a command takes a payload or a payload-raw, not both")
    is_raw = "payload-raw" in taken
    given = taken["payload-raw"].value if is_raw else taken.get("payload", {})
    step = step_of(taken["action"], given, taken.get("delay", taken.get("period", 0.0)), is_raw=is_raw)
    compile_template(given)
    if not is_raw:
        _check_payload(step, taken.get("on"))
    return Script(
        (step,),
        period=taken.get("period"),
        on=taken.get("on"),
        repeat=taken.get("repeat"),
        stations=taken.get("station", "*"),
    )


def _check_payload(step: Step, on: Match | None) -> None:
    """Raise ValueError if a payload is invalid in every version that has the command.

    on: matches the call that the command follows.
    """
    problems = []
    for version in versions_with(step.action):
        if step.version in ("", version.name):
            template = compile_template(merge(version.actions[step.action].request, step.payload))
            context = replace(sample_of(version), request=None if on is None else sample_request(on))
            violations = version.schemas.request_violations(step.action, template(context))
            problems.append(violations and f"the payload breaks the schema of {step.action}Request: {violations[0]}")
    if problems and all(problems):
        raise ValueError(_without_secrets(str(problems[0])))


def sample_request(match: Match, version: Version | None = None) -> Json:
    """Return the payload of a call that matches. If the match is for any action, it has only the conditions."""
    row = (version.actions if version else actions()).get(match.action)
    request = {} if row is None else compile_template(row.request)(sample_of(version or DEFAULT))
    for condition in match.conditions:
        request = merge(request, nested(condition.path, condition.value))
    return dict(request)


def nested(path: Sequence[str], value: Any) -> Any:
    """Return `value` inside one object for each part of `path`."""
    return nested(path[:-1], {path[-1]: value}) if path else value


class Text(Record):
    """Parses a value of a table that must be a text."""

    parse: Callable[[str], Any]

    def __call__(self, value: Any) -> Any:
        """Return the parsed value. Raises ValueError if `value` is not a text."""
        if not isinstance(value, str):
            raise ValueError("must be a string")
        return self.parse(value)


KEYS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "rule": {
        "match": Text(str),
        "reply": payload,
        "reply-raw": raw,
        "error": Text(values.text),
        "fault": Text(values.text),
    },
    "token": {
        "id": Text(versioned.token(least=0)),
        "status": Text(versioned.named("token.status")),
        "group": Text(versioned.token()),
        "expiry": lambda value: values.number()(str(value)),
        "type": Text(versioned.named("token.type")),
        "evse": lambda value: tuple(values.integer(1)(str(item)) for item in value),
        "certificate": Text(versioned.named("token.certificate")),
    },
    "command": {
        "action": Text(values.command),
        "payload": payload,
        "payload-raw": raw,
        "delay": lambda value: values.number()(str(value)),
        "period": lambda value: values.number(above=True)(str(value)),
        "on": Text(_trigger),
        "station": Text(values.text),
        "repeat": lambda value: values.integer(1)(str(value)),
    },
}
"""The keys of each kind of table, each with its parser."""
