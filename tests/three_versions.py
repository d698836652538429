"""Stations of OCPP 1.6, 2.0.1 and 2.1 that connect to the same mock."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.protocol.versions import V16, V21, V201, Version
from tests.wire import Mock, Station

VERSIONS = {"ocpp1.6": V16, "ocpp2.0.1": V201, "ocpp2.1": V21}
AT = "2026-01-01T00:00:00Z"
START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": AT}
STOP = {"meterStop": 1, "timestamp": AT}
STREAM = {"id": 1, "pending": 0, "basetime": AT, "data": [{"t": 0, "v": "1"}]}


@asynccontextmanager
async def three(mock: Mock) -> AsyncIterator[tuple[Station, Station, Station]]:
    """Connect a station of each version: 1.6, 2.0.1 and 2.1."""
    async with AsyncExitStack() as stack:
        names = [f"CS{name.removeprefix('ocpp')}" for name in VERSIONS]
        came = [await stack.enter_async_context(mock.station(*pair)) for pair in zip(names, VERSIONS, strict=True)]
        yield came[0], came[1], came[2]


async def obey(station: Station, version: Version, action: str, answer: Any = None) -> Any:
    """Expect this command next, with a valid payload; answer it, and return the payload."""
    _, id_, _, payload = await station.expect(2, ..., action)
    assert version.schemas.request_violations(action, payload) == ()
    default = compile_template(version.actions[action].response)(sample_of(version))
    await station.send([3, id_, default if answer is None else answer])
    return payload


async def ask(station: Station, version: Version, action: str, payload: Any = None) -> Any:
    """Send a call and return the payload of its result, which must fit its schema."""
    default = compile_template(version.actions[action].request)(sample_of(version))
    kind, _, answer, *_ = await station.call(action, default if payload is None else payload)
    assert (kind, list(version.schemas.response_violations(action, answer))) == (3, [])
    return answer
