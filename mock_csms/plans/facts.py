"""The facts about a run for its report: the station, its profile, the run itself, and the options. No secrets."""

import platform
import re
import shlex
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from mock_csms.behavior.secrets import Secrets
from mock_csms.plans.operator import OPERATORS
from mock_csms.plans.options import OPTIONS, Options
from mock_csms.plans.profile import Profile
from mock_csms.plans.results import CaseResult
from mock_csms.plans.v2.features import FEATURES
from mock_csms.plans.v2.tokens import token_text
from mock_csms.protocol.records import asdict
from mock_csms.protocol.release import VERSION

_OF_PYTEST: Mapping[str, str] = {"keyword": "-k", "numprocesses": "-n", "lf": "--lf", "deselect": "--deselect"}
"""Options of pytest that select or distribute cases, by their names in the parsed options."""
_PASSWORD = re.compile(r"(--[\w-]*(?:password|secret)[\w-]*[ =])\S+")

Facts: TypeAlias = dict[str, Mapping[str, str]]
"""The groups of facts by their titles."""
PROFILE = "Profile"


def facts_of(options: Options, given: Any, results: Collection[CaseResult], times: Mapping[str, str]) -> Facts:
    """Return the groups of facts; `given` are the options that argparse has parsed, `times` when it began and ended."""
    secrets = Secrets()
    if options.profile.password:
        secrets.hide(options.profile.password)
    groups = {
        "Station": _station(options, results),
        "Run": {**times, **_run(options.profile.version, results)},
        "Options": _options(given),
        PROFILE: _profile(options.profile),
    }
    return {title: {name: secrets.words(text) for name, text in facts.items()} for title, facts in groups.items()}


def _station(options: Options, results: Collection[CaseResult]) -> Mapping[str, str]:
    """Return what the station last reported about itself, and its identity."""
    said = next((each.station for each in reversed([*results]) if len(each.station) > 1), {})
    kind = "mock-station, the reference station" if options.reference_flags is not None else ""
    return {"identity": options.profile.identity, "kind": kind, **{k: v for k, v in said.items() if k != "identity"}}


def _run(ocpp: str, results: Collection[CaseResult]) -> Mapping[str, str]:
    seeds = ", ".join(dict.fromkeys(str(each.seed) for each in results if each.seed))
    versions = f"mock-csms {VERSION}, Python {platform.python_version()}"
    return {"OCPP": ocpp, "versions": versions, "seed of the mock": seeds}


def _profile(profile: Profile) -> Mapping[str, str]:
    titles = {each.id: f" {each.title}" for each in FEATURES}
    features = "; ".join(f"{id_}{titles.get(id_, '')}" for id_ in sorted(profile.features))
    return {
        "EVSEs": "; ".join(f"EVSE {n} with {_connectors(most)}" for n, most in enumerate(profile.connectors, 1)),
        "features": features or "none",
        "authorization": profile.authorization,
        "firmware": profile.firmware,
        "logs": profile.logs,
        "URL of the mock": profile.url,
        "slots": ", ".join(map(str, profile.slots)),
        "interface": profile.interface,
        "tokens": ", ".join(f"{kind} {token_text(token)}" for kind, token in profile.tokens.items()),
        "customer": profile.customer,
        "timeouts": ", ".join(f"{name} {seconds:g} s" for name, seconds in asdict(profile.timeouts).items()),
    }


def _connectors(count: int) -> str:
    return f"{count} connector{'' if count == 1 else 's'}"


def _options(given: Any) -> Mapping[str, str]:
    """Return the options that differ from their defaults. Of an operator's command only the kind is shown."""
    found: dict[str, str] = {}
    for name, how in OPTIONS:
        value = getattr(given, name.removeprefix("--").replace("-", "_"))
        if value not in (how.get("default"), None, False, []):
            found[name] = _shown(value)
    for attribute, name in _OF_PYTEST.items():
        if value := getattr(given, attribute, None):
            found[name] = _shown(value)
    if given.operator and given.operator.partition(":")[0] == OPERATORS[1]:
        found["--operator"] = f"{OPERATORS[1]}: {shlex.split(given.operator.partition(':')[2])[0]} …"
    return found


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "yes" if value is True else str(value)
    return _PASSWORD.sub(r"\1***", text)
