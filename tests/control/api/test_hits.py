"""Rules over the API: how often each rule was used."""

from typing import Any

import pytest

from tests.control.api.clients import ApiMock
from tests.wire import Station

STATUS = {"timestamp": "2026-01-01T00:00:00Z", "evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
OCCUPIED = STATUS | {"connectorStatus": "Occupied"}
TOLD = {"customData": {"vendorId": "V"}}
MANY = 5


async def send_all(station: Station) -> list[bool]:
    """Send two statuses several times; return for each answer whether it comes from the rule."""
    calls = [STATUS, OCCUPIED] * MANY
    return [(await station.ask("StatusNotification", payload)) == TOLD for payload in calls]


@pytest.mark.parametrize(
    ("rule", "used"),
    [
        ({"match": "StatusNotification", "reply": TOLD}, [True, True] * MANY),
        ({"match": "StatusNotification[connectorStatus=Occupied]", "reply": TOLD}, [False, True] * MANY),
        ({"match": "StatusNotification*3", "reply": TOLD}, [True] * 3 + [False] * (2 * MANY - 3)),
        ({"match": "*", "fault": "delay seconds=0.001"}, None),
    ],
    ids=lambda each: each["match"] if isinstance(each, dict) else "",
)
async def test_hits_count_every_use_although_answers_are_remembered(
    rule: dict[str, Any], used: list[bool] | None
) -> None:
    """Each use of a rule counts, even if the mock has answered equal calls before the rule was added.

    The mock remembers its answers to ordinary calls; it must not use them for a call that a rule matches.
    """
    async with ApiMock() as mock, mock.client() as client, mock.station("CS-1") as station:
        assert not any(await send_all(station))
        id_ = (await client.post("/rules", rule, 201))["id"]
        assert await send_all(station) == (used or [False] * 2 * MANY)
        assert (await client.get(f"/rules/{id_}"))["hits"] == (sum(used) if used else 2 * MANY)
        await client.ask("DELETE", f"/rules/{id_}", status=204)
        assert not any(await send_all(station))
