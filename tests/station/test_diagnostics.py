"""GetLog, CustomerInformation and DataTransfer: commands and their effects."""

from typing import Any

import pytest

from mock_csms.protocol.records import replace
from mock_csms.station.v2.features import FINDS_CUSTOMERS
from mock_csms.station.v2.storage import LocalAuthorizationList, token_key
from tests.station.bench import TOKEN, Bench

LOG, ABOUT = "LogStatusNotification", "NotifyCustomerInformation"
OTHER = {"idToken": "OTHER", "type": "ISO14443"}
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}


def log(number: int, location: str = "https://logs.invalid/up", kind: str = "DiagnosticsLog") -> dict[str, Any]:
    """Return a GetLog."""
    return {"logType": kind, "requestId": number, "log": {"remoteLocation": location}}


def upload_statuses(bench: Bench) -> list[tuple[str, int | None]]:
    """Return the reported statuses of uploads, with their requestIds."""
    return [(payload["status"], payload.get("requestId")) for _, payload in bench.take(LOG)]


def triggered(bench: Bench) -> list[tuple[str, int | None]]:
    """Trigger LogStatusNotification, and return what the station sends."""
    bench.take()
    assert bench.status("TriggerMessage", {"requestedMessage": LOG}) == "Accepted"
    return upload_statuses(bench)


# Logs.


@pytest.mark.parametrize("kind", ["DiagnosticsLog", "SecurityLog"])
def test_a_log_is_uploaded(kind: str) -> None:
    """The answer to GetLog has a filename (N01.FR.01); then each status of the upload is sent with the requestId."""
    bench = Bench()
    answer = bench.ask("GetLog", log(7, kind=kind))
    assert (answer["status"], answer["filename"]) == ("Accepted", f"MOCK-0001-{kind[:-3].lower()}-7.log")
    assert upload_statuses(bench) == [("Uploading", 7)]
    bench.wait(2)
    assert upload_statuses(bench) == [("Uploaded", 7)]
    bench.wait(60)
    assert upload_statuses(bench) == []


@pytest.mark.parametrize(
    ("location", "end"),
    {
        "https://logs.invalid/fail/up": "UploadFailure",
        "https://logs.invalid/failing": "UploadFailure",
        "https://fail.invalid/up": "Uploaded",
        "fail": "BadMessage",
        "": "BadMessage",
        "https://[": "BadMessage",
        "gopher://127.0.0.1/up": "NotSupportedOperation",
    }.items(),
)
def test_the_location_decides_how_a_pretended_upload_ends(location: str, end: str) -> None:
    """At a host that no network knows, the path decides; without a host, or with another protocol, an upload fails."""
    bench = Bench()
    bench.ask("GetLog", log(7, location))
    bench.wait(10)
    assert upload_statuses(bench) == [("Uploading", 7), (end, 7)]


def test_a_second_log_cancels_the_first() -> None:
    """The first upload is reported as cancelled before the second starts (N01.FR.12, N01.FR.20)."""
    bench = Bench()
    bench.ask("GetLog", log(7))
    bench.wait(1)
    assert bench.status("GetLog", log(8)) == "AcceptedCanceled"
    bench.wait(10)
    assert upload_statuses(bench) == [("Uploading", 7), ("AcceptedCanceled", 7), ("Uploading", 8), ("Uploaded", 8)]
    assert bench.status("GetLog", log(9)) == "Accepted"


def test_the_status_of_an_upload_can_be_triggered() -> None:
    """A triggered LogStatusNotification has the last status while an upload runs, otherwise Idle (F06.FR.14, 15)."""
    bench = Bench()
    assert triggered(bench) == [("Idle", None)]
    bench.ask("GetLog", log(7))
    assert triggered(bench) == [("Uploading", 7)]
    bench.wait(10)
    assert triggered(bench) == [("Idle", None)]


def test_an_upload_goes_on_after_a_reboot() -> None:
    """After a reboot the upload finishes and is reported (N01.FR.09)."""
    bench = Bench()
    bench.ask("GetLog", log(7))
    bench.restart()
    bench.wait(10)
    assert upload_statuses(bench) == [("Uploading", 7), ("Uploaded", 7)]


def test_a_pending_station_does_not_report_an_upload() -> None:
    """A Pending station does not report an upload by itself (B02.FR.02)."""
    bench = Bench()
    bench.ask("GetLog", log(7))
    bench.take()
    bench.replies["BootNotification"] = {"status": "Pending", "interval": 10}
    bench.restart()
    bench.wait(9)
    assert upload_statuses(bench) == []
    bench.replies.clear()
    bench.wait(10)
    assert upload_statuses(bench) == [("Uploaded", 7)]


# Customers.


def asking(**given: Any) -> dict[str, Any]:
    """Return a CustomerInformation."""
    return {"requestId": 5, "report": True, "clear": False} | given


def with_customers(info: Any = None) -> Bench:
    """Return a bench whose station knows two customers."""
    bench = Bench()
    entries = {token_key(TOKEN): info or {"status": "Accepted"}, token_key(OTHER): {"status": "Blocked"}}
    bench.device = bench.device.storing(cache=entries, local_list=LocalAuthorizationList(3, entries))
    return bench


