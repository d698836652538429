"""Test cases: the decorator `case`, the row that it writes, and the conditions under which a case applies."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.plans.operator import ACTIONS, Operator
from mock_csms.plans.preparing import NotJudged, judged
from mock_csms.plans.profile import FEATURE, VERSIONS, Profile
from mock_csms.plans.station import Station
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record

if TYPE_CHECKING:
    import pytest

_NOT, _OR = "not ", " or "
FILES, PASSWORD, TLS, CERTIFICATE, LASTING = "files", "password", "tls", "certificate", "for-good"
MEANS: Mapping[str, str] = {
    FILES: "needs a file server; see --files",
    PASSWORD: "needs the password of the station; see --password-file",
    TLS: "needs wss://; see --tls",
    CERTIFICATE: "needs a certificate for the station; see --tls",
    LASTING: "changes the station for good; see --for-good",
}
"""The needs of a case that an option of the plans provides, each with the reason for a skip without it."""

Function: TypeAlias = Callable[..., Awaitable[None]]


class Case(Record):
    """One case of a plan."""

    id: str
    use_case: str
    """The use cases of OCPP 2.0.1 Part 2 that the case tests: `B01, B02`; in 1.6 the names of its operations."""
    requirement: str
    """The requirements that it proves: `B01.FR.01`, in 1.6 the sections: `4.2, errata 3.22`; "" if it names none."""
    needs: tuple[str, ...]
    """Actions of the operator (`plug`), features that the station must have (`C-13`) or must not have (`not C-13`),
    several of which one is enough (`C-13 or not C-14`), and those of MEANS: `files`, `password` and so on."""
    fails_with: Mapping[str, str]
    """Proof that the case can fail: flags of the reference station, each with a regular expression for the failure."""
    where: str
    """The function of the case, as `FILE:NAME`."""
    provokes: tuple[str, ...] = ()
    """Checks whose findings are expected: in this case the operator makes the station send unusual messages."""
    begins_with_boot: bool = False
    """Whether its first step boots the station; a reboot that is due because of an earlier case waits for it."""
    versions: tuple[str, ...] = VERSIONS[1:]
    """The versions of OCPP that it is for."""
    proves: str = ""
    """What it proves: the first paragraph of the docstring of its function."""

    @property
    def function(self) -> str:
        """The end of the id that pytest gives it: `FILE::NAME`, without the folder."""
        file, _, name = self.where.rpartition(":")
        return f"{Path(file).name}::{name}"

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that an operator must perform for it."""
        return tuple(need for need in self.needs if need in ACTIONS)

    def lacking(self, profile: Profile) -> Iterator[str]:
        """Yield each reason why the case does not apply to a station with this profile."""
        if profile.version not in self.versions:
            yield f"applies only to stations that speak OCPP {' or '.join(self.versions)}"
        for need in self.needs:
            if need in MEANS or need in ACTIONS or any(_is_met(each, profile) for each in need.split(_OR)):
                continue
            if need.startswith(_NOT) and _OR not in need:
                yield f"applies only to stations without {need.removeprefix(_NOT)}"
            else:
                yield f"the profile of the station does not have {need}"

    def obstacles(self, operator: Operator | None, means: Collection[str] = ()) -> Iterator[str]:
        """Yield each reason why the case cannot be run: an operator or an option is missing. `means` are of MEANS."""
        for need in self.needs:
            if need in MEANS:
                if need not in means:
                    yield MEANS[need]
            elif need in ACTIONS:
                if operator is None:
                    yield f"needs an operator ({need}); see --operator"
                elif not operator.can(need):
                    yield f"the operator cannot {need}"


def _is_met(feature: str, profile: Profile) -> bool:
    """Whether the profile fulfils a need: the station has the feature, or lacks it if the need is `not …`."""
    return profile.has(feature.removeprefix(_NOT)) != feature.startswith(_NOT)


CASES: dict[str, Case] = {}
"""Every case whose module was imported, by id."""
_BOOTING: set[Function] = set()
"""The functions whose first step boots the station."""
_OF_VERSIONS: dict[Function, tuple[str, ...]] = {}
"""The functions of cases that are not for every version of OCPP 2.x, with the versions that they are for."""
_ROWS: dict[Function, Case] = {}
"""The same cases by function. (A mark of pytest cannot do this: programs that only read cases do not register it.)"""


