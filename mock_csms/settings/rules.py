"""The rules that users write. They override the answers of all other settings, except those of a policy."""

from typing import TYPE_CHECKING, ClassVar

from mock_csms.settings import tables, values
from mock_csms.settings.flags import Form, flag, part

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Latency


def latency(text: str) -> "Latency | None":
    """Parse `SEC[+-JITTER]`."""
    from mock_csms.behavior.notation import parse_latency  # noqa: PLC0415 - only users of faults wait for it

    return parse_latency(text)


@part
class RulesAndFaults:
    """The rules that users write, and the randomness in them."""

    title: ClassVar[str] = "rules and faults"

    rule: tables.Rules = flag(
        tables.Rules(),
        "scripted answers and faults; the first answer that matches is used, and all faults that match add up",
        tables.rules,
        forms={
            "reply": Form(
                ("MATCH", "JSON"),
                "merge this JSON into the default answer; @FILE reads the JSON from a file",
                tables.reply_table,
            ),
            "reply_raw": Form(
                ("MATCH", "JSON"),
                "answer with exactly this JSON; it is not merged and not checked against the schema; @FILE reads the "
                "JSON from a file",
                tables.reply_raw_table,
            ),
            "error": Form(
                ("MATCH", "CODE[:DESCRIPTION]"),
                "answer with this CALLERROR; CODE is an error code of OCPP-J, such as InternalError",
                tables.error_table,
            ),
            "fault": Form(
                ("MATCH", "FAULT"),
                "break the answer in this way; if MATCH names a command of the CSMS, break the command; several faults "
                "add up, in the order given",
                tables.fault_table,
            ),
        },
        rules=lambda config, _: config.rule.answers,
    )
    latency: "Latency | None" = flag(
        None,
        "delay every message in both directions; by SEC seconds, plus or minus up to JITTER seconds",
        latency,
        "SEC[+-JITTER]",
    )
    loss: float = flag(
        0.0,
        "lose this percentage of all messages, in both directions; --seed makes it repeatable",
        values.percent,
        "PERCENT",
    )
    seed: int | None = flag(
        None,
        "make every random choice repeatable; this covers probabilities, jitter and generated ids",
        values.integer(0, 2**63),
        "N",
        shown="random",
    )
