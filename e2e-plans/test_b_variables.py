"""Block B, provisioning: setting and getting variables (B05, B06)."""

from mock_csms.plans import (
    Station,
    absent,
    case,
    no_problem,
    one_of,
    reason,
    says,
    some,
    variable,
)
from mock_csms.plans.v2 import reports, states, variables
from mock_csms.protocol.actions import Json

THRESHOLD = variable("OCPPCommCtrlr", "OfflineThreshold")
OFFLINE = variable("AuthCtrlr", "LocalAuthorizeOffline")
UNKNOWN_COMPONENT = variable("UnknownComponent", "OfflineThreshold")
UNKNOWN_VARIABLE = variable("OCPPCommCtrlr", "UnknownVariable")


@case(
    "TC_B_06_CS",
    use_case="B06",
    requirement="B06.FR.01, B06.FR.02, B06.FR.03, B06.FR.04, B06.FR.10, B06.FR.11",
    fails_with={
        "old-value": "getVariableResult.0.attributeValue: expected 300, got 1",
        "wrong-attribute": "attributeType: expected Actual, got Target",
        "wrong-variable": "variable.name: expected OfflineThreshold, got Other",
    },
)
async def test_b_06_get_one_variable(station: Station) -> None:
    """GetVariables returns the value that was set, with the names of the request."""
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await variables.got(
        station,
        THRESHOLD | {"attributeType": "Actual"},
        attributeStatus="Accepted",
        attributeValue="300",
        attributeStatusInfo=no_problem,
    )


@case(
    "TC_B_07_CS",
    use_case="B06",
    requirement="B06.FR.01, B06.FR.02, B06.FR.03, B06.FR.04, B06.FR.10",
    fails_with={"result-missing": "getVariableResult: expected an item with .*LocalAuthorizeOffline"},
)
async def test_b_07_get_several_variables(station: Station) -> None:
    """GetVariables for two variables returns both values, in any order."""
    await station.set("OCPPCommCtrlr", "OfflineThreshold", "300")
    await station.set("AuthCtrlr", "LocalAuthorizeOffline", "true")
    asked = [one | {"attributeType": "Actual"} for one in (THRESHOLD, OFFLINE)]
    fine = {"attributeStatus": "Accepted", "attributeStatusInfo": no_problem}
    await station.command(
        "GetVariables",
        {"getVariableData": asked},
        getVariableResult=some(
            asked[0] | fine | {"attributeValue": "300"},
            asked[1] | fine | {"attributeValue": "true"},
        ),
    )


@case(
    "TC_B_32_CS",
    use_case="B06",
    requirement="B06.FR.06",
    fails_with={"knows-all-variables": "attributeStatus: expected UnknownComponent, got Accepted"},
)
async def test_b_32_get_unknown_component(station: Station) -> None:
    """For a component that the station does not have, GetVariables returns UnknownComponent and the requested names."""
    await variables.got(station, UNKNOWN_COMPONENT, attributeStatus="UnknownComponent")


@case(
    "TC_B_33_CS",
    use_case="B06",
    requirement="B06.FR.07",
    fails_with={"knows-all-variables": "attributeStatus: expected UnknownVariable, got Accepted"},
)
async def test_b_33_get_unknown_variable(station: Station) -> None:
    """For a variable that the component does not have, GetVariables returns UnknownVariable and the requested names."""
    await variables.got(station, UNKNOWN_VARIABLE, attributeStatus="UnknownVariable")


@case(
    "TC_B_34_CS",
    use_case="B06",
    requirement="B06.FR.08",
    fails_with={"knows-all-variables": "attributeStatus: expected NotSupportedAttributeType, got Accepted"},
)
async def test_b_34_get_unsupported_attribute_type(station: Station) -> None:
    """For a variable without a Target, GetVariables for its Target returns NotSupportedAttributeType."""
    asked = THRESHOLD | {"attributeType": "Target"}
    await variables.got(station, asked, attributeStatus="NotSupportedAttributeType")


@case(
    "TC-B06-GV",
    use_case="B06",
    fails_with={"no-value": "attributeValue: expected something, got nothing"},
)
async def test_b06_get_the_state_of_the_station(station: Station) -> None:
    """GetVariables returns the AvailabilityState of the station."""
    state = variable("ChargingStation", "AvailabilityState")
    await variables.got(station, state, attributeStatus="Accepted", attributeValue=...)


@case(
    "TC_B_09_CS",
    use_case="B05",
    requirement="B05.FR.01, B05.FR.02, B05.FR.03, B05.FR.10, B05.FR.12",
    fails_with={
        "sets-another-variable": "variable.name: expected OfflineThreshold, got Other",
    },
)
async def test_b_09_set_one_variable(station: Station) -> None:
    """SetVariables accepts a valid value, and returns the names of the request."""
    await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    given = THRESHOLD | {"attributeType": "Actual", "attributeValue": "300"}
    await variables.put(station, [given], attributeStatus=variables.TAKEN)


@case(
    "TC_B_10_CS",
    use_case="B05",
    requirement="B05.FR.01, B05.FR.02, B05.FR.03, B05.FR.10, B05.FR.12",
    fails_with={"sets-another-variable": "setVariableResult: expected an item with .*OfflineThreshold"},
)
async def test_b_10_set_several_variables(station: Station) -> None:
    """SetVariables for two variables accepts both, and returns a result for each, in any order."""
    await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    await station.remember("AuthCtrlr", "LocalAuthorizeOffline")
    named = [one | {"attributeType": "Actual"} for one in (THRESHOLD, OFFLINE)]
    fine = {"attributeStatus": variables.TAKEN}
    await station.command(
        "SetVariables",
        {"setVariableData": [named[0] | {"attributeValue": "300"}, named[1] | {"attributeValue": "true"}]},
        setVariableResult=some(named[0] | fine, named[1] | fine),
    )


