"""The subcommand `mock-csms pki`: writes the test authority of `--tls auto`, with all right and wrong certificates."""

from collections.abc import Sequence
from dataclasses import dataclass

from mock_csms.commands.arguments import command_line_source, parser_for
from mock_csms.commands.stdout import Stdout
from mock_csms.runtime import clock
from mock_csms.runtime.pki.folder import OTHER_ROOT, Holder, PkiFolder
from mock_csms.runtime.pki.making import ORGANIZATION
from mock_csms.runtime.pki.names import server_names
from mock_csms.runtime.pki.wrong import OF_SERVER
from mock_csms.settings import encryption, values
from mock_csms.settings.flags import flag, read
from mock_csms.watch.statuses import Status, to_stderr

DESCRIPTION = (
    "Writes the files of a test authority: the root for stations to trust, certificates of the mock and of a station, "
    "and in DIR/wrong one certificate for each way to be wrong. `mock-csms --tls auto --state-dir DIR` uses them."
)
_LONGEST_NAME = 64


@dataclass(frozen=True, kw_only=True)
class PkiSettings:
    """The settings of `mock-csms pki`."""

    host: str = flag("127.0.0.1", "the --host of the mock", values.text, "HOST")
    tls_name: tuple[str, ...] = flag(
        (),
        "a host name or an IP address under which stations reach the mock; repeatable",
        encryption.names,
        "NAME|IP",
        repeated=True,
    )
    serial_number: str = flag(
        Holder().serial_number,
        "the serial number of the station that station.pem is for",
        values.no_longer_than(lambda: _LONGEST_NAME),
        "TEXT",
    )
    organization: str = flag(
        ORGANIZATION,
        "the operator of the station: OrganizationName in its SecurityCtrlr",
        values.no_longer_than(lambda: _LONGEST_NAME),
        "TEXT",
    )


def pki(arguments: Sequence[str]) -> int:
    """Write the files, print their names, and return the exit status."""
    parser = parser_for("mock-csms pki", DESCRIPTION, PkiSettings)
    parser.add_argument("directory", metavar="DIR", help="where to write; files that are there and valid are kept")
    parsed = vars(parser.parse_args(arguments))
    try:
        values.text(parsed["directory"])
        settings = read(PkiSettings, [command_line_source(PkiSettings, parsed)])
    except ValueError as error:
        parser.error(str(error))
    holder = Holder(serial_number=settings.serial_number, organization=settings.organization)
    names = server_names(settings.host, settings.tls_name)
    folder = PkiFolder(parsed["directory"], names, clock.now(), holder)
    try:
        folder.make()
        folder.make_wrong([*OF_SERVER, OTHER_ROOT])
        folder.make_wrong_stations()
    except OSError as error:
        to_stderr(f"{parser.prog}: error: {error.filename or parsed['directory']}: {values.reason_of(error)}\n")
        return Status.NOT_WRITTEN
    out = Stdout()
    out.write("".join(f"{line}\n" for line in folder.lines()).encode())
    return out.status
