"""The subcommand `mock-csms ready`: asks a mock if it answers. Health checks of containers run it every few seconds.

So that it is fast, this module imports nothing else of the program, unless it has to print a help text or an error.
"""

import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

TYPE_CHECKING = False  # type checkers take it for True; `typing` takes a while to load
if TYPE_CHECKING:
    from typing import NoReturn

    from mock_csms.commands.parser import Parser

DESCRIPTION = (
    "Exits with status 0 if the mock answers GET /healthz with 200. Else it prints why not, and exits with status 1."
)
_ABOUT_URL = "http://HOST:PORT, or only the port (default: port MOCK_CSMS_PORT, else 9000, of this machine)"
_USUAL_PORT = "9000"
_PATIENCE = 5.0
"""How many seconds the mock may take to accept the connection, and how many to answer."""
_URL = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<host>\[[\dA-Fa-f:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?P<path>/[!-~]*)?"
)
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LONGEST_LINE = 1024
"""How many bytes are read at most to find the status of the answer."""


def ready(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Ask the mock, print why it is not ready, and return the exit status."""
    words = list(arguments)
    if len(words) > 1 or any(word.startswith("-") for word in words):
        words = [_parser().parse_args(words).url]
    word, port = "".join(words), environment.get("MOCK_CSMS_PORT") or _USUAL_PORT
    url = _read(word or port)
    if url is None:
        _refuse(
            f"{word!r} is not http://HOST:PORT" if word else f"MOCK_CSMS_PORT: {port!r} is not a port to connect to"
        )
    reason = _why_not(url)
    if reason:
        with suppress(OSError):  # nobody reads it
            sys.stderr.write(f"mock-csms ready: {url[0]}: {reason}\n")
    return 1 if reason else 0


def _read(given: str) -> re.Match[str] | None:
    """Return the parts of a URL, which may also be HOST:PORT or a port; None if it is wrong."""
    if "://" not in given:
        given = f"http://{given if ':' in given else f'127.0.0.1:{given}'}"
    found = _URL.fullmatch(given)
    is_right = found and 0 < int(found["port"] or 1) < 65536 and not {"?", "#"} & {*given}
    return found if is_right else None


def _why_not(url: re.Match[str]) -> str:
    """Ask the mock at a URL, and return why it is not ready; empty if it is."""
    try:
        line = _answer(url)
    except TimeoutError:
        return f"no answer within {_PATIENCE:g} s"
    except OSError as error:
        return error.strerror or str(error)
    except UnicodeError:  # the encoding for host names raises it
        return "no host can have this name"
    status = _STATUS.match(line)
    if status is None:
        return "what answers there is no HTTP server" if line else "the connection was closed without an answer"
    return "" if int(status[1]) == 200 else f"GET /healthz gets {int(status[1])}"


def _answer(url: re.Match[str]) -> bytes:
    """Send the request, and return the beginning of the answer. Raises OSError."""
    is_secure = url["scheme"] in ("https", "wss")
    host, port = url["host"], int(url["port"] or (443 if is_secure else 80))
    path = (url["path"] or "").rstrip("/").removesuffix("/healthz") + "/healthz"
    with socket.create_connection((host.strip("[]"), port), _PATIENCE) as plain:
        connection = _secured(plain) if is_secure else plain
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        line = b""
        while b"\n" not in line and len(line) < _LONGEST_LINE and (more := connection.recv(_LONGEST_LINE)):
            line += more
        return line


def _secured(plain: socket.socket) -> socket.socket:
    """Return the connection with TLS. Any certificate is accepted: the mock's authority need not be known here."""
    import ssl  # noqa: PLC0415 - most health checks have no TLS

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def _refuse(reason: str) -> "NoReturn":
    _parser().error(reason)


def _parser() -> "Parser":
    from mock_csms.commands.parser import Parser, add_help, bare_parser  # noqa: PLC0415 - see above

    parser = bare_parser("mock-csms ready", DESCRIPTION, "mock-csms ready [URL]")
    parser.add_argument("url", metavar="URL", nargs="?", default="", help=_ABOUT_URL)
    add_help(parser, Parser.format_help, Parser.format_help, "print this help, and exit")
    return parser
