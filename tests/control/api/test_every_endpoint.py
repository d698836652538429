"""Each endpoint of the table, requested once over a real socket."""

from typing import Any

import pytest

from mock_csms.control.api.operation import PREFIX
from mock_csms.control.api.table import ENDPOINTS
from tests.control.api.clients import ApiMock, Client
from tests.wire import BOOT

RULE = {"match": "Heartbeat*3", "error": "GenericError"}
ROWS: dict[str, tuple[str, Any, int]] = {
    "read_about": ("/api/v1", None, 200),
    "list_stations": ("/api/v1/stations", None, 200),
    "register_station": ("/api/v1/stations/NEW", {"password": "not-a-secret-1"}, 201),
    "read_station": ("/api/v1/stations/CS-1", None, 200),
    "send_command": ("/api/v1/stations/NEW/commands/Reset", None, 409),
    "send_frame": ("/api/v1/stations/NEW/frames", {"text": "[]"}, 409),
    "disconnect_station": ("/api/v1/stations/NEW/disconnect", {}, 200),
    "forget_station": ("/api/v1/stations/NEW", None, 204),
    "send_to_matching": ("/api/v1/commands/Reset?match=NOBODY", {}, 200),
    "read_events": ("/api/v1/events", None, 200),
    "wait_for": ("/api/v1/events/wait", {"match": "connect", "within": 0}, 200),
    "count_events": ("/api/v1/events/count", {"kind": "Connected"}, 200),
    "clear_events": ("/api/v1/events", None, 204),
    "list_rules": ("/api/v1/rules", None, 200),
    "add_rule": ("/api/v1/rules", RULE, 201),
    "order_rules": ("/api/v1/rules", {"order": ["rule-1"]}, 200),
    "read_rule": ("/api/v1/rules/rule-1", None, 200),
    "change_rule": ("/api/v1/rules/rule-1", {"match": "Heartbeat", "reply": {}}, 200),
    "remove_rule": ("/api/v1/rules/rule-1", None, 204),
    "list_tokens": ("/api/v1/tokens", None, 200),
    "set_token": ("/api/v1/tokens/TAG1", {"status": "Expired"}, 201),
    "read_token": ("/api/v1/tokens/TAG1", None, 200),
    "remove_token": ("/api/v1/tokens/TAG1", None, 204),
    "list_scripts": ("/api/v1/scripts", None, 200),
    "start_script": ("/api/v1/scripts", {"action": "Reset", "delay": 1000}, 201),
    "stop_script": ("/api/v1/scripts/Reset", None, 204),
    "read_settings": ("/api/v1/settings", None, 200),
    "change_settings": ("/api/v1/settings", {"boot-interval": 7}, 200),
    "reset_settings": ("/api/v1/settings", None, 204),
    "list_snapshots": ("/api/v1/snapshots", None, 200),
    "take_snapshot": ("/api/v1/snapshots/before", None, 201),
    "restore_snapshot": ("/api/v1/snapshots/before/restore", None, 200),
    "remove_snapshot": ("/api/v1/snapshots/before", None, 204),
    "reset": ("/api/v1/reset", {"what": ["findings"]}, 200),
    "list_sessions": ("/api/v1/sessions", None, 200),
    "list_findings": ("/api/v1/findings", None, 200),
    "list_checks": ("/api/v1/checks", None, 200),
    "list_expectations": ("/api/v1/expectations", None, 200),
    "expect": ("/api/v1/expectations", {"expect": ["Heartbeat"]}, 201),
    "read_verdict": ("/api/v1/verdict?id=1", None, 200),
    "remove_expectation": ("/api/v1/expectations/1", None, 204),
    "list_actions": ("/api/v1/actions", None, 200),
    "read_action": ("/api/v1/actions/Reset", None, 200),
    "read_page": ("/?token=", None, 303),
    "read_page_file": ("/page/nothing.js", None, 404),
    "read_health": ("/healthz", None, 200),
    "read_metrics": ("/metrics", None, 200),
    "read_openapi": ("/openapi.json", None, 200),
    "shut_down": ("/api/v1/shutdown", {}, 200),
}
"""The path and the body of a request to each endpoint, and the status of the response. They are sent in this order."""


def test_each_endpoint_has_a_request() -> None:
    """`ROWS` has a request for every endpoint."""
    assert sorted(ROWS) == sorted(row.name for row in ENDPOINTS)


async def test_each_endpoint_answers_as_declared() -> None:
    """Each endpoint responds with the right status, and with a body and a media type only as its row declares."""
    rows = {row.name: row for row in ENDPOINTS}
    async with ApiMock() as mock, mock.client() as client, mock.station("CS-1") as station:
        await station.ask("BootNotification", BOOT)
        for name, (path, body, status) in ROWS.items():
            response = await client.http.request(rows[name].method, path, json=body)
            assert response.status_code == status, (name, response.text)
            media = response.headers.get("content-type", "").partition(";")[0]
            if status < 300:
                assert bool(response.content) == (rows[name].answer is not None), name
                assert not response.content or media in rows[name].answers_media, (name, media)
            elif status >= 400:
                assert media == "application/problem+json"
            assert response.headers["x-content-type-options"] == "nosniff"
        assert mock.process.wait(60) == 0


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.path.startswith(PREFIX)], ids=lambda row: row.name)
async def test_wrong_fields_are_named(client: Client, row: Any) -> None:
    """An unknown field of a query or of a body is refused with 422 and its name."""
    path = row.path.replace("{", "").replace("}", "")
    response = await client.http.request(row.method, path, params={"wrong": "1"}, json={} if row.body else None)
    assert (response.status_code, "'wrong'" in response.json()["detail"]) == (422, True)
    if row.body is not None and row.name != "change_settings":
        response = await client.http.request(row.method, path, json={"wrong": 1})
        assert (response.status_code, "'wrong'" in response.json()["detail"]) == (422, True)
