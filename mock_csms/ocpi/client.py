"""Sends requests to other parties: the one place with headers, ids, time-outs and the check of the envelope.

It is the only importer of httpx.
"""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from mock_csms.ocpi.exchange import Observe, OcpiExchange
from mock_csms.ocpi.request import CORRELATION_ID, REQUEST_ID
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.steps import Fetch, Fetched
from mock_csms.ocpi.tokens_header import written_token
from mock_csms.protocol.records import UNSET, json_text

_PATIENCE = 10.0
"""After how many seconds a request is given up."""
_MOST_BODY = 16 * 1024 * 1024
"""The greatest length of an answer in bytes."""
_LONGEST = 300
"""The greatest length of a problem."""


class OcpiClient:
    """`async with OcpiClient(…) as client` sends requests until the block ends."""

    def __init__(self, now: Callable[[], float], new_id: Callable[[], str], observe: Observe) -> None:
        self._now, self._new_id, self._observe = now, new_id, observe
        self._http = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def send(self, fetch: Fetch) -> Fetched:
        """Send a request and return what came back; a failure is a result too."""
        at, loop = self._now(), asyncio.get_running_loop()
        begun, body = loop.time(), b"" if fetch.body is UNSET else json_text(fetch.body)
        headers = {REQUEST_ID: self._new_id(), CORRELATION_ID: fetch.correlation_id or self._new_id(), **fetch.headers}
        if body:
            headers["content-type"] = "application/json"
        status, answer, problem = 0, b"", ""
        answer_headers: Mapping[str, str] = {}
        try:
            async with asyncio.timeout(fetch.timeout or _PATIENCE):
                status, answer_headers, answer = await self._exchange(fetch, headers, body)
        except TimeoutError:
            problem = f"no answer within {fetch.timeout or _PATIENCE:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"[:_LONGEST]
        fetched = _fetched(status, answer_headers, answer) if status else Fetched(problem=problem)
        self._observe(
            OcpiExchange(
                at=at,
                is_ours=True,
                method=fetch.method,
                url=fetch.url,
                headers=headers,
                body=body,
                is_raw=fetch.is_raw,
                status=status,
                answer_headers=answer_headers,
                answer=answer,
                problem=fetched.problem,
                seconds=loop.time() - begun,
            )
        )
        return fetched

    async def _exchange(
        self, fetch: Fetch, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return the status, the headers and the body of the answer. Raises ValueError for too long a body."""
        own = {"authorization": written_token(fetch.token, is_raw=fetch.is_raw)} if fetch.token else {}
        async with self._http.stream(
            fetch.method, fetch.url, headers={**headers, **own}, content=body or None, timeout=None
        ) as response:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > _MOST_BODY:
                    raise ValueError(f"the answer is longer than {_MOST_BODY} bytes")
                parts.append(part)
            found = {name.lower(): value for name, value in response.headers.items()}
            return response.status_code, found, b"".join(parts)


def _fetched(status: int, headers: Mapping[str, str], content: bytes) -> Fetched:
    """Return an answer with its envelope read; one without a right envelope has a problem."""
    try:
        envelope: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return Fetched(status=status, headers=headers, problem=f"the answer is not JSON: {error}"[:_LONGEST])
    if not isinstance(envelope, dict):
        return Fetched(status=status, headers=headers, problem="the answer is not an object")
    found = problems("Envelope", envelope)
    code, message = envelope.get("status_code"), envelope.get("status_message")
    return Fetched(
        status=status,
        headers=headers,
        code=code if isinstance(code, int) else 0,
        message=message if isinstance(message, str) else "",
        data=envelope.get("data"),
        problem=f"the envelope is wrong: {'; '.join(found)}"[:_LONGEST] if found else "",
    )
