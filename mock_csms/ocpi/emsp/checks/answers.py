"""Checks of the answers that a CPO gives: the envelope, ids and codes."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, WARNING
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import CONFIGURATION, Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.times import time_of

ANSWERS = OcpiSubject("answers")
_EVERY = of(Sight.ANSWER)
_FORMAT = "Transport and format: Response format"
_CODES = "Status codes"


@ANSWERS.check(
    ("OCPI-A01", _FORMAT, ERROR, "every answer, also an error, is a JSON object with status_code and timestamp"),
    "Also errors of HTTP, such as 401 and 404, have the envelope of OCPI.",
    _EVERY,
    any_shape=True,
)
def has_an_envelope(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report an answer without an envelope, or an incomplete one."""
    exchange = seen.exchange
    if not exchange.status:
        return
    if not isinstance(exchange.answer, dict):
        yield f"the answer to {exchange.method} {exchange.path} is not a JSON object"
        return
    if not isinstance(exchange.answer.get("status_code"), int):
        yield "status_code is missing, or not an integer"
    if "timestamp" not in exchange.answer:
        yield "timestamp is missing"


@ANSWERS.check(
    ("OCPI-A02", "Types: DateTime type", ERROR, "the timestamp of an answer is in the form of OCPI"),
    "Write UTC with Z at the end, or nothing: `+00:00` is not allowed; at most 25 characters.",
    _EVERY,
    any_shape=True,
)
def has_a_right_timestamp(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another form."""
    answer = seen.exchange.answer
    if not isinstance(answer, dict) or "timestamp" not in answer:
        return None
    text = answer["timestamp"]
    is_right = isinstance(text, str) and len(text) <= 25 and time_of(text) is not None
    return None if is_right else f"the timestamp is {text!r}"


@ANSWERS.check(
    (
        "OCPI-A03",
        "Transport and format: Unique message IDs",
        ERROR,
        "an answer repeats the X-Request-ID and the X-Correlation-ID of its request",
    ),
    "Copy both headers of the request.",
    _EVERY,
    any_shape=True,
)
def repeats_the_ids(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report an id that is missing or another one."""
    exchange = seen.exchange
    for name in ("X-Request-ID", "X-Correlation-ID"):
        sent, got = exchange.headers.get(name.lower()), exchange.answered.get(name.lower())
        if exchange.status and sent and got != sent:
            yield f"{name} is {got!r} in the answer" if got else f"there is no {name} in the answer"


@ANSWERS.check(
    ("OCPI-A04", _CODES, ERROR, "the HTTP status and the status_code agree"),
    "A success of OCPI (1xxx) has an HTTP status of 2xx, an error of HTTP a status_code of 2xxx or 3xxx.",
    _EVERY,
    any_shape=True,
)
def agrees_with_itself(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a success that is an error of HTTP, and an unknown range."""
    exchange, code = seen.exchange, seen.exchange.code
    if code is None:
        return None
    if not 1000 <= code < 5000:
        return f"status_code {code} does not exist"
    return f"HTTP {exchange.status} with status_code {code}" if code < 2000 and exchange.status >= 400 else None


@ANSWERS.check(
    ("OCPI-A05", _CODES, ERROR, "a request that reached OCPI has no HTTP error"),
    "What is wrong in a request with a known token and right JSON is said by the status_code, with HTTP 200.",
    _EVERY,
    any_shape=True,
)
def has_no_http_error(seen: Sighting, _: EmspWorld) -> str | None:
    """Report errors of HTTP that stand for errors of OCPI, and errors of the server."""
    status = seen.exchange.status
    return f"HTTP {status}" if status in (403, 409, 415, 422, 500) else None


@ANSWERS.check(
    (
        "OCPI-A06",
        "Transport and format: Message Routing Headers",
        WARNING,
        "the routing headers of an answer are those of the request, the other way round",
    ),
    "The answer to a request from A to B is from B to A.",
    _EVERY,
    any_shape=True,
)
def turns_the_route(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report headers that are not turned. That they are missing is not reported."""
    exchange = seen.exchange
    if seen.module in CONFIGURATION:
        return
    for part in ("country-code", "party-id"):
        for one, other in (("to", "from"), ("from", "to")):
            sent, got = exchange.headers.get(f"ocpi-{one}-{part}"), exchange.answered.get(f"ocpi-{other}-{part}")
            if sent and got and sent.casefold() != got.casefold():
                yield f"OCPI-{other}-{part} is {got}, but the request was {one} {sent}"


@ANSWERS.check(
    ("OCPI-A07", _FORMAT, ERROR, "answers have the Content-Type application/json"),
    "Set the Content-Type of all answers, also of errors.",
    _EVERY,
    any_shape=True,
)
def answers_json(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another type."""
    exchange = seen.exchange
    kind = exchange.answered.get("content-type", "")
    is_wrong = exchange.status and kind.partition(";")[0].strip().lower() != "application/json"
    return f"the Content-Type of the answer is {kind or 'missing'}" if is_wrong else None


@ANSWERS.check(
    ("OCPI-A08", "Transport and format: Offline behaviour", WARNING, "the CPO answers requests"),
    "The server of the CPO cannot be reached, or it took too long.",
    _EVERY,
    any_shape=True,
)
def answers_at_all(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a request without an answer. Before the registration the CPO may not be there yet."""
    exchange = seen.exchange
    return None if exchange.status or not exchange.station else f"{exchange.method} {exchange.path}: {exchange.reason}"
