"""Firmware that is published for other stations, and withdrawn."""

from typing import Any

import pytest

from tests.station.bench import Bench

URL, CHECKSUM = "https://firmware.invalid/2.0", "0123456789abcdef" * 2
PUBLISHED = "PublishFirmwareStatusNotification"
FETCHED = ["Downloading", "Downloaded"]


def triggered(bench: Bench) -> Any:
    """Trigger PublishFirmwareStatusNotification, and return what the station sends."""
    bench.take()
    bench.ask("TriggerMessage", {"requestedMessage": PUBLISHED})
    ((_, payload),) = bench.take()
    return payload


def publish(bench: Bench, checksum: str = CHECKSUM, location: str = URL) -> Any:
    """Send a PublishFirmware, and return the status."""
    return bench.status("PublishFirmware", {"requestId": 9, "location": location, "checksum": checksum})


def test_firmware_is_published_and_withdrawn() -> None:
    """The location of firmware is reported (L03); it stays published over a reboot until UnpublishFirmware (L04)."""
    bench, unpublish = Bench(), {"checksum": CHECKSUM.upper()}
    assert (bench.status("UnpublishFirmware", unpublish), publish(bench)) == ("NoFirmware", "Accepted")
    assert (bench.status("UnpublishFirmware", unpublish), publish(bench)) == ("DownloadOngoing", "Rejected")
    assert bench.status("UnpublishFirmware", {"checksum": "other"}) == "NoFirmware"
    bench.wait(60)
    messages = [payload for _, payload in bench.take(PUBLISHED)]
    assert [each["status"] for each in messages] == [*FETCHED, "ChecksumVerified", "Published"]
    assert {each["requestId"] for each in messages} == {9}
    assert messages[-1]["location"] == [f"https://station.invalid/firmware/{CHECKSUM}"]
    bench.restart()
    assert [bench.status("UnpublishFirmware", unpublish) for _ in range(2)] == ["Unpublished", "NoFirmware"]


@pytest.mark.parametrize(
    ("given", "statuses"),
    [
        ({"checksum": "x" * 32}, [*FETCHED, "InvalidChecksum"]),
        ({"checksum": "0123"}, [*FETCHED, "InvalidChecksum"]),
        ({"location": "https://firmware.invalid/fail"}, ["Downloading", "DownloadFailed"]),
    ],
    ids=str,
)
def test_publishing_that_fails(given: Any, statuses: list[str]) -> None:
    """If publishing fails, the last status is the reason, and UnpublishFirmware finds nothing."""
    bench = Bench()
    assert (publish(bench, **given), triggered(bench)["status"]) == ("Accepted", "Downloading")
    bench.wait(60)
    assert bench.statuses(PUBLISHED) == statuses[1:]
    assert triggered(bench) == {"status": "Idle"}
    assert bench.status("UnpublishFirmware", {"checksum": given.get("checksum", CHECKSUM)}) == "NoFirmware"
