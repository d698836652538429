"""What the cases about reports say about variables that are missing, or are not described completely."""

from mock_csms.plans.v2 import reports
from tests.conformance.story import variable

LIST = {"dataType": "MemberList"}


def test_characteristics() -> None:
    """A list without a valuesList has characteristics; the text says what they lack."""
    complete = variable("TxCtrlr", "TxStopPoint", valuesList="Authorized", **LIST)
    bare = variable("TxCtrlr", "TxStartPoint") | {"variableCharacteristics": {}}
    found = reports.without_characteristics(
        [complete, bare, variable("SampledDataCtrlr", "TxUpdatedMeasurands", **LIST)]
    )
    assert [*found] == ["TxCtrlr.TxStartPoint", "SampledDataCtrlr.TxUpdatedMeasurands (its valuesList)"]


def test_variables_of_each_evse() -> None:
    """The variables of an EVSE are missing for the EVSE, those of a connector for the connector."""
    found = {*reports.incomplete([], [(2, 1)])}
    assert {"EVSE.Available of EVSE 2", "Connector.Available of EVSE 2, connector 1"} <= found
    assert not [each for each in found if each.startswith("EVSE") and "connector" in each]
