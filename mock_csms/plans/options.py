"""The options of a plan's command line: the station, the address of the mock, and the operator."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.plans.operator import Operator, operator
from mock_csms.plans.profile import Profile, read_profile
from mock_csms.plans.reference import REFERENCE
from mock_csms.protocol.records import Record, replace
from mock_csms.settings.files import directory, listens

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
    files: Mapping[str, Any]
    """The settings of the mock for its file server; empty without one."""


def read_options(given: Any) -> Options:
    """Return the options that argparse has parsed. Raises ValueError, in one line, for wrong options."""
    if given.reference and (given.station or given.profile):
        raise ValueError("--reference starts its own station: leave out --station and --profile")
    flags = [word for kind in given.misbehave for word in ("--misbehave", kind)] + shlex.split(given.reference_flags)
    if flags and not given.reference:
        raise ValueError("--misbehave and --reference-flags need --reference")
    files = _files(given)
    who = operator(given.operator) if given.operator else None
    if given.reference:
        return Options(REFERENCE, who, given.host, given.port or 0, flags, files)
    if given.profile:
        profile = read_profile(given.profile)
        profile = replace(profile, identity=given.station) if given.station else profile
    elif given.station:
        profile = Profile(given.station)
    else:
        raise ValueError(
            "no station given: use --station ID, --profile FILE, or --reference for the built-in mock-station"
        )
    return Options(profile, who, given.host, 9000 if given.port is None else given.port, None, files)


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
