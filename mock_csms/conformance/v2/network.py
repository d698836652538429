"""Check of network profiles: the settings with which a station reaches the CSMS (V20)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult
from mock_csms.conformance.v2.variable_values import members
from mock_csms.conformance.v2.variables import TAKEN, VARIABLES, items_of
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, result
from mock_csms.twin.v2.variables import name_of, paired

_PRIORITY = ("OCPPCommCtrlr", "", 0, 0, "NetworkConfigurationPriority", "")


@VARIABLES.check(
    "V20", "B09.FR.02, B09.FR.04-05, A05.FR.02-03, A05.FR.10", ERROR, "only usable network profiles are accepted",
    result("SetNetworkProfile", "SetVariables"),
)  # fmt: skip
def usable_profiles(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an accepted slot that does not exist, or a profile that lowers security or lacks its root certificate."""
    if seen.action == "SetNetworkProfile":
        slot, profile = seen.request["configurationSlot"], seen.request["connectionData"]
        return _why_unusable(slot, profile, station) if seen.payload["status"] == "Accepted" else None
    for item, answer in paired(*items_of(seen)):
        if name_of(item) == _PRIORITY and answer["attributeStatus"] in TAKEN:
            for slot in members(item["attributeValue"]):
                why = _why_insecure(slot, station)
                if why:
                    return why
    return None


def _why_unusable(slot: int, profile: Json, station: KnownStation) -> str | None:
    row = station.variables.reported.get(_PRIORITY)
    slots = members(row.of("valuesList") or "") if row else []
    if slots and str(slot) not in slots:
        return f"slot {slot} was accepted, but NetworkConfigurationPriority has only {', '.join(slots)}"
    return _why_lower(str(slot), profile["securityProfile"], station)


def _why_insecure(slot: str, station: KnownStation) -> str | None:
    """Return why the profile in a slot cannot be used; None if it can, or if that is not known."""
    now, level = station.variables.number("SecurityCtrlr", "SecurityProfile"), station.certificates.slots.get(slot)
    if level is None or now is None:
        return None
    if level in (2, 3) and level > now and station.certificates.has_none("CSMSRootCertificate"):
        return f"slot {slot} with the security profile {level} was accepted, but there is no CSMSRootCertificate"
    return _why_lower(slot, level, station)


def _why_lower(slot: str, level: int, station: KnownStation) -> str | None:
    """Return a text if a profile is less secure than the current one and a downgrade is certainly not allowed."""
    now = station.variables.number("SecurityCtrlr", "SecurityProfile")
    may_be = station.variables.switch("SecurityCtrlr", "AllowSecurityProfileDowngrade")
    is_known = may_be is not None or station.reports.is_complete
    if now is None or level >= now or not is_known or (may_be and level > 1):
        return None
    return f"slot {slot} with the security profile {level} was accepted, but {now:g} is in use"
