"""The OpenAPI document: it is valid, it matches the table, and the API does what it declares for any request."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from mock_csms.control.api.openapi import document
from mock_csms.control.api.table import ENDPOINTS
from tests.control.api.clients import ApiMock, Client

DOCUMENT = document()
OPERATIONS = [row for row in ENDPOINTS if row.name != "shut_down"]

_EXAMPLES = {"read_events": 3, "wait_for": 5, "list_checks": 2}
"""The number of random requests to endpoints with long or slow responses; all others get 15."""


def test_the_document_is_valid() -> None:
    """The document is valid OpenAPI 3.1, and has each endpoint of the table with its help."""
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    response = {each["operationId"]: each["summary"] for path in DOCUMENT["paths"].values() for each in path.values()}
    assert response == {row.name: row.help for row in ENDPOINTS}


def test_every_field_of_a_request_is_described() -> None:
    """Each parameter of a query has a description."""
    parameters = [each for path in DOCUMENT["paths"].values() for row in path.values() for each in row["parameters"]]
    assert [each["name"] for each in parameters if not each["description"]] == []


async def test_the_document_is_served(client: Client) -> None:
    """/openapi.json returns the document."""
    assert (await client.http.get("/openapi.json")).json() == DOCUMENT


async def test_without_ocpi_nothing_of_it_is_there(client: Client) -> None:
    """Without --ocpi there are none of its endpoints, and neither its pane nor the file of the pane."""
    assert (await client.get(""))["panes"] == []
    assert (await client.http.get("/api/v1/ocpi")).status_code == 404
    assert (await client.http.get("/page/ocpi.js")).status_code == 404
    assert "/api/v1/ocpi" not in DOCUMENT["paths"]


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_no_request_causes_an_internal_error(mock: ApiMock, row: Any) -> None:
    """Valid and invalid requests get a response that the document declares, and never an internal error.

    A request that fits the schema may still be refused, as a schema cannot express all that makes a rule valid.
    """
    schema = schemathesis.openapi.from_dict(DOCUMENT).include(operation_id=row.name)
    schema.config.base_url = mock.api
    [found] = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]

    most = _EXAMPLES.get(row.name, 15)

    @settings(
        max_examples=most,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=found.as_strategy())
    def ask(case: Any) -> None:
        if (
            row.name == "wait_for"
            and isinstance(case.body, dict)
            and isinstance(case.body.get("within", 1), int | float)
        ):
            case.body["within"] = 0.01  # without this the test would wait for half a minute
        response = case.call(timeout=60)
        assert response.status_code < 500, response.text
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    ask()
