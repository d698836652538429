"""Messages that come before the answer to the command that triggers them, over a real WebSocket."""

from collections.abc import Callable, Mapping

import pytest

from tests.pace import turns
from tests.real_station import Early, Real, findings, now

ACCEPTED = {"status": "Accepted"}


def status(value: str = "Available") -> Early:
    """Return the status of connector 1.1."""
    payload = {"timestamp": now(), "connectorStatus": value, "evseId": 1, "connectorId": 1}
    return "StatusNotification", payload


async def trigger(station: Real, message: str, *early: Early, answer: str = "Accepted") -> None:
    """Let the mock trigger a message, and send calls before the answer."""
    await station.command("TriggerMessage", {"requestedMessage": message}, {"status": answer}, *early)


EARLY: Mapping[str, tuple[str, Callable[[], Early], str, bool]] = {
    "a heartbeat": ("Heartbeat", lambda: ("Heartbeat", {}), "Accepted", True),
    "a heartbeat that was not accepted": ("Heartbeat", lambda: ("Heartbeat", {}), "Rejected", False),
    "another message": ("Heartbeat", status, "Accepted", False),
    "a status that is no new one": ("StatusNotification", status, "Accepted", True),
    "a new status": ("StatusNotification", lambda: status("Occupied"), "Accepted", False),
    "a request for a certificate": (
        "SignChargingStationCertificate",
        lambda: ("SignCertificate", {"csr": "none"}),
        "Accepted",
        True,
    ),
}


@pytest.mark.parametrize("case", EARLY)
async def test_messages_before_the_answer_to_their_trigger(case: str) -> None:
    """F01 reports a triggered message before the answer, unless there is another reason for the message."""
    message, early, answer, is_wrong = EARLY[case]

    async def play(station: Real) -> None:
        await station.begin()
        await station.call("Heartbeat")
        await trigger(station, message, early(), answer=answer)

    wrong = [f"F01: {message} came before the answer to its TriggerMessage"]
    assert await findings(play, checks="F01", boot_interval=300) == (wrong if is_wrong else [])


async def test_an_early_heartbeat_before_a_disconnect() -> None:
    """F01 reports an early heartbeat at once if the station disconnects and no heartbeat followed the answer."""

    async def play(station: Real) -> None:
        await station.begin()
        await trigger(station, "Heartbeat", ("Heartbeat", {}))

    assert len(await findings(play, checks="F01", boot_interval=300)) == 1


@pytest.mark.parametrize(
    ("interval", "is_again", "is_wrong"), [(300, False, True), (300, True, False), (1, False, False)]
)
async def test_a_heartbeat_that_may_be_untriggered(interval: int, is_again: bool, is_wrong: bool) -> None:
    """F01 allows a heartbeat before the answer if another one follows the answer, or if the interval was over."""

    async def play(station: Real) -> None:
        await station.begin()
        await trigger(station, "Heartbeat", ("Heartbeat", {}))
        if is_again:
            await station.call("Heartbeat")
        await station.pause(1.5)

    for turn in turns():
        with turn:
            assert bool(await findings(play, checks="F01", boot_interval=interval)) is is_wrong
