"""Objects of OCPI are checked against the tables of 2.2.1."""

from collections.abc import Sequence
from typing import Any

import pytest

from mock_csms.ocpi.schemas import problems, unknown_properties

TOKEN = {
    "country_code": "NL",
    "party_id": "EMS",
    "uid": "012345678",
    "type": "RFID",
    "contract_id": "NL8ACC12E46L89",
    "issuer": "An eMSP",
    "valid": True,
    "whitelist": "ALLOWED",
    "last_updated": "2026-06-29T22:39:09Z",
}
"""A right Token with its required properties."""


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"visual_number": None, "energy_contract": None},
        {"energy_contract": {"supplier_name": "Sun"}},
        {"last_updated": "2026-06-29T22:39:09.123"},
        {"made_by": {"a": "program"}},
    ],
    ids=["required", "null", "nested", "time without Z", "own property"],
)
def test_right_objects(more: dict[str, Any]) -> None:
    """Required properties are enough; optional ones may be null, and other properties may be there."""
    assert problems("Token", TOKEN | more) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"uid": 12}, ['uid: 12 is not of type "string"']),
        ({"uid": "x" * 37}, [f'uid: "{"x" * 37}" is longer than 36 characters']),
        ({"uid": "é"}, ['uid: "é" does not match "^[\\x20-\\x7e]*$"']),
        ({"last_updated": "2026-06-29T22:39:09+00:00"}, ["last_updated: it is not a date and time of OCPI"]),
        ({"last_updated": "2026-02-30T22:39:09Z"}, ["last_updated: it is not a date and time of OCPI"]),
        ({"last_updated": None}, ['last_updated: null is not of type "string"']),
        ({"energy_contract": {}}, ['energy_contract: "supplier_name" is a required property']),
        ({"valid": "true"}, ['valid: "true" is not of type "boolean"']),
    ],
)
def test_wrong_objects(more: dict[str, Any], found: Sequence[str]) -> None:
    """Each problem is told with its place."""
    assert problems("Token", TOKEN | more) == found


def test_wrong_values_of_an_enumeration() -> None:
    """The problem lists the values that are allowed."""
    [problem] = problems("Token", TOKEN | {"type": "CARD"})
    assert problem.startswith('type: "CARD" is not one of')
    assert "AD_HOC_USER" in problem


def test_missing_properties() -> None:
    """Each required property that is missing is told; in a PATCH they may be missing."""
    assert problems("DisplayText", {"text": "x"}) == ['"language" is a required property']
    assert problems("DisplayText", {"text": "x"}, is_patch=True) == []
    assert problems("DisplayText", {"text": 1}, is_patch=True) == ['text: 1 is not of type "string"']


def test_lists() -> None:
    """A list with the cardinality + has an item at least."""
    assert problems("Credentials", {"token": "t", "url": "https://a", "roles": []}) == [
        "roles: [] has less than 1 item"
    ]


def test_credentials_tokens_are_not_told() -> None:
    """The text about a wrong credentials token does not have the token."""
    given = {"token": "secret" * 20, "url": "https://a", "roles": []}
    assert "secret" not in "".join(problems("Credentials", given))


def test_deep_values() -> None:
    """A value that is nested very deep is a problem, not an error."""
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert len(problems("DisplayText", {"text": deep, "language": "en"})) == 1


def test_unknown_properties_are_listed() -> None:
    """Properties that OCPI does not have are found at any depth."""
    given = {"uid": "1", "own": 1, "connectors": [{"id": "1"}, {"id": "2", "colour": "red"}]}
    assert unknown_properties("EVSE", given) == ["own", "connectors.1.colour"]
