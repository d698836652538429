"""Answers that come in parts: what all checks of them find (K09, O03, O04)."""

from mock_csms.conformance.known import Known
from mock_csms.conformance.known.parts import ASKING, Asked, is_repeat
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Done, Later, Said


def judge_parts(seen: Seen, known: Known, telling: str) -> Said:
    """Find parts of another request, parts after the last one, and a last one that does not come.

    For a check that looks at the command's results, at the parts, at `due` and at `malformed`, with any payload.
    """
    if seen.kind == "due":
        return _unfinished(seen.payload, known, telling)
    if not seen.is_sound:
        return [Done(id_) for action, id_ in known.parts.asked if action == telling]
    if seen.kind == "call":
        return _judge_part(seen, known)
    id_ = seen.request.get("requestId") if isinstance(seen.request, dict) else None  # the command may be a broken one
    asked = known.parts.asked.get((ASKING[seen.action], id_)) if isinstance(id_, int) else None
    if seen.payload["status"] != "Accepted" or asked is None or asked.is_complete:
        return None
    return Later("", known.terms.patience, id_)


def _judge_part(seen: Seen, known: Known) -> Said:
    id_, asked = seen.payload["requestId"], known.parts.of(seen)
    if asked is None:
        is_known = any(action == seen.action for action, _ in known.parts.asked)
        return (
            f"nobody asked for {seen.action} under the requestId {id_}"
            if is_known and not known.parts.is_full
            else None
        )
    if seen.payload.get("tbc"):
        return None if _is_surplus(asked, seen, known) else Later("", known.terms.patience, id_)
    return f"another {seen.action} of {id_} after the last" if _is_surplus(asked, seen, known) else Done(id_)


def _is_surplus(asked: Asked, seen: Seen, known: Known) -> bool:
    return asked.is_complete and not asked.is_in_doubt and not is_repeat(seen, known)


def _unfinished(id_: int, known: Known, telling: str) -> str | None:
    asked = known.parts.asked.get((telling, id_))
    if asked is None or asked.is_complete or asked.is_in_doubt:
        return None
    return f"no last {telling} for the requestId {id_}, {asked.count} came"
