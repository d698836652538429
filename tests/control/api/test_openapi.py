"""The OpenAPI document: it is valid, says what the table says, and holds for whatever somebody may send."""

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
"""How many requests are tried where an answer is long, or takes a while; 15 for all others."""


def test_the_document_is_valid() -> None:
    """It is OpenAPI 3.1, and every row is an operation with its help."""
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    told = {each["operationId"]: each["summary"] for path in DOCUMENT["paths"].values() for each in path.values()}
    assert told == {row.name: row.help for row in ENDPOINTS}


def test_every_field_of_a_request_is_described() -> None:
    """Each parameter of a query has a description."""
    parameters = [each for path in DOCUMENT["paths"].values() for row in path.values() for each in row["parameters"]]
    assert [each["name"] for each in parameters if not each["description"]] == []


async def test_the_document_is_served(client: Client) -> None:
    """/openapi.json is the document."""
    assert (await client.http.get("/openapi.json")).json() == DOCUMENT


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_no_request_is_an_internal_error(mock: ApiMock, row: Any) -> None:
    """Whatever fits or breaks the document is answered with a status that it names, and with what it promises.

    What fits may be refused all the same: a schema cannot say everything that makes a rule or an expectation right.
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
            case.body["within"] = 0.01  # or the test would wait for half a minute
        response = case.call(timeout=60)
        assert response.status_code < 500, response.text
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    ask()
