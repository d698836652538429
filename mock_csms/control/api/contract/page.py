"""The endpoints outside `/api/v1`: the page, health, metrics and the OpenAPI document."""

from typing import Annotated

from mock_csms.control.api.operation import Fields, Operation, about


class PageQuery(Fields):
    """The login of a browser."""

    token: Annotated[str | None, about("the token of --api-token: it becomes a cookie, and the page opens")] = None


ENDPOINTS = (
    Operation(
        method="GET",
        path="/",
        name="read_page",
        help="the live page; with `?token=` it sets a cookie first",
        query=PageQuery,
        answer=str,
        answers_media=("text/html",),
        is_open=True,
        problems={303: "logged in: go to the page", 404: "this build has no page"},
    ),
    Operation(
        method="GET",
        path="/page/{file}",
        name="read_page_file",
        help="a file of the page",
        answer=str,
        answers_media=("text/javascript", "text/css", "image/svg+xml"),
        is_open=True,
        problems={404: "there is no such file"},
    ),
    Operation(
        method="GET",
        path="/healthz",
        name="read_health",
        help="200 while the mock listens; it never needs a token",
        answer=str,
        answers_media=("text/plain",),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/metrics",
        name="read_metrics",
        help="metrics for Prometheus",
        answer=str,
        answers_media=("text/plain",),
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        name="read_openapi",
        help="this table as an OpenAPI 3.1 document",
        answer=dict,
    ),
)
"""The rows outside `/api/v1`."""
