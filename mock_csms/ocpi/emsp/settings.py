"""The settings of `mock-csms emsp`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mock_csms.ocpi.emsp.tokens import TokenTold, parse_token
from mock_csms.protocol.records import replace
from mock_csms.settings import roaming, values
from mock_csms.settings.color import color
from mock_csms.settings.flags import Form, Immutable, flag, part, switch
from mock_csms.settings.roaming import GivenPeer
from mock_csms.settings.texts import read_text

if TYPE_CHECKING:
    from mock_csms.behavior.expectations import Expectation
    from mock_csms.conformance.selection import Expected
    from mock_csms.ocpi.emsp.faults import OcpiRule

PARTY = ("US", "EMS")
PRESET_A = ("emsp_token_a_12345", "emsp_development_token_a")
"""The tokens with which a CPO may register, besides those of --token-a."""
PRESET_C = ("cpo_token_c_abcdef", "cpo_development_token_c", "test_token_c_123")
"""The tokens of clients that count as registered, without a handshake."""


def tokens(texts: Sequence[str]) -> tuple[TokenTold, ...]:
    """Parse uses of --token, or `@FILE` with one on each line."""
    lines = [
        line
        for text in texts
        for line in (read_text(text[1:]).split("\n") if text.startswith("@") else [text])
        if line.strip() and not (text.startswith("@") and line.lstrip().startswith("#"))
    ]
    return tuple(parse_token(line.strip()) for line in lines)


def given_cpos(path: str) -> tuple[GivenPeer, ...]:
    """Parse a file with tables [[peer]]; a peer of an eMSP is a CPO, unless the file says otherwise."""
    peers = roaming.given_peers(path)
    return tuple(replace(each, role="CPO") if each.role == "EMSP" else each for each in peers)


def ocpi_expectations(texts: Sequence[str], *, counted: bool = True) -> "Sequence[Expectation]":
    """Parse expectations."""
    from mock_csms.ocpi.emsp.happenings import parse_ocpi_expectation  # noqa: PLC0415 - most runs expect nothing

    return [parse_ocpi_expectation(text, counted=counted) for text in texts]


def ocpi_checks(text: str) -> str:
    """Parse a selection of checks."""
    from mock_csms.ocpi.emsp.checks.catalogue import select_ocpi  # noqa: PLC0415 - the help does not need it

    select_ocpi(text)
    return text


def ocpi_expected(path: str) -> "tuple[Expected, ...]":
    """Parse the file of expected findings at a path."""
    from mock_csms.conformance.selection import parse_expected  # noqa: PLC0415 - few runs have one
    from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS  # noqa: PLC0415 - as above

    try:
        return parse_expected(read_text(path), OCPI_CHECKS)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def ocpi_faults(tables: Sequence[Any]) -> "tuple[OcpiRule, ...]":
    """Parse uses of --fault."""
    from mock_csms.ocpi.emsp.faults import parse_rule  # noqa: PLC0415 - only users of faults wait for them

    return tuple(parse_rule(table["match"], table["fault"]) for table in tables)


@part
class EmspParty:
    """Who the eMSP is, and with whom it is registered."""

    title: ClassVar[str] = "party"

    party: tuple[str, str] = flag(
        PARTY, "country code and id of the eMSP", roaming.party, "CC*PID", shown="*".join(PARTY)
    )
    url: str | None = flag(
        None,
        "the URL at which other platforms reach the eMSP; without /ocpi at its end; without this flag the URLs in "
        "answers have the host that the client names",
        roaming.url,
        "URL",
    )
    token_a: tuple[str, ...] = flag(
        (),
        "a credentials token with which a CPO may register, once; @FILE reads it from a file; repeatable",
        roaming.credentials_tokens,
        "TOKEN|@FILE",
        repeated=True,
        is_secret=True,
    )
    peer: str | None = flag(
        None,
        "register with the CPO that has its versions at this URL; this is tried again until it succeeds",
        roaming.url,
        "URL",
    )
    peer_token: str | None = flag(
        None,
        "the credentials token for the registration with --peer; @FILE reads it from a file",
        roaming.credentials_token,
        "TOKEN|@FILE",
        needs=("peer",),
        is_secret=True,
    )
    registered: tuple[GivenPeer, ...] = flag(
        (),
        "CPOs that are registered already, so that no handshake is needed: a TOML file with a table [[peer]] for each "
        "(docs/ocpi-by-hand.md)",
        given_cpos,
        "FILE",
    )
    raw_token: bool = switch("send credentials tokens as they are, not in Base64")
    unregister: bool = switch("end all registrations (DELETE) when the eMSP stops")
    no_presets: bool = switch("do not accept the tokens that are preset for tutorials (docs/emsp.md)")
    trailing_slash: bool = switch("end the URLs of modules with a slash; some CPOs only append to them")
    open: bool = switch("serve every request; also without a token")


@part
class EmspAnswers:
    """What the eMSP answers."""

    title: ClassVar[str] = "answers"

    token: tuple[TokenTold, ...] = flag(
        (),
        "a token of the eMSP, and what it answers about it; STATUS is ALLOWED, BLOCKED, EXPIRED, NO_CREDIT, "
        "NOT_ALLOWED or UNKNOWN; the keys are type (RFID, APP_USER, AD_HOC_USER, OTHER), whitelist (ALWAYS, ALLOWED, "
        "ALLOWED_OFFLINE, NEVER), location and evse=A+B (the only ones where it is allowed), group, contract, issuer, "
        "visual, language, reference and text; @FILE reads one from each line; repeatable",
        tokens,
        "TAG=STATUS[,key=value,…]",
        repeated=True,
    )
    fault: "tuple[OcpiRule, ...]" = flag(
        (),
        "faults of answers",
        ocpi_faults,
        forms={
            "fault": Form(
                ("MATCH", "FAULT"),
                "break the answer to a request; MATCH is *, MODULE or MODULE.METHOD, such as sessions.put, then "
                "[path=value,…], *N or *=N, and @PARTY if wanted; several faults add up",
                lambda words: {"match": words[0], "fault": words[1]},
            )
        },
    )
    seed: int | None = flag(None, "make every random choice repeatable", values.integer(0, 2**63), "N", shown="random")


@part
class EmspVerdict:
    """What is expected of a CPO, and the end of a run."""

    title: ClassVar[str] = "verdict"

    expect: "Sequence[Expectation]" = flag(
        (),
        "exit with status 0 once this was seen, with status 1 if it was not; NAME is an object (session, cdr, "
        "location, evse, connector, tariff), registered, authorize, response, result, deleted, request, answer, or a "
        "request: MODULE.METHOD, such as sessions.put; COUNT is N, N.. (at least) or M..N",
        ocpi_expectations,
        "NAME[path=value,…][@PARTY][*COUNT]",
        repeated=True,
    )
    expect_order: bool = switch("the expectations must be met in the order given", needs=("expect",))
    forbid: "Sequence[Expectation]" = flag(
        (),
        "exit with status 1 as soon as this is seen; NAME is as in --expect",
        lambda texts: ocpi_expectations(texts, counted=False),
        "NAME[path=value,…][@PARTY]",
        repeated=True,
    )
    within: float = flag(
        60.0,
        "seconds from the first request within which all expectations must be met",
        values.number(above=True),
        "SEC",
        needs=("expect", "forbid"),
    )
    linger: float = flag(
        1.0,
        "go on answering after the last expectation was met; until nothing was seen for SEC seconds; 0 ends at once",
        values.number(),
        "SEC",
        needs=("expect", "forbid"),
    )
    wait_for_cpo: float = flag(
        60.0, "seconds to wait for the first request", values.number(above=True), "SEC", needs=("expect", "forbid")
    )
    duration: float | None = flag(
        None, "stop after this many seconds and judge what was seen until then", values.number(above=True), "SEC"
    )
    junit: str | None = flag(
        None,
        "write the verdict into this file as JUnit XML",
        values.text,
        "FILE",
        needs=("expect", "forbid", "fail_on_findings"),
    )
    expect_stations: ClassVar[int] = 1
    """How many parties must meet all expectations."""

    @property
    def wait_for_station(self) -> float:
        """How long to wait for somebody to come."""
        return self.wait_for_cpo


@part
class EmspConformance:
    """The checks of what a CPO sends."""

    title: ClassVar[str] = "conformance"

    checks: str = flag(
        "all",
        "which checks to run; ids, letters or subjects as listed by `mock-csms checks OCPI`; a leading - excludes",
        ocpi_checks,
        "all|none|GROUP,ID,-ID…",
    )
    tolerance: float = flag(4.0, "allowed deviation of clocks, in seconds", values.number(), "SEC")
    fail_on_findings: str | None = flag(
        None,
        "exit with status 1 if a finding has at least this severity",
        values.one_of(lambda: ("error", "warning")),
        "error|warning",
    )
    expected_findings: "tuple[Expected, ...]" = flag(
        (),
        "accept the known findings in this file; `ID` or `ID@PARTY` on each line; with --fail-on-findings, a listed "
        "finding that does not occur fails the run too",
        ocpi_expected,
        "FILE",
    )


@part
class EmspRecords:
    """What is shown and written."""

    title: ClassVar[str] = "records"

    events: str | None = flag(
        None, "write every exchange and every finding into this file as JSON Lines; - is stdout", values.text, "FILE"
    )
    ready_file: str | None = flag(None, "write the URL into this file as soon as the eMSP listens", values.text, "FILE")
    quiet: bool = switch("print only the first line and the verdict")
    verbose: bool = switch("print whole lines", short="-v", rivals=("quiet",))
    color: str = color()
    log_level: str = flag(
        "INFO",
        "lowest severity of the lines on stderr",
        values.one_of(lambda: ("DEBUG", "INFO", "WARNING", "ERROR")),
        "LEVEL",
    )


@part
class EmspSettings(EmspRecords, EmspConformance, EmspVerdict, EmspAnswers, EmspParty, Immutable):
    """The settings of one eMSP. (A dataclass lists the fields of its last base first.)"""
