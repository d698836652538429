"""The subcommands that change the mock: commands, rules, tokens, settings, resets and stop."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.commands.remote.asking import Asked, as_kind, read_json
from mock_csms.commands.remote.client import NO_STATION, REFUSED, WRONG, ApiClient, CannotDo
from mock_csms.commands.remote.replicas import at_station, each
from mock_csms.commands.remote.shown import Report, compact
from mock_csms.control.api.contract.rules import RuleBody, TokenBody
from mock_csms.control.api.contract.settings import PARTS
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import DecodeError, fields_of, json_value

_LONGEST = 600.0
"""The longest time in seconds that the mock waits for the answer to a command."""
ACCEPTED = "Accepted"


# Commands.


def send(clients: Sequence[ApiClient], asked: Asked) -> Report:
    """Send a command to one station, or to all that match a pattern; the exit status is 0 if it was accepted."""
    is_pattern = any(wildcard in asked.place["station"] for wildcard in "*?")
    return (each(_send_to_matching) if is_pattern else at_station(_send_to_one))(clients, asked)


def _send_to_one(client: ApiClient, asked: Asked) -> Report:
    body = _body(asked)
    outcome = client.ask("send_command", asked.place, body=body, within=body.get("timeout", _LONGEST)).value
    return Report(_status(outcome), [outcome], lines=[_line(outcome)])


def _send_to_matching(client: ApiClient, asked: Asked) -> Report:
    body, action, pattern = _body(asked), asked.place["action"], asked.place["station"]
    within = body.get("timeout", _LONGEST)
    answer = client.ask("send_to_matching", {"action": action}, {"match": pattern}, body, within).value
    if not answer["sent"]:
        raise CannotDo(NO_STATION, f"no station that matches {pattern!r} is connected")
    outcomes, problems = answer["outcomes"].values(), answer["problems"].items()
    lines = [*map(_line, outcomes), *(f"{station} {action}: {problem}" for station, problem in problems)]
    return Report(max([REFUSED if problems else 0, *map(_status, outcomes)]), [answer], lines=lines)


def _body(asked: Asked) -> dict[str, Any]:
    payload = asked.words["payload"]
    return dict(asked.body) if payload is None else {**asked.body, "payload": payload}


def _status(outcome: Mapping[str, Any]) -> int:
    """Return 0 if the station accepted the command, or gave an answer without a status; else 1."""
    answer = outcome.get("answer")
    status = answer.get("status", ACCEPTED) if isinstance(answer, dict) else ACCEPTED
    return 0 if outcome["outcome"] == "result" and status == ACCEPTED else REFUSED


def _line(outcome: Mapping[str, Any]) -> str:
    """Return the line about the answer of one station: its status, and its other fields."""
    answer = outcome.get("answer", {})
    said = f"{outcome['code']}: {outcome.get('description', '')}" if outcome["outcome"] == "error" else ""
    if outcome["outcome"] == "invalid":
        said = f"an invalid answer: {'; '.join(outcome.get('violations', ()))}"
    rest = {key: value for key, value in answer.items() if key != "status"} if isinstance(answer, dict) else answer
    words = [said or (str(answer.get("status", "answered")) if isinstance(answer, dict) else "answered")]
    words += [compact(rest)] if rest else []
    return f"{outcome['station']} {outcome['action']}: {' '.join(words)} ({outcome['ms']:.0f} ms)"


# Rules and tokens.


def add_rules(client: ApiClient, asked: Asked) -> Report:
    """Add rules, written as on the command line of the mock. The first one is checked first."""
    uses = asked.words["rules"]
    if not uses:
        names = [f"--{each.encode_name}" for each in fields_of(RuleBody) if each.encode_name != "match"]
        raise CannotDo(WRONG, f"nothing to add: give one of {', '.join(names)}")
    answers = []
    for name, (match, text) in reversed(uses):
        value = read_json_of(name, text) if name.startswith("reply") else text
        try:
            answers.append(client.ask("add_rule", query=asked.query, body={"match": match, name: value}).value)
        except CannotDo as failure:
            added = [id_ for answer in answers for id_ in answer["ids"]]
            raise CannotDo(
                failure.status, f"{failure} (added: {', '.join(added)})" if added else str(failure)
            ) from None
    return Report(
        values=answers,
        lines=[id_ for answer in answers for id_ in answer["ids"]],
        notes=[f"warning: {warning}" for answer in answers for warning in answer["warnings"]],
    )


def read_json_of(flag: str, text: str) -> Any:
    """Return the JSON value of a flag, or of the file that it names. Raises CannotDo."""
    try:
        return read_json(text)
    except Exception as error:
        raise CannotDo(WRONG, f"--{flag}: {error}") from None


def clear_rules(client: ApiClient, _: Asked) -> Report:
    """Remove all rules that users wrote."""
    for rule in client.ask("list_rules").value:
        client.ask("remove_rule", {"rule": rule["id"]})
    return Report()


def set_tokens(client: ApiClient, asked: Asked) -> Report:
    """Set the answers for tokens, each written as after --token."""
    tokens = map(_token, asked.words["token"])
    return Report(values=[client.ask("set_token", {"token": id_}, asked.query, body).value for id_, body in tokens])


def _token(text: str) -> tuple[str, Mapping[str, Any]]:
    """Return the id and the table of `ID=STATUS,key=value,…`. Raises CannotDo."""
    first, *rest = text.split(",")
    id_, equals, status = first.rpartition("=")
    if not equals or not id_:
        raise CannotDo(WRONG, f"{first!r} is not ID=STATUS")
    body: dict[str, Any] = {"status": status}
    known = [each.encode_name for each in fields_of(TokenBody) if each.encode_name != "status"]
    for word in rest:
        key, equals, value = word.partition("=")
        if not equals or key.strip() not in known:
            raise CannotDo(WRONG, f"{id_}: {word!r} is not key=value{did_you_mean(key, known)}")
        try:
            body[key.strip()] = as_kind(TokenBody, key.strip(), value)
        except ValueError:
            raise CannotDo(WRONG, f"{id_}: {key.strip()}: {value!r} is not a number") from None
    return id_, body


# Settings, resets, stop.


def change_settings(client: ApiClient, asked: Asked) -> Report:
    """Change settings; without arguments, list the settings that are not at their defaults."""
    given: Sequence[str] = asked.words["setting"]
    if not given:
        settings = [row for row in client.ask("read_settings").value if row["origin"] != "default"]
        rows = [(row["name"], "***" if row["is_secret"] else row["value"], row["origin"]) for row in settings]
        return Report(values=[settings], head=("setting", "value", "from"), rows=rows)
    answer = client.ask("change_settings", body=dict(map(_setting, given))).value
    return Report(values=[answer], notes=[f"warning: {warning}" for warning in answer["warnings"]])


def _setting(text: str) -> tuple[str, Any]:
    """Return the key and the value of `KEY=VALUE`. Raises CannotDo.

    The value is a text, unless it is true, false, null or the JSON of a list or an object.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise CannotDo(WRONG, f"{text!r} is not KEY=VALUE, such as boot-status=Pending")
    if value in ("true", "false", "null") or value[:1] in ("[", "{"):
        try:
            return key, json_value(value)
        except DecodeError:  # it only begins like JSON
            pass
    return key, value


def reset(client: ApiClient, asked: Asked) -> Report:
    """Reset everything, or the named parts, to the state at the start."""
    for part in asked.words["part"]:
        if part not in PARTS:
            raise CannotDo(WRONG, f"{part!r} cannot be reset{did_you_mean(part, PARTS)}")
    return Report(values=[client.ask("reset", body={"what": asked.words["part"]}).value])


def stop(client: ApiClient, asked: Asked) -> Report:
    """End the mock, and report its verdict and its exit status."""
    answer = client.ask("shut_down", body=asked.body).value
    return Report(int(answer["status"]), [answer], lines=answer.get("verdict", "").splitlines())
