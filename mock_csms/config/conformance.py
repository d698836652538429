"""What stations are judged by, and what is made of the findings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mock_csms import values
from mock_csms.flags import flag, switch
from mock_csms.texts import read_text

if TYPE_CHECKING:
    from mock_csms.conformance.selection import Expected


def checks(text: str) -> str:
    """Take a selection of checks."""
    if text not in ("all", "none"):  # most people's start does not wait for the table
        from mock_csms.conformance.selection import select  # noqa: PLC0415 - see above

        select(text)
    return text


def expected(path: str) -> "tuple[Expected, ...]":
    """Take the path of a file of expected findings."""
    from mock_csms.conformance.selection import parse_expected  # noqa: PLC0415 - as above

    try:
        return parse_expected(read_text(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Conformance:
    """What stations are judged by, and what is made of the findings."""

    title: ClassVar[str] = "conformance"

    checks: str = flag(
        "all",
        "which conformance checks look at the stations: ids, letters or subjects of `mock-csms checks`, with - before "
        "those that do not",
        checks,
        "all|none|GROUP,ID,-ID…",
    )
    tolerance: float = flag(4.0, "how wrong times and intervals may be", values.number(), "SEC")
    fail_on_findings: str | None = flag(
        None,
        "end with status 1 when there were findings at least as grave",
        values.one_of(lambda: ("error", "warning")),
        "error|warning",
    )
    expected_findings: "tuple[Expected, ...]" = flag(
        (),
        "findings that are known and accepted, `ID` or `ID@STATION` on each line; one that does not come is told, and "
        "fails like one that should not have come",
        expected,
        "FILE",
    )


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Knowledge:
    """How more is known of stations than what they tell by themselves."""

    title: ClassVar[str] = "conformance"

    learn: bool = switch(
        "read the device model of each station once, after its first Accepted boot, for the checks that need it"
    )
    state_dir: str | None = flag(
        None,
        "keep in this directory what must be unique across runs: ids of messages and transactions, last registers",
        values.text,
        "DIR",
    )