@case(
    "TC_B_35_CS",
    use_case="B05",
    requirement="B05.FR.04",
    fails_with={"sets-anything": "attributeStatus: expected UnknownComponent, got Accepted"},
)
async def test_b_35_set_unknown_component(station: Station) -> None:
    """SetVariables for a component that the station lacks returns UnknownComponent, under the requested names."""
    await variables.put(station, [UNKNOWN_COMPONENT | {"attributeValue": "300"}], attributeStatus="UnknownComponent")


@case(
    "TC_B_36_CS",
    use_case="B05",
    requirement="B05.FR.05",
    fails_with={"sets-anything": "attributeStatus: expected UnknownVariable, got Accepted"},
)
async def test_b_36_set_unknown_variable(station: Station) -> None:
    """SetVariables for an unknown variable of a component returns UnknownVariable, under the requested names."""
    await variables.put(station, [UNKNOWN_VARIABLE | {"attributeValue": "300"}], attributeStatus="UnknownVariable")


@case(
    "TC_B_37_CS",
    use_case="B05",
    requirement="B05.FR.06",
    fails_with={"sets-anything": "attributeStatus: expected NotSupportedAttributeType, got Accepted"},
)
async def test_b_37_set_unsupported_attribute_type(station: Station) -> None:
    """For a variable without a Target, SetVariables for its Target returns NotSupportedAttributeType."""
    given = THRESHOLD | {"attributeType": "Target", "attributeValue": "300"}
    await variables.put(station, [given], attributeStatus="NotSupportedAttributeType")


@case(
    "TC_B_39_CS",
    use_case="B05",
    requirement="B05.FR.09",
    fails_with={"sets-anything": "attributeStatus: expected Rejected, got Accepted"},
)
async def test_b_39_set_read_only_variable(station: Station) -> None:
    """SetVariables rejects a ReadOnly variable; the result names it with its instance."""
    timeout = variable("OCPPCommCtrlr", "MessageTimeout", instance="Default")
    await variables.put(station, [timeout | {"attributeValue": "30"}], attributeStatus="Rejected")


TIME = "2037-01-01T00:00:00Z"
VALUES = ("1", "1.1", "true", TIME, "abc")
FITTING = {
    ("OCPPCommCtrlr", "OfflineThreshold"): ("1",),
    ("SmartChargingCtrlr", "LimitChangeSignificance"): ("1", "1.1"),
    ("AuthCtrlr", "AuthorizeRemoteStart"): ("true",),
    ("ClockCtrlr", "NextTimeOffsetTransitionDateTime"): (TIME,),
}
"""An integer, a decimal, a boolean and a dateTime variable, each with those of VALUES that have its type."""


@case(
    "TC_B_11_CS",
    use_case="B05",
    requirement="B05.FR.07",
    fails_with={
        "sets-anything": "attributeStatus: expected Rejected, got Accepted",
        "sets-another-variable": "variable.name: expected OfflineThreshold, got Other",
    },
)
async def test_b_11_only_values_of_the_type_are_set(station: Station) -> None:
    """Integers, decimals, booleans and dateTimes accept values of their type and reject all others.

    A number outside the limits of the variable may be rejected; ReadOnly variables are left alone.
    """
    report = await reports.base_report(station, "ConfigurationInventory")
    fixed = set(reports.read_only(report))
    reported = {reports.name_of(item): item.get("variableCharacteristics", {}) for item in report}
    writable = {name: item for name, item in reported.items() if name not in fixed}
    for (component, name), fitting in FITTING.items():
        if f"{component}.{name}" not in writable:
            continue
        await station.remember(component, name)
        for value in VALUES:
            is_fine = value in fitting
            is_beyond = is_fine and not within(value, writable[f"{component}.{name}"])
            taken = one_of("Accepted", "RebootRequired", "Rejected") if is_beyond else variables.TAKEN
            await variables.put(
                station,
                [variable(component, name, attributeValue=value)],
                attributeStatus=taken if is_fine else "Rejected",
                attributeType=one_of("Actual", absent),
                **({} if is_fine else {"attributeStatusInfo": reason("InvalidValue")}),
            )


def within(value: str, characteristics: Json) -> bool:
    """Whether a value is within the limits that a station reports for a variable; True if it is not a number."""
    try:
        number = float(value)
    except ValueError:
        return True
    return bool(characteristics.get("minLimit", number) <= number <= characteristics.get("maxLimit", number))


@case(
    "TC-B05-SV",
    use_case="B05",
    fails_with={"old-value": "attributeValue: expected 30, got 1"},
)
async def test_b05_heartbeat_interval_is_set(station: Station) -> None:
    """After the HeartbeatInterval is set, and a reboot if it needs one, GetVariables returns the new value."""
    await station.remember("OCPPCommCtrlr", "HeartbeatInterval")
    interval = variable("OCPPCommCtrlr", "HeartbeatInterval")
    if not await variables.put(station, [interval | {"attributeValue": "30"}], attributeStatus=variables.TAKEN):
        await station.prepare(states.booting)
        await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await variables.got(station, interval, attributeValue="30")