def begins_with_boot(function: Function) -> Function:
    """Say that the first step of a case boots the station. Stands between `case` and the function."""
    _BOOTING.add(function)
    return function


def for_versions(*versions: str) -> Callable[[Function], Function]:
    """Say which versions of OCPP a case is for; without it, every version of 2.x. Stands as `begins_with_boot`."""

    def mark(function: Function) -> Function:
        _OF_VERSIONS[function] = versions
        return function

    return mark


def case(
    id_: str,
    *,
    use_case: str,
    fails_with: Mapping[str, str],
    requirement: str = "",
    needs: tuple[str, ...] = (),
    provokes: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Make a case of an asynchronous function with the parameter `station`; its docstring says what it proves.

    `fails_with` maps a misbehaviour of the reference station (`no-boot`, `no-boot@2`) or its flags (`--variable …`) to
    a regular expression that the text of the failure must match. The other parameters are the fields of `Case`. Raises
    ValueError for an unknown need, an empty `fails_with`, or an id that another function already has.
    """
    _check_row(id_, needs, fails_with)

    def mark(function: Function) -> Function:
        import pytest  # noqa: PLC0415 - only programs with cases need it

        where = f"{function.__code__.co_filename}:{function.__name__}"
        proves, boots = _first_paragraph(function), function in _BOOTING
        versions = _OF_VERSIONS.get(function, VERSIONS[1:])
        row = Case(id_, use_case, requirement, needs, fails_with, where, provokes, boots, versions, proves)
        if CASES.setdefault(id_, row).where != where:
            raise ValueError(f"{id_} is defined twice: {CASES[id_].where} and {where}")

        @wraps(function)
        async def run(station: Station, **fixtures: Any) -> None:
            __tracebackhide__ = True
            await _run(function(station=station, **fixtures), station)

        _ROWS[run] = row
        return pytest.mark.asyncio(loop_scope="session")(run)  # type: ignore[no-any-return] # pytest's marks are untyped

    return mark


def _check_row(id_: str, needs: tuple[str, ...], fails_with: Mapping[str, str]) -> None:
    """Raise ValueError for an unknown need or an empty `fails_with`, and re.error for a wrong pattern."""
    for need in needs:
        features = [each.removeprefix(_NOT) for each in need.split(_OR)]
        if need not in (*ACTIONS, *MEANS) and not all(map(FEATURE.fullmatch, features)):
            raise ValueError(
                f"{id_}: {need!r} is neither an action nor a feature, nor one of {', '.join(MEANS)}"
                f"{did_you_mean(need, ACTIONS)}"
            )
    if not fails_with:
        raise ValueError(f"{id_}: a case that cannot fail proves nothing")
    for pattern in fails_with.values():
        re.compile(pattern)


def _first_paragraph(function: Function) -> str:
    return " ".join((function.__doc__ or "").strip().partition("\n\n")[0].split())


async def _run(work: Awaitable[None], station: Station) -> None:
    """Run a case within its time limit, and clean up; add the messages of the case to a failure."""
    import pytest  # noqa: PLC0415 - as above

    __tracebackhide__ = True
    limit = station.profile.timeouts.case
    try:
        async with asyncio.timeout(limit) as time:
            await work
    except Exception as error:
        is_late = isinstance(error, TimeoutError) and time.expired()
        failure = judged(AssertionError(f"the case did not end within {limit:g} s") if is_late else error, station)
        failure = _masked(failure, station)
        failure.add_note(station.transcript())
        await station.finish()
        if failure is error:
            raise
        raise failure from None
    reason = await station.finish()
    if reason:
        pytest.fail(reason, pytrace=False)


def _masked(failure: Exception, station: Station) -> Exception:
    """Return the failure with the secrets in its text masked; the same failure if it has none."""
    text = f"{failure}"
    masked = station.csms.mask(text)
    if masked == text:
        return failure
    kind = type(failure) if isinstance(failure, NotJudged) else AssertionError
    return kind(masked).with_traceback(failure.__traceback__)


def case_of(item: "pytest.Item") -> Case | None:
    """Return the case of a test; None if the test is not a case."""
    import pytest  # noqa: PLC0415 - as above

    return _ROWS.get(item.function) if isinstance(item, pytest.Function) else None
