"""The settings of answers to stations. The rules of a later setting override those of an earlier one."""

from typing import ClassVar

from mock_csms.behavior.presets import boot_rules
from mock_csms.protocol.actions import BOOT
from mock_csms.settings import values, versioned
from mock_csms.settings.flags import flag, part

_STATUS = versioned.named("boot_status")


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
    total_cost: float = flag(
        10.0,
        "`totalCost` in answers to TransactionEvent Updated",
        values.number(),
        "N",
        rules=lambda config, dialect: dialect.cost_rules(config.total_cost),
    )
    final_cost: float | None = flag(
        None,
        "`totalCost` in answers to TransactionEvent Ended",
        values.number(),
        "N",
        rules=lambda config, dialect: dialect.final_cost_rules(config.final_cost),
    )
