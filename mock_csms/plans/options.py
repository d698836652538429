"""The options of a plan's command line: the station, the address of the mock, and the operator."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_csms.plans.cases import CERTIFICATE, FILES, LASTING, MEANS, PASSWORD, TLS
from mock_csms.plans.expected import OPTION, ExpectedFailure, read_expected_failures
from mock_csms.plans.operator import Operator, operator
from mock_csms.plans.passes import key_of
from mock_csms.plans.profile import VERSIONS, Profile, read_profile
from mock_csms.plans.reference import REFERENCES
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import DEFAULT
from mock_csms.settings.files import directory, listens
from mock_csms.settings.texts import read_text
from mock_csms.settings.values import reason_of

OPTIONS: Sequence[tuple[str, dict[str, Any]]] = (
    ("--station", {"metavar": "ID", "help": "identity of the station under test; this is the last segment of its URL"}),
    ("--profile", {"metavar": "FILE", "help": "TOML file with the profile of the station under test"}),
    (
        "--ocpp",
        {
            "metavar": "VERSION",
            "choices": VERSIONS,
            "help": "version of OCPP that the station speaks, 1.6, 2.0.1 or 2.1; default: the profile's, or 2.0.1",
        },
    ),
    ("--host", {"metavar": "HOST", "default": "127.0.0.1", "help": "address to listen on"}),
    (
        "--port",
        {"metavar": "PORT", "type": int, "help": "port to listen on; default: 9000, or a free port with --reference"},
    ),
    ("--operator", {"metavar": "WHO", "help": "who performs actions at the station; prompt, exec:COMMAND or http:URL"}),
    (
        "--reference",
        {
            "action": "store_true",
            "help": "start mock-station as the station under test; it also performs the actions of the operator",
        },
    ),
    (
        "--misbehave",
        {
            "metavar": "KIND",
            "action": "append",
            "default": [],
            "help": "let the reference station break the rules in this way; repeatable; see mock-station misbehaviours",
        },
    ),
    (
        "--reference-flags",
        {"metavar": "FLAGS", "default": "", "help": "more flags for the mock-station of --reference"},
    ),
    (
        "--fail-on-findings",
        {
            "choices": ["error", "warning"],
            "help": "fail a case if a conformance check reports a finding of at least this severity during it",
        },
    ),
    (
        "--files",
        {
            "metavar": "DIR",
            "help": "serve the files of this directory to the station; firmware.bin is firmware that it can install",
        },
    ),
    (
        "--files-listen",
        {
            "metavar": "ADDRESS",
            "action": "append",
            "default": [],
            "help": "where --files listens, as the flag of mock-csms: [SCHEME://][HOST:]PORT; repeatable",
        },
    ),
    (
        "--password-file",
        {"metavar": "FILE", "help": "the first line of this file is the station's password for Basic authentication"},
    ),
    (
        "--tls",
        {
            "metavar": "DIR",
            "help": "serve wss:// beside ws://; its test authority is kept in DIR; stations must trust root.pem there",
        },
    ),
    (
        "--for-good",
        {
            "action": "store_true",
            "help": "also run, at the end, the case that changes the station for good: it raises its security profile",
        },
    ),
    ("--case", {"metavar": "ID", "action": "append", "default": [], "help": "run only this case; repeatable"}),
    (
        "--report",
        {"metavar": "FILE", "help": "write an HTML page about the run: the station, and the result of each case"},
    ),
    (
        OPTION,
        {
            "metavar": "FILE",
            "help": "the cases in this file may fail, and must not pass; on each line `ID`, or `ID TEXT` with a text "
            "of the failure",
        },
    ),
    (
        "--only-open",
        {"action": "store_true", "default": False, "help": "run only the cases that this station has not passed yet"},
    ),
)
"""The flags, each with the keyword arguments for argparse."""


class Options(Record):
    """The options, checked and parsed."""

    profile: Profile
    operator: Operator | None
    host: str
    port: int
    reference_flags: Sequence[str] | None
    """The flags of the reference station; None if another station is under test."""
    settings: Mapping[str, Any]
    """The settings of the mock for its file server and for TLS; empty without both."""
    key: str
    """The key of the station in pytest's cache."""
    expected: Mapping[str, ExpectedFailure]
    """The cases that are known to fail, by id."""
    is_for_good: bool = False
    """Whether cases may change the station for good."""

    @property
    def means(self) -> Collection[str]:
        """The needs in MEANS that the options provide."""
        has_tls = "tls" in self.settings
        given = {FILES: "files" in self.settings, PASSWORD: self.profile.password, TLS: has_tls, CERTIFICATE: has_tls}
        given[LASTING] = self.is_for_good
        return MEANS if self.reference_flags is not None else [need for need, is_given in given.items() if is_given]


