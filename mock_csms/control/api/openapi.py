"""Makes the OpenAPI 3.1 document from the table of endpoints."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from mock_csms.control.api.operation import Operation, Operations, Problem
from mock_csms.control.api.table import ENDPOINTS
from mock_csms.protocol.records import fields_of, json_text, json_value, schema_components
from mock_csms.protocol.release import VERSION

_REF = "#/components/schemas/{name}"
_ALWAYS = {400: "the request is wrong", 403: "a web page of another origin, or an unknown Host"}
_WITH_TOKEN = {401: "the token is missing or wrong"}
_WITH_INPUT = {422: "a parameter or the body is wrong"}
_WITH_BODY = {
    408: "the body did not come in time",
    413: "the body is longer than 1 MiB",
    415: "the body is not declared as application/json",
}
_PARAMETERS = {
    "station": "the identity of a station, percent-encoded",
    "action": "the name of an action",
    "rule": "the id of a rule, percent-encoded",
    "token": "the id of a token, percent-encoded",
    "script": "the id of a script",
    "snapshot": "the name of a snapshot",
    "expectation": "the id of expectations",
    "file": "the name of a file",
}


def document(more: Operations = ()) -> dict[str, Any]:
    """Return the document about the table of endpoints, and about `more` rows."""
    rows = (*ENDPOINTS, *more)
    types = [each for row in rows for each in (row.query, row.body, row.answer) if each is not None]
    unique = list({str(each): each for each in [*types, Problem]}.values())
    schemas, components = schema_components(unique, ref_template=_REF)
    by_type = {str(each): schema for each, schema in zip(unique, schemas, strict=True)}
    queries = {row.query.__name__ for row in rows if row.query}
    paths: dict[str, dict[str, Any]] = {}
    for row in rows:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, by_type, components)
    made = {
        "openapi": "3.1.0",
        "info": {"title": "mock-csms", "version": VERSION, "summary": "Drives and watches a running mock CSMS"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    document: dict[str, Any] = json_value(json_text(made))  # turn defaults that are tuples into lists
    return document


def _operation(row: Operation, by_type: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.help,
        "tags": [row.path.split("/")[3] if row.path.count("/") > 2 else "mock"],
        "parameters": [*_places(row), *_queries(row, components)],
        "responses": {str(status): _answer(row, status, by_type) for status in (row.status, row.also) if status}
        | _problems(row),
        "security": [{}] if row.is_open else [{"token": []}, {}],
    }
    if row.body is not None:
        content = {"application/json": {"schema": by_type[str(row.body)]}}
        operation["requestBody"] = {"required": row.is_body_needed, "content": content}
    return operation


def _places(row: Operation) -> Sequence[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PARAMETERS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in row.places
    ]


def _queries(row: Operation, components: dict[str, Any]) -> Sequence[dict[str, Any]]:
    if row.query is None:
        return []
    properties = components[row.query.__name__]["properties"]
    return [
        {
            "name": each.encode_name,
            "in": "query",
            "required": each.required,
            "description": properties[each.encode_name].get("description", ""),
            "schema": _without_null(properties[each.encode_name]),
        }
        for each in fields_of(row.query)
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter without the type null, because an absent parameter stands for null."""
    kept = {key: value for key, value in schema.items() if key != "description"}
    options = [each for each in kept.pop("anyOf", ()) if each != {"type": "null"}]
    if kept.get("default", ...) is None:
        del kept["default"]
    return kept | (options[0] if options else {})


def _answer(row: Operation, status: int, by_type: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if row.answer is not None:
        text = {"schema": {"type": "string"}}
        schema = by_type[str(row.answer)]
        response["content"] = {
            media: {"schema": schema} if media == "application/json" else text for media in row.answers_media
        }
    if row.name == "list_stations":
        response["headers"] = {"X-Total-Count": {"schema": {"type": "integer"}, "description": "how many match"}}
    return response


def _problems(row: Operation) -> dict[str, Any]:
    problems = dict(_ALWAYS) | dict(row.problems)
    problems |= {} if row.is_open else _WITH_TOKEN
    problems |= _WITH_INPUT if row.places or row.query or row.body else {}
    problems |= _WITH_BODY if row.body else {}
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {
        str(status): {"description": text} | ({} if status < 400 else {"content": content})
        for status, text in sorted(problems.items())
    }
