"""The table of subcommands over the HTTP API, and `main`, which runs one of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mock_csms.commands.parser import listed
from mock_csms.commands.remote import driving, events, reading
from mock_csms.commands.remote.asking import Asked, InOrder, RemoteCommand, parser_of, read_json
from mock_csms.commands.remote.client import ApiClient, CannotDo, find_token, find_urls
from mock_csms.commands.remote.replicas import at_station, each
from mock_csms.commands.remote.shown import Printer
from mock_csms.commands.remote.verdicts import verdict
from mock_csms.control.api.contract.rules import RuleBody
from mock_csms.control.api.contract.settings import PARTS
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import fields_of
from mock_csms.watch.statuses import to_stderr

_AFTER: Mapping[str, Any] = {
    "metavar": "SEQ|last",
    "help": "only events after that number; last: only those that come from now on",
}
_RULES = {
    f"--{each.encode_name}": {
        "nargs": 2,
        "metavar": ("MATCH", "JSON" if each.encode_name.startswith("reply") else each.encode_name.upper()),
        "action": InOrder,
        "dest": "words:rules",
        "help": f"as --{each.encode_name} of the mock",
    }
    for each in fields_of(RuleBody)
    if each.encode_name != "match"
}


def _simple(operation: str) -> RemoteCommand:
    """Return a subcommand that calls one endpoint of each replica and prints nothing."""
    return RemoteCommand(operation=operation, run=each(partial(reading.do_it, name=operation)))


COMMANDS: Mapping[str, RemoteCommand] = {
    "stations": RemoteCommand(
        operation="list_stations",
        run=reading.list_stations,
        help="list the stations, by identity",
        examples=(("--connected true --match 'CS-*'", "lists the connected stations whose identity begins with CS-"),),
    ),
    "stations show": RemoteCommand(operation="read_station", run=at_station(reading.show_station)),
    "stations add": _simple("register_station"),
    "stations rm": _simple("forget_station"),
    "stations disconnect": RemoteCommand(
        operation="disconnect_station", run=at_station(partial(reading.do_it, name="disconnect_station"))
    ),
    "send": RemoteCommand(
        operation="send_command",
        run=driving.send,
        help="send a command to a station, or to all that match a pattern, and print the answer; the exit status is 0 "
        "if it is Accepted or has no status, 1 if not, 3 if there is no mock, 4 if the station is unknown",
        leaves_out=("payload",),
        words={
            "payload": {
                "nargs": "?",
                "type": read_json,
                "metavar": "JSON",
                "help": "merged into the default payload; @FILE reads it from a file",
            }
        },
        examples=(
            ("""CS-1 Reset '{"type":"OnIdle"}'""", "asks CS-1 to restart once it is idle"),
            ("""'CS-*' TriggerMessage '{"requestedMessage":"Heartbeat"}'""", "asks several stations for a Heartbeat"),
        ),
    ),
    "wait": RemoteCommand(
        operation="wait_for",
        run=events.wait,
        usage="[STATION] NAME",
        help="wait until an event came, and print it; the exit status is 1 if it does not come",
        leaves_out=("station", "match", "after"),
        words={
            "what": {
                "nargs": "+",
                "metavar": "NAME",
                "help": "a station if wanted, and the event as after --expect: "
                "TransactionEvent[eventType=Ended], connect, …",
            },
            "--after": _AFTER,
        },
        examples=(("CS-1 'TransactionEvent[eventType=Ended]' --within 60", "waits for the end of a transaction"),),
    ),
    "log": RemoteCommand(
        operation="read_events",
        run=events.log,
        help="print the events of the run as on the console of the mock",
        leaves_out=("after", "format"),
        words={
            "--after": _AFTER,
            "-f, --follow": {"action": "store_true", "help": "print what comes too, until the mock ends"},
            "--trace": {"action": "store_true", "help": "print an OCPP trace 1.1, as `mock-csms check` reads it"},
        },
        examples=(("-f --station CS-1", "prints what CS-1 does"),),
    ),
    "rules": RemoteCommand(operation="list_rules", run=each(reading.list_rules)),
    "rules add": RemoteCommand(
        operation="add_rule",
        run=each(driving.add_rules),
        help="add rules before those that are there, or at another place, and print their ids",
        leaves_out=tuple(each.encode_name for each in fields_of(RuleBody)),
        words=_RULES,
        examples=(
            ("""--reply Authorize '{"idTokenInfo":{"status":"Expired"}}'""", "answers each Authorize with Expired"),
            ("--fault 'Heartbeat*2' drop", "does not answer the next two Heartbeats"),
        ),
    ),
    "rules rm": _simple("remove_rule"),
    "rules clear": RemoteCommand(
        operation="list_rules", run=each(driving.clear_rules), help="remove all rules that users wrote"
    ),
    "tokens": RemoteCommand(operation="list_tokens", run=each(reading.list_tokens)),
    "tokens set": RemoteCommand(
        operation="set_token",
        run=each(driving.set_tokens),
        help="say what tokens get; an id is at most 36 characters long, in OCPP 1.6 at most 20",
        leaves_out=("token", "status", "group", "expiry", "evse", "type", "certificate"),
        words={"token": {"nargs": "+", "metavar": "ID=STATUS[,…]", "help": "as --token of the mock"}},
        examples=(("TAG1=Expired TAG2=Accepted,group=G", "lets TAG1 get Expired, and TAG2 Accepted"),),
    ),
    "tokens rm": _simple("remove_token"),
    "set": RemoteCommand(
        operation="change_settings",
        run=each(driving.change_settings),
        help="change settings from now on; without any, list those that are not the defaults",
        words={
            "setting": {
                "nargs": "*",
                "metavar": "KEY=VALUE",
                "help": "the key as in a configuration file; the value null goes back to that of the start",
            }
        },
        examples=(("boot-status=Pending heartbeat-interval=30", "changes the answers to boots"),),
    ),
    "reset": RemoteCommand(
        operation="reset",
        run=each(driving.reset),
        leaves_out=("what",),
        words={"part": {"nargs": "*", "metavar": "PART", "help": f"one of {', '.join(PARTS)}"}},
        examples=(("rules events", "removes the rules that were added, and empties the log"),),
    ),
    "verdict": RemoteCommand(
        operation="read_verdict",
        run=verdict,
        help="judge what was seen so far; the exit status is 0 if it has passed, 1 if it has failed, 4 if nothing was "
        "judged; of several replicas each must answer, have judged something, and have passed",
        words={"--junit": {"metavar": "FILE", "help": "also write the verdict into this file as JUnit XML"}},
        examples=(("--api 9021,9022 --junit report.xml", "writes one report about two replicas"),),
    ),
    "stop": RemoteCommand(
        operation="shut_down",
        run=each(driving.stop),
        help="judge the run, and end the mock; the exit status is that of the mock",
        leaves_out=("verdict",),
    ),
}
"""The subcommands by name."""


def main(words: Sequence[str]) -> int:
    """Run the sub-command that these words begin with, and return the exit status."""
    name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
    command, verbs = COMMANDS[name], _verbs(name)
    parser = parser_of(name, command, listed({"With a word behind it": verbs}) if verbs else "")
    rest = words[len(name.split()) :]
    if verbs and rest and not rest[0].startswith("-"):
        parser.error(f"{rest[0]!r} is not a sub-command{did_you_mean(rest[0], verbs)}")
    parsed = vars(parser.parse_args(rest))
    try:
        token, asked = find_token(parsed["api_token"]), _asked(parsed)
        report = command.run([ApiClient(url, token) for url in find_urls(parsed["api"])], asked)
    except CannotDo as failure:
        to_stderr(f"{parser.prog}: error: {failure}\n")
        return failure.status
    asked.printer.print(report, parser.prog)
    return report.status


def add_parsers(parsers: Any) -> None:
    """Add the parsers of all sub-commands to what `add_subparsers` has returned, for the completion."""
    for name in [name for name in COMMANDS if " " not in name]:
        parser = _add(parsers, name, name)
        if verbs := _verbs(name):
            below = parser.add_subparsers()
            for verb in verbs:
                _add(below, verb, f"{name} {verb}")


def _add(parsers: Any, word: str, name: str) -> Any:
    command = COMMANDS[name]
    return parsers.add_parser(word, help=command.meaning, parents=[parser_of(name, command, "")], add_help=False)


def _verbs(name: str) -> Mapping[str, str]:
    """Return the second words of a subcommand, such as `add` of `rules`, each with its meaning."""
    return {
        each.removeprefix(f"{name} "): command.meaning
        for each, command in COMMANDS.items()
        if each.startswith(f"{name} ")
    }


def _asked(parsed: Mapping[str, Any]) -> Asked:
    """Return the result of argparse as an `Asked`."""
    parts: dict[str, dict[str, Any]] = {"place": {}, "query": {}, "body": {}, "words": {}}
    for name, value in parsed.items():
        part, colon, field = name.partition(":")
        if colon:
            parts[part][field] = value
    return Asked(printer=Printer(is_json=parsed["json"]), **parts)
