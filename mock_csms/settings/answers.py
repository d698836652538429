"""The settings of answers to stations. The rules of a later setting override those of an earlier one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from mock_csms.behavior.dialect import AnswerRules, Dialect
from mock_csms.behavior.presets import boot_rules
from mock_csms.protocol.actions import BOOT, Json
from mock_csms.settings import values, versioned
from mock_csms.settings.flags import flag, part
from mock_csms.settings.ocpi_tariffs import DEFAULT_TARIFFS, tariffs

_STATUS = versioned.named("boot_status")


DEFAULT_COST = 10.0


def _tariff_rules(config: Any, dialect: Dialect) -> AnswerRules:
    """Return rules for the cost of running transactions if no other setting says it; with --ocpi also of ended ones."""
    return dialect.tariff_rules() if config.ocpi else dialect.cost_rules(DEFAULT_COST)


@part
class Answers:
    """The settings of answers to stations."""

    title: ClassVar[str] = "answers"

    boot_status: str = flag(
        "Accepted",
        "`status` in the answer to BootNotification; Accepted, Pending or Rejected",
        _STATUS,
        "STATUS",
        sets=(f"{BOOT}.status",),
    )
    boot_status_sequence: tuple[str, ...] = flag(
        (),
        "answer the BootNotifications of each station with these statuses in turn; a reconnect does not start again, "
        "and the last status repeats",
        values.several(_STATUS),
        "STATUS,STATUS,…",
        rivals=("boot_status",),
        rules=lambda config, _: boot_rules(config.boot_status_sequence),
    )
    boot_interval: int = flag(
        60,
        "`interval` in the answer to BootNotification, in seconds",
        values.integer(),
        "SEC",
        sets=(f"{BOOT}.interval",),
    )
    ocpi_tariff: Sequence[Json] = flag(
        DEFAULT_TARIFFS,
        "tariffs of OCPI in JSON, one object or an array: the cost of each transaction is by the first one, and goes "
        "into the answers to TransactionEvent; --total-cost and --final-cost win",
        tariffs,
        "FILE",
        needs=("ocpi",),
        shown="0.25 EUR for each kWh",
        rules=_tariff_rules,
    )
    total_cost: float | None = flag(
        None,
        "`totalCost` in answers to TransactionEvent Updated; with --ocpi the cost by the tariff, unless this is given",
        values.number(),
        "N",
        shown=f"{DEFAULT_COST:g}",
        rules=lambda config, dialect: dialect.cost_rules(config.total_cost),
    )
    final_cost: float | None = flag(
        None,
        "`totalCost` in answers to TransactionEvent Ended",
        values.number(),
        "N",
        rules=lambda config, dialect: dialect.final_cost_rules(config.final_cost),
    )
