"""The options of a plan's command line: the station, the address of the mock, and the operator."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mock_csms.plans.cases import CERTIFICATE, FILES, MEANS, PASSWORD, TLS
from mock_csms.plans.operator import Operator, operator
from mock_csms.plans.profile import Profile, read_profile
from mock_csms.plans.reference import REFERENCE
from mock_csms.protocol.records import Record, replace
from mock_csms.settings.files import directory, listens
from mock_csms.settings.texts import read_text

OPTIONS: Sequence[tuple[str, dict[str, Any]]] = (
    ("--station", {"metavar": "ID", "help": "identity of the station under test; this is the last segment of its URL"}),
    ("--profile", {"metavar": "FILE", "help": "TOML file with the profile of the station under test"}),
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
    ("--case", {"metavar": "ID", "action": "append", "help": "run only this case; repeatable"}),
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

    @property
    def means(self) -> Collection[str]:
        """The needs of cases, of those in MEANS, that the options provide."""
        has_tls = "tls" in self.settings
        given = {FILES: "files" in self.settings, PASSWORD: self.profile.password, TLS: has_tls, CERTIFICATE: has_tls}
        return MEANS if self.reference_flags is not None else [need for need, is_given in given.items() if is_given]


def read_options(given: Any) -> Options:
    """Return the options that argparse has parsed. Raises ValueError, in one line, for wrong options."""
    if given.reference and (given.station or given.profile):
        raise ValueError("--reference starts its own station: leave out --station and --profile")
    flags = [word for kind in given.misbehave for word in ("--misbehave", kind)] + shlex.split(given.reference_flags)
    if given.reference and given.password_file:
        raise ValueError("--reference has its own password: leave out --password-file")
    if flags and not given.reference:
        raise ValueError("--misbehave and --reference-flags need --reference")
    settings = {**_files(given), **({"tls": "auto", "state_dir": given.tls} if given.tls else {})}
    who = operator(given.operator) if given.operator else None
    if given.reference:
        return Options(REFERENCE, who, given.host, given.port or 0, flags, settings)
    if given.profile:
        profile = read_profile(given.profile)
        profile = replace(profile, identity=given.station) if given.station else profile
    elif given.station:
        profile = Profile(given.station)
    else:
        raise ValueError(
            "no station given: use --station ID, --profile FILE, or --reference for the built-in mock-station"
        )
    profile = replace(profile, password=_password(given))
    return Options(profile, who, given.host, 9000 if given.port is None else given.port, None, settings)


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
