"""Block B, provisioning: network profiles in their slots (B09)."""

from mock_csms.plans import Station, case
from mock_csms.protocol.actions import Json


@case(
    "TC-B09",
    use_case="B09",
    fails_with={
        "--variable SecurityCtrlr.SecurityProfile=2 --misbehave slot-accepted": "expected Rejected, got Accepted",
        "no-answer@3": "SetNetworkProfile",
    },
)
async def test_b09_network_profile_is_put_into_a_slot(station: Station) -> None:
    """A slot that is not in use takes a profile of the same security, and none of a lower one."""
    used = (await station.get("OCPPCommCtrlr", "NetworkConfigurationPriority") or "").split(",")
    security = int(await station.get("SecurityCtrlr", "SecurityProfile") or 0)
    slot = next((number for number in (1, 2, 3) if str(number) not in used), None)
    if slot is None:
        station.lacks("slot that is not in use")

    def profile(security: int) -> Json:
        return {"configurationSlot": slot, "connectionData": {"securityProfile": security}}

    await station.command("SetNetworkProfile", profile(security), status="Accepted")
    if security > 1:
        await station.command("SetNetworkProfile", profile(security - 1), status="Rejected")
