"""Tables of the documentation about test plans."""

import re
from collections.abc import Iterable
from pathlib import Path

from scripts.settings_tables import all_flags

PLANS = Path(__file__).parent.parent / "e2e-plans"


def plan_options() -> Iterable[tuple[str, ...]]:
    """Return a row for every option of plans."""
    from mock_csms.plans.options import OPTIONS

    yield "option", "meaning"
    for name, how in OPTIONS:
        yield f"`{name} {how.get('metavar', '')}".rstrip() + "`", str(how["help"])


def plan_profile() -> Iterable[tuple[str, ...]]:
    """Return a row for every flag of `mock-csms profile`."""
    from mock_csms.commands.profile import ProfileSettings

    return all_flags(ProfileSettings)


def plan_summary() -> Iterable[tuple[str, ...]]:
    """Return the number of cases by status."""
    from mock_csms.plans.catalogue import summary

    return summary(PLANS)


def plan_matrix() -> Iterable[tuple[str, ...]]:
    """Return a row for every planned case."""
    from mock_csms.plans.catalogue import matrix

    return matrix(PLANS)


def plan_actions() -> Iterable[tuple[str, ...]]:
    """Return a row for every action of an operator."""
    from mock_csms.plans.operator import ACTIONS

    yield "action", "what is to be done"
    for name, text in ACTIONS.items():
        yield f"`{name}`", text


def plan_verdicts() -> Iterable[tuple[str, ...]]:
    """Return a row for every verdict about a case."""
    from mock_csms.plans.results import MEANINGS

    yield "verdict", "what it means"
    for verdict, meaning in MEANINGS.items():
        yield str(verdict), meaning


def plan_states() -> Iterable[tuple[str, ...]]:
    """Return a row for every state of Part 6: the step that leads to it, or why there is no step."""
    from mock_csms.plans.v2.states import NOT_YET, STATES

    yield "state of Part 6", "step", "what holds then"
    for name, functions in STATES.items():
        for function in functions:
            summary = str(function.__doc__).partition("\n")[0]
            yield f"`{name}`", f"`states.{function.__name__}`", re.sub(rf"^{name}( [AB])?: |\.$", "", summary)
    for name, why in NOT_YET.items():
        yield f"`{name}`", "not yet", why