_OF_ONE_STATION = ("--port", "--files-listen", "--tls", "--operator")
"""The options that do not work with several mocks and reference stations at the same time."""


def read_options(given: Any) -> Options:
    """Return the options that argparse has parsed. Raises ValueError, in one line, for wrong options."""
    _check_workers(given)
    settings = {**_files(given), **({"tls": "auto", "state_dir": given.tls} if given.tls else {})}
    who = operator(given.operator) if given.operator else None
    expected = _expected(given)
    _check_report(given)
    flags = [word for kind in given.misbehave for word in ("--misbehave", kind)] + shlex.split(given.reference_flags)
    if given.reference:
        _check_reference(given)
    elif flags:
        raise ValueError("--misbehave and --reference-flags need --reference")
    profile = REFERENCES[given.ocpp or DEFAULT.name] if given.reference else _profile(given)
    path = str(Path(given.profile).resolve()) if given.profile else ""
    own = key_of(profile.identity, path, profile.version, is_reference=given.reference)
    port = given.port if given.port is not None else 0 if given.reference else 9000
    own_flags = flags if given.reference else None
    return Options(profile, who, given.host, port, own_flags, settings, own, expected, given.for_good)


def has_workers(given: Any) -> bool:
    """Whether the options of pytest-xdist ask for several processes."""
    return bool(getattr(given, "tx", None))


def _check_workers(given: Any) -> None:
    if not has_workers(given):
        return
    if not given.reference:
        raise ValueError("-n needs --reference: a station can run only one case at a time")
    for option in _OF_ONE_STATION:
        if getattr(given, option.removeprefix("--").replace("-", "_")):
            raise ValueError(f"-n starts several mocks, each with its own reference station: leave out {option}")


def _check_reference(given: Any) -> None:
    if given.station or given.profile:
        raise ValueError("--reference starts its own station: leave out --station and --profile")
    if given.password_file:
        raise ValueError("--reference has its own password: leave out --password-file")


def _profile(given: Any) -> Profile:
    """Return the profile of the station under test."""
    if given.profile:
        profile = read_profile(given.profile)
        profile = replace(profile, identity=given.station) if given.station else profile
        profile = replace(profile, version=given.ocpp) if given.ocpp else profile
    elif given.station:
        profile = Profile(given.station, version=given.ocpp or DEFAULT.name)
    else:
        raise ValueError(
            "no station given: use --station ID, --profile FILE, or --reference for the built-in mock-station"
        )
    return replace(profile, password=_password(given))


def _expected(given: Any) -> Mapping[str, ExpectedFailure]:
    """Return the expected failures, by case."""
    if not given.expected_failures:
        return {}
    try:
        return read_expected_failures(given.expected_failures)
    except ValueError as error:
        raise ValueError(f"{OPTION}: {error}") from None


def _check_report(given: Any) -> None:
    """Raise ValueError if the report cannot be written; it is written at the end of a run, which may take hours."""
    if not given.report:
        return
    try:
        with Path(given.report).open("ab"):
            pass
    except OSError as error:
        raise ValueError(f"--report: cannot write {given.report!r}: {reason_of(error)}") from None


def _password(given: Any) -> str:
    """Return the password in the file of --password-file; "" without the option."""
    if not given.password_file:
        return ""
    try:
        return read_text(given.password_file).partition("\n")[0].rstrip("\r")
    except ValueError as error:
        raise ValueError(f"--password-file: {error}") from None


def _files(given: Any) -> Mapping[str, Any]:
    if given.files_listen and not given.files:
        raise ValueError("--files-listen needs --files")
    if not given.files:
        return {}
    for option, parse, value in (("--files", directory, given.files), ("--files-listen", listens, given.files_listen)):
        try:
            parse(value)
        except ValueError as error:
            raise ValueError(f"{option}: {error}") from None
    return {"files": given.files} | ({"files_listen": given.files_listen} if given.files_listen else {})
