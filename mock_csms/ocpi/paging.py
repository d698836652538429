"""Lists in pages: the parameters and headers of the server, and the walk of a client through all pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from mock_csms.ocpi.envelope import OcpiAnswer, wrong
from mock_csms.ocpi.steps import Fetch, Fetched, Steps
from mock_csms.ocpi.times import time_of
from mock_csms.protocol.records import Record, replace

MOST = 50
"""The most objects in one page of the mock."""
_MOST_PAGES = 10_000
_LINK = re.compile(r"<(?P<url>[^<>]*)>(?P<parameters>[^<]*)")
_NEXT = re.compile(r""";\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)""", re.IGNORECASE)
_INTEGER = re.compile(r"\d{1,9}", re.ASCII)


class PageAsked(Record):
    """The part of a list that a client asks for."""

    date_from: float | None = None
    """Only objects that were updated then or later."""
    date_to: float | None = None
    """Only objects that were updated before."""
    offset: int = 0
    limit: int = MOST
    written: Mapping[str, str] = {}
    """The filters as the client wrote them."""

    def has(self, updated: float) -> bool:
        """Whether an object that was last updated then is in the list."""
        is_late = self.date_from is None or updated >= self.date_from
        return is_late and (self.date_to is None or updated < self.date_to)


def page_asked(query: Mapping[str, str], *, most: int = MOST, needs_date: bool = False) -> PageAsked:
    """Return what the parameters of a request ask for. Raises Declined for a wrong one."""
    if needs_date and "date_from" not in query:
        raise wrong("date_from is missing")
    dates = {name: _date(name, query[name]) for name in ("date_from", "date_to") if name in query}
    offset = _integer("offset", query.get("offset", "0"), 0)
    limit = _integer("limit", query.get("limit", str(most)), 1)
    written = {name: query[name] for name in dates}
    return PageAsked(dates.get("date_from"), dates.get("date_to"), offset, min(limit, most), written)


def page_of(found: Sequence[Any], asked: PageAsked, url: str, *, most: int = MOST) -> OcpiAnswer:
    """Return the answer with one page of all objects that were found; `url` is that of the list, without a query."""
    end = asked.offset + asked.limit
    headers = {"X-Total-Count": str(len(found)), "X-Limit": str(most)}
    if end < len(found):
        query = urlencode({**asked.written, "offset": end, "limit": asked.limit}, safe=":")
        headers["Link"] = f'<{url}?{query}>; rel="next"'
    return OcpiAnswer(data=[*found[asked.offset : end]], headers=headers)


def next_page(headers: Mapping[str, str]) -> str:
    """Return the URL of the next page from the headers of an answer (in lower case); empty on the last page."""
    links = _LINK.finditer(headers.get("link", ""))
    return next((found["url"] for found in links if _NEXT.search(found["parameters"])), "")


def all_pages(first: Fetch, most_pages: int = _MOST_PAGES) -> Steps:
    """Fetch all pages of a list: return the objects, and why it stopped too early (empty if it did not)."""
    objects: list[Any] = []
    seen: set[str] = set()
    fetch = first
    while True:
        if urlsplit(fetch.url)[:2] != urlsplit(first.url)[:2]:
            return objects, f"the Link header leads to another server: {fetch.url}"
        if fetch.url in seen:
            return objects, f"the Link header leads back to {fetch.url}"
        if len(seen) >= most_pages:
            return objects, f"there are more than {most_pages} pages"
        seen.add(fetch.url)
        fetched: Fetched = yield fetch
        if not fetched.is_fine:
            return objects, fetched.reason
        if not isinstance(fetched.data, list):
            return objects, "the data is not a list"
        objects += fetched.data
        link = next_page(fetched.headers)
        if not link:
            return objects, ""
        fetch = replace(fetch, url=urljoin(fetch.url, link))


def links_of(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the URLs of all links in the headers of an answer."""
    return (found["url"] for found in _LINK.finditer(headers.get("link", "")))


def _date(name: str, text: str) -> float:
    seconds = time_of(text)
    if seconds is None:
        raise wrong(f"{name}: {text[:40]!r} is not a date and time in UTC, such as 2026-01-31T12:00:00Z")
    return seconds


def _integer(name: str, text: str, least: int) -> int:
    if not _INTEGER.fullmatch(text) or int(text) < least:
        raise wrong(f"{name}: {text[:40]!r} is not an integer from {least}")
    return int(text)
