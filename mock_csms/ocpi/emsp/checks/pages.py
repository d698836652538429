"""Checks of lists in pages, which the eMSP pulls."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from mock_csms.conformance.subject import ERROR, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.paging import next_page
from mock_csms.ocpi.times import time_of

PAGES = OcpiSubject("pages")
_PAGE, _LIST = of(Sight.PAGE), of(Sight.LIST)
_RESPONSE = "Transport and format: Paginated Response"
_REQUEST = "Transport and format: Paginated Request"


def _number(seen: Sighting, name: str) -> int | None:
    """Return the number in a header; None if the header is missing or has no number."""
    text = seen.exchange.answered.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


@PAGES.check(
    ("OCPI-P01", _RESPONSE, ERROR, "every page has X-Total-Count and X-Limit"),
    "Both are needed on every page, also on the last one and on an empty one.",
    _PAGE,
    any_shape=True,
)
def has_counts(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a header that is missing, or no number."""
    for name in ("X-Total-Count", "X-Limit"):
        if _number(seen, name.lower()) is None:
            text = seen.exchange.answered.get(name.lower())
            yield f"{name} is {text!r}" if text else f"{name} is missing"


@PAGES.check(
    ("OCPI-P02", _REQUEST, ERROR, "a page has no more objects than the limit that was asked for, and than X-Limit"),
    "X-Limit is the most that the server returns, not the number of objects in the page.",
    _PAGE,
    any_shape=True,
)
def keeps_the_limit(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a page that is too long."""
    if not isinstance(seen.value, list):
        return
    asked = seen.exchange.query.get("limit", "")
    if asked.isdigit() and len(seen.value) > int(asked):
        yield f"{len(seen.value)} objects, but limit={asked} was asked for"
    limit = _number(seen, "x-limit")
    if limit is not None and len(seen.value) > limit:
        yield f"{len(seen.value)} objects, but X-Limit is {limit}"


@PAGES.check(
    ("OCPI-P03", _RESPONSE, ERROR, "the Link to the next page is an absolute URL that was not read before"),
    "The offset of the next page is this offset plus the limit; the last page has no Link.",
    _PAGE,
    any_shape=True,
)
def links_forward(seen: Sighting, _: EmspWorld) -> str | Wrong | None:
    """Report a relative link, and one that leads back."""
    link = next_page(seen.exchange.answered)
    if not link:
        given = seen.exchange.answered.get("link", "").strip()  # an empty header is the same as none (RFC 8288)
        return f"the Link {given!r} has no rel=next" if given else None
    if not urlsplit(link).netloc:
        return Wrong(f"the Link {link!r} is not absolute", severity=WARNING, why="only the examples are absolute")
    return f"the Link leads back to {link}" if link in seen.urls or link == _url(seen) else None


def _url(seen: Sighting) -> str:
    query = "&".join(f"{name}={value}" for name, value in seen.exchange.query.items())
    return f"{seen.exchange.path}?{query}" if query else seen.exchange.path


@PAGES.check(
    ("OCPI-P04", _RESPONSE, WARNING, "the Link to the next page has the filters of the first request"),
    "Copy date_from and date_to into the link.",
    _PAGE,
    any_shape=True,
)
def keeps_the_filters(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a filter that is lost."""
    link = next_page(seen.exchange.answered)
    query = parse_qs(urlsplit(link).query)
    for name in ("date_from", "date_to"):
        if "offset" in query and seen.filters.get(name):  # another link may have its filters in a cursor
            found = query.get(name, [""])[0]
            if not found or time_of(found) != time_of(seen.filters[name]):
                yield f"{name} is {found!r} in the Link" if found else f"the Link has no {name}"


@PAGES.check(
    ("OCPI-P05", _RESPONSE, ERROR, "all pages together have as many objects as X-Total-Count says"),
    "A Link on every page but the last, and a count of all objects that match the filters, not of this page.",
    _LIST,
    any_shape=True,
)
def has_all(seen: Sighting, _: EmspWorld) -> Wrong | None:
    """Report a list that is too short or too long."""
    total = _number(seen, "x-total-count")
    offset = int(seen.filters["offset"]) if seen.filters.get("offset", "").isdigit() else 0
    if total is None or offset + len(seen.items) == total or (offset > total and not seen.items):
        return None
    where = f" from offset {offset}" if offset else ""
    text = f"X-Total-Count is {total}, but the pages have {len(seen.items)} objects{where}"
    if len(seen.urls) == 1:
        return Wrong(text)
    return Wrong(text, severity=WARNING, why="the list may have changed meanwhile")


@PAGES.check(
    ("OCPI-P06", _RESPONSE, WARNING, "no object is in a list twice"),
    "Order the list by the time of creation: an order by last_updated changes while a client reads.",
    _LIST,
    any_shape=True,
)
def has_each_once(seen: Sighting, _: EmspWorld) -> str | None:
    """Report an object that came twice."""
    names = ("country_code", "party_id", "id")
    keys = [tuple(str(item.get(name)).casefold() for name in names) for item in seen.items if isinstance(item, dict)]
    twice = sorted({key[-1] for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    return f"{', '.join(twice[:5])} came more than once" if twice else None


@PAGES.check(
    ("OCPI-P07", _REQUEST, ERROR, "a list has only objects that were last updated in the time that was asked for"),
    "date_from is inclusive, date_to is exclusive, and both are compared with last_updated.",
    _LIST,
    any_shape=True,
)
def filters_by_date(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report objects outside of the time."""
    first, last = (time_of(seen.filters.get(name, "")) for name in ("date_from", "date_to"))
    for item in seen.items:
        text = item.get("last_updated") if isinstance(item, dict) else None
        at = time_of(text) if isinstance(text, str) else None
        if at is None:
            continue
        if first is not None and at < first:
            yield f"{item.get('id')} was updated at {text}, before date_from {seen.filters['date_from']}"
        if last is not None and at >= last:
            yield f"{item.get('id')} was updated at {text}, not before date_to {seen.filters['date_to']}"


@PAGES.check(
    (
        "OCPI-P08",
        "Transport and format: Response format",
        ERROR,
        "the data of a list is an array, also of an empty one",
    ),
    "Send `[]`, not null and not a single object.",
    _PAGE,
    any_shape=True,
)
def is_a_list(seen: Sighting, _: EmspWorld) -> str | None:
    """Report other data."""
    return None if isinstance(seen.value, list) else f"the data is {str(seen.value)[:60]!r}"
