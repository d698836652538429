"""Updates the connections in the twin with messages of OCPP 2.x; `common/` has the other updates."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

LEAVING = ("Reset", "UpdateFirmware", "CertificateSigned", "SetNetworkProfile")
"""The commands after which a station closes its connection, if it has accepted them."""
_OWN = ("SecurityCtrlr", "OCPPCommCtrlr")
"""The components with variables about the connection of a station."""


def will_leave(seen: Seen, twin: Twin) -> None:
    """Note that the station has accepted a command after which it closes the connection."""
    if seen.payload.get("status") in ("Accepted", "Scheduled", "AcceptedCanceled"):
        twin.connections.leaves = seen.at


def gets_connection_settings(seen: Seen, twin: Twin) -> None:
    """Note a command with a password or connection settings. The station may use them even without an answer."""
    names = {(item["component"]["name"], item["variable"]["name"]) for item in seen.payload["setVariableData"]}
    twin.connections.has_new_password |= ("SecurityCtrlr", "BasicAuthPassword") in names
    if any(component in _OWN for component, _ in names):
        twin.connections.leaves = seen.at


def may_get_password(seen: Seen, twin: Twin) -> None:
    """Note that a spoiled SetVariables may contain any password."""
    twin.connections.has_new_password |= seen.action == "SetVariables"
