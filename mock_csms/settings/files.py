"""The file server: where stations get firmware, and where they put logs."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, NamedTuple

from mock_csms.behavior.file_faults import FILE_FAULTS, SLOW, FileFault
from mock_csms.settings import values
from mock_csms.settings.control import Address, address, is_loopback
from mock_csms.settings.flags import flag, part
from mock_csms.settings.texts import read_text

HTTP, FTP, SFTP = "http", "ftp", "sftp"
_LIBRARIES: Mapping[str, tuple[str, str]] = {FTP: ("pyftpdlib", "pyftpdlib"), SFTP: ("asyncssh", "asyncssh")}
"""The module that a protocol needs, and the package that has it."""
_LISTEN = r"((?P<scheme>[a-z]+)://)?(?P<address>[^/]+)/?"
_FAULT = r"(?P<kind>[^*@=\s]+)(=(?P<seconds>[^*@\s]+))?(\*(?P<times>\d+))?(@(?P<files>\S+))?"


class FilesAddress(NamedTuple):
    """Where the file server listens, and with which protocol; HTTP means HTTPS too."""

    scheme: str
    address: Address


def directory(value: str) -> str:
    """Take the path of a directory, which is made later if it is not there."""
    path = Path(values.text(value))
    if path.exists() and not path.is_dir():
        raise ValueError(f"{value}: it is not a directory")
    return value


def listens(value: Sequence[str]) -> tuple[FilesAddress, ...]:
    """Take `[SCHEME://][HOST:]PORT`, several times."""
    return tuple(map(_listen, value))


def _listen(text: str) -> FilesAddress:
    found = re.fullmatch(_LISTEN, text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not [SCHEME://][HOST:]PORT")
    scheme = values.one_of(lambda: (HTTP, *_LIBRARIES))(found["scheme"] or HTTP)
    if scheme in _LIBRARIES and find_spec(_LIBRARIES[scheme][0]) is None:
        raise ValueError(f"{scheme}:// needs {_LIBRARIES[scheme][1]}: pip install 'mock-csms[files]'")
    return FilesAddress(scheme, address(found["address"]))


def user(value: str) -> tuple[str, str]:
    """Take `USER:PASSWORD`, or `@FILE` with it. No error shows it."""
    text = read_text(value[1:]).strip() if value.startswith("@") else value
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise ValueError("it is not USER:PASSWORD")
    return name, password


def file_faults(value: Sequence[str]) -> tuple[FileFault, ...]:
    """Take `KIND`, then `*N` and `@GLOB`, several times."""
    return tuple(map(_fault, value))


def _fault(text: str) -> FileFault:
    found = re.fullmatch(_FAULT, text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not KIND, with *N and @GLOB after it if needed")
    kind = values.one_of(lambda: FILE_FAULTS)(found["kind"])
    if (kind == SLOW) is not (found["seconds"] is not None):
        raise ValueError(f"{text!r}: only {SLOW} has a number of seconds, as in {SLOW}=5, and it needs one")
    seconds = values.number(above=True)(found["seconds"]) if found["seconds"] else 0.0
    times = values.integer(1)(found["times"]) if found["times"] else None
    return FileFault(kind, seconds, times, (found["files"] or "*").removeprefix("/"))


def exposed_files(config: "FileServer") -> str:
    """Return a warning if other machines can get and put files without a password; empty if they cannot."""
    hosts = [each.address.host for each in config.files_listen if not is_loopback(each.address.host)]
    if not hosts or config.files_auth:
        return ""
    return f"--files-listen {hosts[0]} without --files-auth: everybody on the network can get and put files"


@part
class FileServer:
    """The file server: where stations get firmware, and where they put logs."""

    title: ClassVar[str] = "files"

    files: str | None = flag(
        None,
        "serve the files of this directory to stations; what they upload is kept in DIR/uploads; commands that name a "
        "firmware or a place for logs point there",
        directory,
        "DIR",
    )
    files_listen: tuple[FilesAddress, ...] = flag(
        (),
        "where --files listens; http, which is https too where the mock has a certificate, ftp or sftp; without HOST "
        "only this machine reaches it; 0 picks a free port; repeatable: commands point to the first one",
        listens,
        "[SCHEME://][HOST:]PORT",
        repeated=True,
        needs=("files",),
        shown="http://127.0.0.1:0",
    )
    files_auth: tuple[str, str] | None = flag(
        None,
        "ask for this user and password at --files; the URLs of commands have them; @FILE reads them from a file",
        user,
        "USER:PASSWORD|@FILE",
        needs=("files",),
        is_secret=True,
    )
    files_fault: tuple[FileFault, ...] = flag(
        (),
        "break transfers of files in this way: missing, auth, truncated, slow=SEC, hang or wrong-image; `*N`: only the "
        "next N; `@GLOB`: only of these paths, such as `uploads/*`; repeatable, the first that matches is used",
        file_faults,
        "KIND[*N][@GLOB]",
        repeated=True,
        needs=("files",),
    )
