"""The table of all endpoints. The router, the OpenAPI document, the subcommands and the docs are made from it."""

from mock_csms.control.api.contract import events, judging, page, rules, settings, stations
from mock_csms.control.api.operation import Operations

ENDPOINTS: Operations = (
    *settings.ENDPOINTS,
    *stations.ENDPOINTS,
    *events.ENDPOINTS,
    *rules.ENDPOINTS,
    *judging.ENDPOINTS,
    *page.ENDPOINTS,
)
"""All endpoints."""
