"""The subcommands about the catalogue of checks: `mock-csms checks` prints the table, `mock-csms explain` one check."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from mock_csms.conformance import CHECKS
from mock_csms.protocol.records import Record


class Explanation(Record):
    """What a check wants, what usually breaks it, and examples; `given`: the variables that the mock must know."""

    wants: str
    cause: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    given: Mapping[str, str]


def explanation_of(id_: str) -> Explanation:
    """Return the explanation of a check."""
    return explanations(CHECKS[id_].subject)[id_]


def explanations(subject: str) -> Mapping[str, Explanation]:
    """Return the explanations of the checks of a subject, by their ids."""
    name = f"{subject.replace(' ', '_')}.toml"
    text = files("mock_csms.conformance").joinpath("explanations", name).read_text("utf-8")
    return {id_: _explanation(row) for id_, row in tomllib.loads(text).items()}


def _explanation(row: Mapping[str, object]) -> Explanation:
    wants, cause = (" ".join(str(row[key]).split()) for key in ("wants", "cause"))
    return Explanation(wants, cause, tuple(row["right"]), tuple(row["wrong"]), row.get("given", {}))
