"""Updates the configuration keys in the twin with messages of OCPP 1.6; they are variables without a component."""

from mock_csms.protocol.identifiers import folded, spelling
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.variables import MOST_VARIABLES, Name, Reported


def got(seen: Seen, twin: Twin) -> None:
    """Note the answer to a GetConfiguration."""
    for item in seen.payload.get("configurationKey", ()):
        name = _name(item["key"], twin)
        if name is not None:
            value = item.get("value")
            twin.variables.reported[name] = Reported(value, "ReadOnly" if item["readonly"] else "ReadWrite")
            if value is not None:
                twin.variables.values[name] = value


def was_set(seen: Seen, twin: Twin) -> None:
    """Note the answer to a ChangeConfiguration. With RebootRequired the value is in use after the reboot."""
    variables, name, status = twin.variables, _name(seen.request["key"], twin), seen.payload["status"]
    if name is not None and status == "Accepted":
        variables.values[name] = variables.given[name] = seen.request["value"]
    elif name is not None and status == "RebootRequired":
        variables.values.pop(name, None)


def may_change(seen: Seen, twin: Twin) -> None:
    """Forget the accepted values, which are unknown between a command and its answer, and after a boot."""
    given = twin.variables.given
    if seen.kind == "command" and seen.is_sound:
        key = folded(seen.payload["key"])
        for name in [name for name in given if folded(name[4]) == key]:
            given.pop(name)
    else:
        given.clear()


def _name(key: str, twin: Twin) -> Name | None:
    """Return the name of a key as it was first written; None if too many keys are known already."""
    variables = twin.variables
    is_known = folded(key) in variables.spellings
    if not is_known and len(variables.spellings) >= MOST_VARIABLES:
        return None
    return ("", "", 0, 0, spelling(variables.spellings, key), "")
