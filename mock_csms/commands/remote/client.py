"""The client of the HTTP API: finds the mocks, sends requests, and turns errors into exit statuses."""

import http.client
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mock_csms.control.api.operation import Operation
from mock_csms.control.api.table import ENDPOINTS
from mock_csms.protocol.records import DecodeError, Record, json_text, json_value

URL, TOKEN, READY_FILE = "MOCK_CSMS_API_URL", "MOCK_CSMS_API_TOKEN", "MOCK_CSMS_READY_FILE"
"""The environment variables for the URL of the API, its token, and the ready file."""
USUAL = "http://127.0.0.1:9001"
"""The URL of the API if neither flag nor environment gives one."""
ROWS = {row.name: row for row in ENDPOINTS}
"""The rows of the table of endpoints, by name."""

REFUSED, WRONG, NO_MOCK, NO_STATION = 1, 2, 3, 4
"""The exit statuses of failures: refused, wrong request, no mock, unknown station."""
_WRONG = (400, 401, 403, 413, 415, 422)
"""The HTTP statuses of a wrong request; the state of the mock does not matter for them."""
_PATIENCE = 30.0
"""How many seconds the client waits in addition to the time that the mock may take."""


class CannotDo(Exception):
    """The failure of a subcommand: a line with the reason, and the exit status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Answer(Record):
    """An answer of the mock."""

    status: int
    headers: Mapping[str, str]
    """The headers, by names in lower case."""
    data: bytes

    @property
    def value(self) -> Any:
        """The JSON value of the body; None without a body."""
        return json_value(self.data) if self.data else None


def find_urls(given: str | None, environment: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Return the URL of each replica: of --api, of the environment, or of the ready file. Raises CannotDo."""
    if text := given or environment.get(URL):
        words = [word.strip() for word in text.split(",")]
        if "" in words:
            raise CannotDo(WRONG, f"--api: {text!r} has a comma without a URL beside it")
        return [*dict.fromkeys(map(_whole, words))]
    if not (path := environment.get(READY_FILE)):
        return [USUAL]
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise CannotDo(NO_MOCK, f"{READY_FILE}: {path}: {reason_of(error)}") from None
    if len(lines) < 2:
        raise CannotDo(NO_MOCK, f"{READY_FILE}: {path} has no second line: the mock runs without --api")
    return [lines[1].strip()]


def _whole(url: str) -> str:
    """Return a URL that may be only HOST:PORT or a port."""
    return url.rstrip("/") if "://" in url else f"http://{url if ':' in url else f'127.0.0.1:{url}'}"


def find_token(given: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the token of the API; empty without one. Raises CannotDo if its file cannot be read."""
    text = given or environment.get(TOKEN, "")
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise CannotDo(WRONG, f"--api-token: {text[1:]}: {reason_of(error)}") from None
    if not (text.isascii() and text.isprintable()):
        raise CannotDo(WRONG, "--api-token: a token has only ASCII letters, digits and signs")
    return text


def reason_of(error: Exception) -> str:
    """Return why something could not be done."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class ApiClient:
    """A connection to the API of a mock. Its methods raise CannotDo if they fail."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.name = self.url.partition("://")[2]
        """The URL without its scheme: how tables and reports name this replica."""
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        parts = _parts(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._path = parts.path.rstrip("/")
        self._http = kind(str(parts.hostname), parts.port, timeout=_PATIENCE)

    def ask(
        self,
        name: str,
        place: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        within: float = 0.0,
    ) -> Answer:
        """Send a request to an endpoint, and return the answer.

        name: of the endpoint. place: values for the variable parts of the path. within: how many seconds the mock may
        take in addition to the usual time.
        """
        row = ROWS[name]
        path = row.path.format_map({part: quote(text, safe="") for part, text in (place or {}).items()})
        if query:
            path += "?" + urlencode(
                {key: str(value).lower() if value in (True, False) else value for key, value in query.items()}
            )
        answer = self._exchange(
            row, path, None if row.body is None else json_text({} if body is None else body), within
        )
        if answer.status >= 300:
            raise _failure(row, answer, self.url)
        return answer

    def _exchange(self, row: Operation, path: str, body: bytes | None, within: float) -> Answer:
        """Send a request over HTTP, and return the answer."""
        headers = self._headers | ({} if body is None else {"Content-Type": "application/json"})
        self._http.timeout = _PATIENCE + within
        if self._http.sock is not None:
            self._http.sock.settimeout(_PATIENCE + within)
        try:
            self._http.request(row.method, self._path + path, body, headers)
            response = self._http.getresponse()
            received = {key.lower(): value for key, value in response.getheaders()}
            return Answer(response.status, received, response.read())
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise CannotDo(NO_MOCK, f"no mock answers at {self.url}: {reason_of(error)}") from None


def _text(value: Any) -> str:
    """Return the value of a parameter in the form of a query, such as `true` for True."""
    return value if isinstance(value, str) else json_text(value).decode()


def _parts(url: str) -> Any:
    """Return the parts of a URL. Raises CannotDo if it is not the URL of a server."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        is_right = False
    if is_right:
        return parts
    raise CannotDo(WRONG, f"--api: {url!r} is not http://HOST:PORT")


def _failure(row: Operation, answer: Answer, url: str) -> CannotDo:
    """Return the reason and the exit status for an error of the API."""
    try:
        detail = str(answer.value["detail"])
    except (DecodeError, LookupError, TypeError):
        return CannotDo(NO_MOCK, f"no mock answers at {url}: what is there answers {answer.status}")
    if answer.status in _WRONG:
        return CannotDo(WRONG, detail)
    return CannotDo(NO_STATION if answer.status == 404 and "station" in row.places else REFUSED, detail)
