"""The settings of conformance checks and their findings."""

from typing import TYPE_CHECKING, ClassVar

from mock_csms.settings import values
from mock_csms.settings.flags import flag, part, switch
from mock_csms.settings.texts import read_text

if TYPE_CHECKING:
    from mock_csms.conformance.selection import Expected


def checks(text: str) -> str:
    """Parse a selection of checks."""
    if text not in ("all", "none"):  # loading the table of checks would delay most starts
        from mock_csms.conformance.selection import select  # noqa: PLC0415 - see above

        select(text)
    return text


def expected(path: str) -> "tuple[Expected, ...]":
    """Parse the file of expected findings at a path."""
    from mock_csms.conformance.selection import parse_expected  # noqa: PLC0415 - as above

    try:
        return parse_expected(read_text(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


@part
class Conformance:
    """The settings of conformance checks and their findings."""

    title: ClassVar[str] = "conformance"

    checks: str = flag(
        "all",
        "which conformance checks to run; ids, letters or subjects as listed by `mock-csms checks`; a leading - "
        "excludes",
        checks,
        "all|none|GROUP,ID,-ID…",
    )
    tolerance: float = flag(4.0, "allowed deviation of times and intervals, in seconds", values.number(), "SEC")
    fail_on_findings: str | None = flag(
        None,
        "exit with status 1 if a finding has at least this severity",
        values.one_of(lambda: ("error", "warning")),
        "error|warning",
    )
    expected_findings: "tuple[Expected, ...]" = flag(
        (),
        "accept the known findings in this file; `ID` or `ID@STATION` on each line; with --fail-on-findings, a listed "
        "finding that does not occur fails the run too",
        expected,
        "FILE",
    )


@part
class Knowledge:
    """The settings by which the mock asks stations for more facts than they report unasked."""

    title: ClassVar[str] = "conformance"

    learn: bool = switch(
        "ask each station for its device model once; after its first Accepted BootNotification, for the checks that "
        "need it"
    )
    state_dir: str | None = flag(
        None,
        "remember across runs what must be unique; message ids, transaction ids and last meter registers are kept in "
        "this directory",
        values.text,
        "DIR",
    )
