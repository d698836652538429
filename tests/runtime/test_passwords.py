"""The passwords that the mock accepts after SetVariables of BasicAuthPassword, by the station's answer (A01)."""

from base64 import b64encode

import pytest

from mock_csms.behavior.admission import AdmissionPolicies, Door, LetIn
from mock_csms.behavior.credentials import form_of
from mock_csms.behavior.v2.device_model import variable
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import V201
from mock_csms.protocol.visitors import Visitor
from mock_csms.station.state import Habit
from mock_csms.twin.events import Received, Refused
from mock_csms.twin.folding import fold
from mock_csms.twin.station import Stations
from tests.conformance.live import run_of
from tests.station.commanding import PASSWORD, assign
from tests.station.rig import Rig

NEW = PASSWORD | {"attributeValue": "a-new-password-1"}


@pytest.mark.parametrize("habits", [(), (Habit("old-password"),)])
def test_a_station_comes_back_with_its_new_password(habits: tuple[Habit, ...]) -> None:
    """The mock accepts only the password that the station has accepted; S05 reports the use of the old one."""
    with Rig(habits) as rig:
        rig.connect()
        assign(rig, NEW)  # type: ignore[arg-type] # a rig has what a stage has
        assert rig.settle().wait(10).device.is_online is not bool(habits)
        refusals = [event.reason for event in rig.events if isinstance(event, Refused)]
    assert run_of(rig).checks == ({"S05"} if habits else set())
    assert set(refusals) == ({"401: wrong password"} if habits else set())


def basic(password: str) -> Visitor:
    """Return the request of a station with this password."""
    return Visitor("/CS", ["ocpp2.0.1"], f"Basic {b64encode(f'CS:{password}'.encode()).decode()}")


SET: Json = {"setVariableData": [{"attributeValue": "new", **variable("SecurityCtrlr", "BasicAuthPassword")}]}


@pytest.mark.parametrize(
    ("status", "right", "right_after_boot"),
    [
        ("Accepted", ["new"], ["new"]),
        ("Rejected", ["old"], ["old"]),
        ("NotSupportedAttributeType", ["old"], ["old"]),
        ("RebootRequired", ["old", "new"], ["new"]),
    ],
)
def test_accepted_passwords_by_the_status_of_the_answer(
    status: str, right: list[str], right_after_boot: list[str]
) -> None:
    """Accepted: the new password; RebootRequired: both until the next boot; other statuses: the old one."""
    door, stations = Door(AdmissionPolicies(passwords={"CS": "old"})), Stations(10)
    station = stations.welcome("CS", V201)

    def accepted() -> list[str]:
        known = stations.instructed("CS")
        verdicts = {
            each: door.judge(basic(each), "ocpp2.0.1", 0.0, is_connected=False, instructed=known)
            for each in ("old", "new")
        }
        return [each for each, verdict in verdicts.items() if isinstance(verdict, LetIn)]

    assert accepted() == ["old"]
    reported = {"setVariableResult": [{"attributeStatus": status, **variable("SecurityCtrlr", "BasicAuthPassword")}]}
    call, result = Call("1", "SetVariables", SET), Result("1", reported)
    fold(station, Received(0.0, "CS", b"", result, (), call, binary=False, is_refused=False))
    assert accepted() == right
    stations.leave("CS")
    assert accepted() == right
    fold(station, Received(0.0, "CS", b"", Call("2", "BootNotification", {}), (), None, binary=False, is_refused=False))
    assert accepted() == right_after_boot


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (None, ""),
        ("Bearer x", "not Basic"),
        ("Basic !", "Basic, not in base64"),
        ("Basic Q1M=", "Basic, 2 bytes without a colon"),
        ("Basic Q1M6c2VjcmV0", "Basic, this identity, a password of 6 characters"),
        ("basic Y3M6c2VjcmV0", "Basic, this identity, a password of 6 characters"),
        ("Basic c2VjcmV0OkNT", "Basic, another user, a password of 2 characters"),
        ("Basic Q1M6/+8=", "Basic, this identity, a password of 2 bytes that are not UTF-8"),
    ],
)
def test_the_form_of_the_header_is_logged(header: str | None, form: str) -> None:
    """The log describes the form of the credentials, but has no part of the password or of an unknown user."""
    result = form_of(Visitor("/CS", [], header))
    assert result == form
    assert "secret" not in result


def test_a_password_that_the_station_rejects() -> None:
    """A password that the station rejected is not accepted by the mock."""
    with Rig(()) as rig:
        rig.connect()
        assign(rig, PASSWORD | {"attributeValue": "short"})  # type: ignore[arg-type] # as above
        assert rig.mock.stations["CS"].password is None
