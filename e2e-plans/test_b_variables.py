"""Block B, provisioning: variables that are set and got (B05, B06)."""

from mock_csms.plans import Station, case, no_problem, some, variable, variables

THRESHOLD = variable("OCPPCommCtrlr", "OfflineThreshold")
OFFLINE = variable("AuthCtrlr", "LocalAuthorizeOffline")


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
async def test_b_06_one_variable_is_got(station: Station) -> None:
    """The value that was set is the one that is got, under the names that were asked for."""
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
async def test_b_07_several_variables_are_got(station: Station) -> None:
    """Who asks for two variables gets both values, in any order."""
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
async def test_b_32_unknown_component_is_not_got(station: Station) -> None:
    """A component that the station does not have is told as unknown, under the names that were asked for."""
    await variables.got(station, variable("UnknownComponent", "OfflineThreshold"), attributeStatus="UnknownComponent")


@case(
    "TC_B_33_CS",
    use_case="B06",
    requirement="B06.FR.07",
    fails_with={"knows-all-variables": "attributeStatus: expected UnknownVariable, got Accepted"},
)
async def test_b_33_unknown_variable_is_not_got(station: Station) -> None:
    """A variable that the component does not have is told as unknown, under the names that were asked for."""
    await variables.got(station, variable("OCPPCommCtrlr", "UnknownVariable"), attributeStatus="UnknownVariable")


@case("TC-B06-GV", use_case="B06", fails_with={"no-value": "attributeValue: expected something, got nothing"})
async def test_b06_state_of_the_station_is_got(station: Station) -> None:
    """The station tells whether it is available."""
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
async def test_b_09_one_variable_is_set(station: Station) -> None:
    """A value that fits is accepted, under the names that were given."""
    await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    given = THRESHOLD | {"attributeType": "Actual", "attributeValue": "300"}
    await variables.put(station, [given], attributeStatus="Accepted", attributeStatusInfo=no_problem)


@case("TC-B05-SV", use_case="B05", fails_with={"old-value": "attributeValue: expected 30, got 1"})
async def test_b05_heartbeat_interval_is_set(station: Station) -> None:
    """The interval of heartbeats that was set is the one that the station has then."""
    await station.set("OCPPCommCtrlr", "HeartbeatInterval", "30")
    await variables.got(station, variable("OCPPCommCtrlr", "HeartbeatInterval"), attributeValue="30")
