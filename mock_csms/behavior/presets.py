"""The rules that flags stand for in every version of OCPP; a dialect makes the others."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mock_csms.behavior.rules import ANY, Answer, Match, Refusal, Reply, Rule, Spoil
from mock_csms.behavior.templates import compile_template
from mock_csms.protocol.actions import BOOT, Sender
from mock_csms.protocol.versions import actions
from mock_csms.twin.events import LOSS
from mock_csms.twin.station import StationModel

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault


def boot_rules(statuses: Sequence[str]) -> Iterable[Rule[Answer]]:
    """Answer the BootNotifications of a station with each status in turn; the last one repeats (B01, B02, B03)."""
    for turn, status in enumerate(statuses, start=1):
        times = 1 if turn < len(statuses) else None
        id_ = f"boot-status-sequence {','.join(statuses)} {turn}"  # another sequence begins at its first status
        yield Rule(Match(BOOT, times=times), Reply(compile_template({"status": status})), id=id_)


def network_rules(latency: "Fault | None", loss: float) -> Iterable[Rule[Spoil]]:
    """Lose so many percent of all messages, and delay the others. A delay has no name: it does not count as a fault."""
    from mock_csms.behavior.faults import Drop  # noqa: PLC0415 - only those who use faults wait for them

    if loss:
        yield Rule(Match(ANY), Spoil(Drop(), loss / 100), f"{LOSS} {loss:g}")
    if latency:
        yield Rule(Match(ANY), Spoil(latency))


def boot_first_rules() -> Iterable[Rule[Answer]]:
    """Refuse every other action until a BootNotification was Accepted (B01.FR.10, B02.FR.09, B03.FR.07)."""
    refusal = Refusal("SecurityError", "the station has not been accepted yet", is_final=True)
    for action in actions(Sender.STATION):
        if action != BOOT:
            yield Rule(Match(action, when=partial(_is_too_early, action)), refusal)


def _is_too_early(action: str, station: StationModel) -> bool:
    """Whether a station may not send `action` yet; while Pending it may send what a command asked for (B02.FR.02)."""
    asked_for = station.boot_status == "Pending" and action in station.asked_for
    return not (station.is_accepted or asked_for)
