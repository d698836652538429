"""Every setting of the mock. A field is a flag and a row of docs/flags.md; a new setting is a new field.

Each file of this folder has the fields of one subject: one `part` of `Config`.
"""

from dataclasses import fields, replace

from mock_csms.settings.answers import Answers
from mock_csms.settings.authorization import Authorization
from mock_csms.settings.commands import Commands
from mock_csms.settings.conformance import Conformance, Knowledge
from mock_csms.settings.control import RunTimeControl
from mock_csms.settings.encryption import Encryption
from mock_csms.settings.files import FileServer
from mock_csms.settings.flags import Immutable, part
from mock_csms.settings.listening import Listening
from mock_csms.settings.ocpi_objects import RoamingObjects
from mock_csms.settings.policies import Policies
from mock_csms.settings.records import Records
from mock_csms.settings.roaming import Roaming
from mock_csms.settings.rules import RulesAndFaults
from mock_csms.settings.signing import CertificateRequests
from mock_csms.settings.verdict import Verdict


@part
class Config(
    RoamingObjects,
    Roaming,
    RunTimeControl,
    Records,
    Knowledge,
    Conformance,
    Verdict,
    Policies,
    Commands,
    RulesAndFaults,
    Authorization,
    FileServer,
    CertificateRequests,
    Answers,
    Encryption,
    Listening,
    Immutable,
):
    """The settings of one mock. (A dataclass lists the fields of its last base first.)

    The order matters: the rules of a later setting override those of an earlier one.
    """

    def __repr__(self) -> str:
        """Return the names of the settings that are not at their defaults. Their values may be secret."""
        names = [setting.name for setting in fields(self) if getattr(self, setting.name) != setting.default]
        return f"Config({', '.join(f'{name}=…' for name in names)})"


_FIXED_PARTS = (Listening, Encryption, FileServer, Records, Verdict, Knowledge, RunTimeControl, Roaming, RoamingObjects)
_NOT_FIXED = {"tls_fault", "security_profile", "files_fault"}
FIXED = frozenset(setting.name for each in _FIXED_PARTS for setting in fields(each)) - _NOT_FIXED | {
    "seed",
    "command",
    "delay",
    "period",
    "commands",
    "payload",
    "payload_raw",
    "script",
    "after",
    "station",
    "rerun_commands",
    "fail_on_findings",
    "ocpi_tariff",
    "expected_findings",
}
"""The settings that are read only when the mock starts; a change takes effect after a restart."""


def with_fixed(before: Config, after: Config) -> Config:
    """Return the settings for a running mock: those of `after`, but those that need a restart are from `before`."""
    return replace(after, **{name: getattr(before, name) for name in FIXED})
