"""The rules that users write: they lie over all answers of other settings, except those of a policy."""

from dataclasses import dataclass
from typing import ClassVar

from mock_csms import tables, values
from mock_csms.flags import Form, flag


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class RulesAndFaults:
    """The rules that users write, and the randomness in them."""

    title: ClassVar[str] = "rules and faults"

    rule: tables.Rules = flag(
        tables.Rules(),
        "scripted answers and faults; the first that matches counts",
        tables.rules,
        forms={
            "reply": Form(
                ("MATCH", "JSON"), "lay this over the default answer; @FILE reads it from a file", tables.reply_table
            ),
            "reply_raw": Form(
                ("MATCH", "JSON"),
                "answer with exactly this, any JSON, which no schema is asked about; @FILE reads it from a file",
                tables.reply_raw_table,
            ),
            "error": Form(("MATCH", "CODE[:DESCRIPTION]"), "answer with this CALLERROR", tables.error_table),
            "fault": Form(
                ("MATCH", "FAULT"), "spoil the answer, or the command where MATCH names one", tables.fault_table
            ),
        },
        rules=lambda config: config.rule.answers,
    )
    seed: int | None = flag(
        None,
        "makes all chance repeatable: probabilities, jitter, fresh ids",
        values.integer(0, 2**63),
        "N",
        shown="by chance",
    )
