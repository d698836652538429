"""Applies the faults that match a message, in their order, each with its probability."""

from collections.abc import Sequence

from mock_csms.behavior.emissions import Act, Emission
from mock_csms.behavior.rules import Entry, RuleBook, Spoil
from mock_csms.behavior.templates import Context
from mock_csms.protocol.messages import Message, Result

_ARRIVAL = Emission(Result("", {}))
"""Stands for an incoming message: a fault can only delay or drop it."""


def spoil(
    due: Sequence[Entry[Spoil]], message: Message, book: RuleBook[Spoil], context: Context
) -> tuple[Sequence[Act], str]:
    """Return what is done in place of sending `message`, and the names of the faults that were applied.

    The faults that are `due` are applied in turn until nothing is left to send. A fault that chance leaves out spends
    no use.
    """
    return _spoil(due, Emission(message), book, context)


def arrival(book: RuleBook[Spoil], context: Context) -> tuple[float | None, str]:
    """Return by how many seconds a message of the station is late (None if it is lost), and the names of the faults."""
    acts, names = _spoil(book.due("", None, context.station), _ARRIVAL, book, context)
    return next((act.after for act in acts if isinstance(act, Emission)), None), names


def _spoil(
    due: Sequence[Entry[Spoil]], emission: Emission, book: RuleBook[Spoil], context: Context
) -> tuple[Sequence[Act], str]:
    acts: Sequence[Act] = (emission,)
    names: list[str] = []
    for entry in due:
        rule = entry[1]
        if rule.then.probability < 1 and context.world.chance() >= rule.then.probability:
            continue
        book.spend(entry, context.station)
        names += [rule.name] if rule.name else []
        acts = _apply(rule.then, acts, context)
        if not any(isinstance(act, Emission) for act in acts):
            break
    return acts, "; ".join(names)


def _apply(then: Spoil, acts: Sequence[Act], context: Context) -> Sequence[Act]:
    """Apply a fault to every copy of a message; a close, reset or stall is done only once."""
    done: list[Act] = []
    for act in acts:
        made = then.fault.spoil(act, context) if isinstance(act, Emission) else (act,)
        done += [each for each in made if isinstance(each, Emission) or each not in done]
    return done
