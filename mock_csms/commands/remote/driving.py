"""The subcommands that change the mock: commands, rules, tokens, settings, resets and stop."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.commands.remote.asking import Asked, as_kind, read_json
from mock_csms.commands.remote.client import NO_STATION, REFUSED, WRONG, ApiClient, CannotDo
from mock_csms.commands.remote.shown import Printer, compact
from mock_csms.control.api.contract.rules import RuleBody, TokenBody
from mock_csms.control.api.contract.settings import PARTS
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import DecodeError, fields_of, json_value
from mock_csms.watch.statuses import to_stderr

_LONGEST = 600.0
"""The longest time in seconds that the mock waits for the answer to a command."""
ACCEPTED = "Accepted"


# Commands.


def send(client: ApiClient, asked: Asked) -> int:
    """Send a command to one station, or to all that match a pattern; the exit status is 0 if it was accepted."""
    body = dict(asked.body)
    if asked.words["payload"] is not None:
        body["payload"] = asked.words["payload"]
    within = body.get("timeout", _LONGEST)
    station, action = asked.place["station"], asked.place["action"]
    if not any(wildcard in station for wildcard in "*?"):
        answer = client.ask("send_command", asked.place, body=body, within=within).value
        _show(asked.printer, answer)
        return _status(answer)
    answer = client.ask("send_to_matching", {"action": action}, {"match": station}, body, within).value
    if not answer["sent"]:
        raise CannotDo(NO_STATION, f"no station that matches {station!r} is connected")
    if asked.printer.is_json:
        asked.printer.value(answer)
    else:
        for outcome in answer["outcomes"].values():
            _show(asked.printer, outcome)
        asked.printer.lines(f"{each} {action}: {problem}" for each, problem in answer["problems"].items())
    return max([REFUSED if answer["problems"] else 0, *map(_status, answer["outcomes"].values())])


def _status(outcome: Mapping[str, Any]) -> int:
    """Return 0 if the station accepted the command, or gave an answer without a status; else 1."""
    answer = outcome.get("answer")
    status = answer.get("status", ACCEPTED) if isinstance(answer, dict) else ACCEPTED
    return 0 if outcome["outcome"] == "result" and status == ACCEPTED else REFUSED


def _show(printer: Printer, outcome: Mapping[str, Any]) -> None:
    """Print the answer of one station: its status, and its other fields."""
    if printer.is_json:
        printer.value(outcome)
        return
    answer = outcome.get("answer", {})
    said = f"{outcome['code']}: {outcome.get('description', '')}" if outcome["outcome"] == "error" else ""
    if outcome["outcome"] == "invalid":
        said = f"an invalid answer: {'; '.join(outcome.get('violations', ()))}"
    rest = {key: value for key, value in answer.items() if key != "status"} if isinstance(answer, dict) else answer
    words = [said or (str(answer.get("status", "answered")) if isinstance(answer, dict) else "answered")]
    words += [compact(rest)] if rest else []
    printer.lines([f"{outcome['station']} {outcome['action']}: {' '.join(words)} ({outcome['ms']:.0f} ms)"])


# Rules and tokens.


def add_rules(client: ApiClient, asked: Asked) -> int:
    """Add rules, written as on the command line of the mock. The first one is checked first."""
    uses = asked.words["rules"]
    if not uses:
        names = [f"--{each.encode_name}" for each in fields_of(RuleBody) if each.encode_name != "match"]
        raise CannotDo(WRONG, f"nothing to add: give one of {', '.join(names)}")
    for name, (match, text) in reversed(uses):
        value = read_json_of(name, text) if name.startswith("reply") else text
        answer = client.ask("add_rule", query=asked.query, body={"match": match, name: value}).value
        for warning in answer["warnings"]:
            to_stderr(f"mock-csms rules add: warning: {warning}\n")
        if asked.printer.is_json:
            asked.printer.value(answer)
        else:
            asked.printer.lines(answer["ids"])
    return 0


def read_json_of(flag: str, text: str) -> Any:
    """Return the JSON value of a flag, or of the file that it names. Raises CannotDo."""
    try:
        return read_json(text)
    except Exception as error:
        raise CannotDo(WRONG, f"--{flag}: {error}") from None


def clear_rules(client: ApiClient, _: Asked) -> int:
    """Remove all rules that users wrote."""
    for rule in client.ask("list_rules").value:
        client.ask("remove_rule", {"rule": rule["id"]})
    return 0


def set_tokens(client: ApiClient, asked: Asked) -> int:
    """Set the answers for tokens, each written as after --token."""
    for text in asked.words["token"]:
        id_, body = _token(text)
        answer = client.ask("set_token", {"token": id_}, asked.query, body).value
        if asked.printer.is_json:
            asked.printer.value(answer)
    return 0


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


def change_settings(client: ApiClient, asked: Asked) -> int:
    """Change settings; without arguments, list the settings that are not at their defaults."""
    given: Sequence[str] = asked.words["setting"]
    if not given:
        rows = [row for row in client.ask("read_settings").value if row["origin"] != "default"]
        shown = [(row["name"], "***" if row["is_secret"] else row["value"], row["origin"]) for row in rows]
        asked.printer.table(rows, ("setting", "value", "from"), shown)
        return 0
    patch = dict(map(_setting, given))
    answer = client.ask("change_settings", body=patch).value
    for warning in answer["warnings"]:
        to_stderr(f"mock-csms set: warning: {warning}\n")
    if asked.printer.is_json:
        asked.printer.value(answer)
    return 0


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


def reset(client: ApiClient, asked: Asked) -> int:
    """Reset everything, or the named parts, to the state at the start."""
    for part in asked.words["part"]:
        if part not in PARTS:
            raise CannotDo(WRONG, f"{part!r} cannot be reset{did_you_mean(part, PARTS)}")
    answer = client.ask("reset", body={"what": asked.words["part"]}).value
    if asked.printer.is_json:
        asked.printer.value(answer)
    return 0


def stop(client: ApiClient, asked: Asked) -> int:
    """End the mock, print its verdict, and return its exit status."""
    answer = client.ask("shut_down", body=asked.body).value
    if asked.printer.is_json:
        asked.printer.value(answer)
    else:
        asked.printer.lines(answer.get("verdict", "").splitlines())
    return int(answer["status"])