def answered(bench: Bench, **given: Any) -> str:
    """Return all the text that is reported."""
    bench.take()
    assert bench.status("CustomerInformation", asking(**given)) == "Accepted"
    parts = [payload for _, payload in bench.take(ABOUT)]
    assert [part["seqNo"] for part in parts] == list(range(len(parts)))
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert {part["requestId"] for part in parts} == {5}
    return "".join(part["data"] for part in parts)


def test_stored_customer_data_are_reported() -> None:
    """Customer data from the cache and the local list are reported, in any letter case of the idToken (N09.FR.02)."""
    text = answered(with_customers(), idToken=TOKEN | {"idToken": "tag"})
    assert (
        text == 'idToken tag (ISO14443)\nauthorization cache: {"status":"Accepted"}\nlocal list: {"status":"Accepted"}'
    )


def test_much_data_comes_in_parts() -> None:
    """Customer data come in numbered parts of at most 512 characters (N09.FR.05)."""
    info = {"status": "Accepted", "personalMessage": {"format": "UTF8", "content": "ü" * 512}}
    bench = with_customers(info)
    assert answered(bench, idToken=TOKEN).count("ü") == 1024
    bench.ask("CustomerInformation", asking(idToken=TOKEN))
    assert len(bench.take(ABOUT)) == 3


def test_a_customer_is_forgotten() -> None:
    """All data of the customer are cleared, except in the local list, and no data of others (N10.FR.03, N10.FR.06)."""
    bench = with_customers()
    assert "cache" in answered(bench, idToken=TOKEN, clear=True)
    in_list = 'idToken tag (ISO14443)\nlocal list: {"status":"Accepted"}'
    assert answered(bench, idToken=TOKEN) == in_list
    assert answered(bench, idToken=OTHER).count("Blocked") == 2
    assert answered(bench, idToken=OTHER, report=False, clear=True) == "cleared"
    held = bench.device.storage
    assert (held.cache, held.local_list.version, len(held.local_list.entries)) == ({}, 3, 2)
    gone = [{"idToken": TOKEN}]
    new = {"versionNumber": 4, "updateType": "Differential", "localAuthorizationList": gone}
    assert bench.status("SendLocalList", new) == "Accepted"
    assert answered(bench, idToken=TOKEN) == ""
    assert answered(bench, idToken=TOKEN, report=False, clear=True) == ""


def test_a_customer_is_found_by_an_identifier() -> None:
    """With C-14 the station finds the customer whose idToken has that text; without it, it finds none."""
    bench = with_customers()
    assert answered(bench, customerIdentifier="TAG") == ""
    bench.device = replace(bench.device, features=frozenset({FINDS_CUSTOMERS}))
    assert answered(bench, customerIdentifier="TAG") == answered(bench, idToken=TOKEN)
    assert answered(bench, customerIdentifier="TAG", clear=True).count("Accepted") == 2
    assert answered(bench, customerIdentifier="TAG").count("Accepted") == 1
    assert answered(bench, customerIdentifier="TAG 2") == ""


@pytest.mark.parametrize(
    "reference", [{"idToken": TOKEN}, {"customerIdentifier": "TAG"}, {"customerCertificate": HASH}], ids=str
)
def test_an_unknown_customer_gets_an_empty_notification(reference: Any) -> None:
    """For an unknown customer one notification without data is sent (N09.FR.06, N10.FR.06); data of others stay."""
    bench = Bench() if "idToken" in reference else with_customers()
    before = bench.device.storage
    assert answered(bench, **reference) == ""
    assert answered(bench, **reference, clear=True) == ""
    assert bench.device.storage == before


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "Invalid"),
        ({"idToken": TOKEN, "customerIdentifier": "C"}, "Invalid"),
        ({"idToken": TOKEN, "customerIdentifier": "C", "customerCertificate": HASH}, "Invalid"),
        ({"idToken": TOKEN, "report": False}, "Rejected"),
    ],
    ids=str,
)
def test_invalid_references_to_customers(given: Any, status: str) -> None:
    """A request with no or two references is Invalid (N09.FR.09); if report and clear are false, nothing is sent."""
    bench = with_customers()
    assert bench.status("CustomerInformation", asking(**given)) == status
    assert bench.take() == []


# Vendors.


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"vendorId": "org.example", "data": 1}, "UnknownVendorId"),
        ({"vendorId": "org.example", "messageId": "M"}, "UnknownVendorId"),
        ({"vendorId": "mock-csms", "messageId": "M"}, "UnknownMessageId"),
        ({"vendorId": "mock-csms", "data": None}, "Accepted"),
    ],
    ids=str,
)
def test_data_transfer_of_other_vendors(payload: Any, status: str) -> None:
    """DataTransfer for other vendors is UnknownVendorId (P01.FR.05, P01.FR.06)."""
    assert Bench().status("DataTransfer", payload) == status
