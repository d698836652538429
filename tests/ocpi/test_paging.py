"""Lists in pages, as the server makes them and as the client reads them."""

from typing import Any

import pytest

from mock_csms.ocpi.envelope import Declined, OcpiAnswer
from mock_csms.ocpi.paging import all_pages, next_page, page_asked, page_of
from mock_csms.ocpi.steps import Fetch, Fetched

URL = "http://cpo/ocpi/cpo/2.2.1/sessions"


def page(count: int, query: dict[str, str], most: int = 50) -> OcpiAnswer:
    """Return the answer for a list of that many numbers."""
    return page_of(range(count), page_asked(query, most=most), URL, most=most)


def test_a_short_list_has_one_page() -> None:
    """X-Limit is the greatest length of a page, not the number of objects, and the last page has no Link."""
    answer = page(3, {})
    assert (answer.data, answer.headers) == ([0, 1, 2], {"X-Total-Count": "3", "X-Limit": "50"})


def test_filters_are_kept_in_the_link() -> None:
    """The Link has the filters as they were written, the next offset and the limit."""
    answer = page(5, {"limit": "2", "offset": "1", "date_from": "2026-01-01T00:00:00Z"})
    assert answer.data == [1, 2]
    assert answer.headers["Link"] == f'<{URL}?date_from=2026-01-01T00:00:00Z&offset=3&limit=2>; rel="next"'
    assert answer.headers["X-Total-Count"] == "5"


@pytest.mark.parametrize(
    ("count", "query", "expected"),
    [(4, {"limit": "2", "offset": "2"}, [2, 3]), (4, {"offset": "4"}, []), (4, {"offset": "9"}, []), (0, {}, [])],
)
def test_the_last_page_has_no_link(count: int, query: dict[str, str], expected: list[int]) -> None:
    """The page with the last object has no Link, nor has a page behind it."""
    answer = page(count, query)
    assert (answer.data, "Link" in answer.headers) == (expected, False)


def test_the_limit_of_the_server_wins() -> None:
    """A greater limit than that of the server is lowered, in the Link too."""
    answer = page(9, {"limit": "2000"}, most=4)
    assert (len(answer.data), answer.headers["X-Limit"]) == (4, "4")
    assert answer.headers["Link"].endswith('?offset=4&limit=4>; rel="next"')


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": text} for text in ("0", "-1", "two", "", "1.5", "٣", "9" * 30)),
        *({"offset": text} for text in ("-1", "x")),
        *(
            {name: text}
            for name in ("date_from", "date_to")
            for text in ("", "now", "2026-01-01", "2026-13-01T00:00:00Z")
        ),
        {"date_from": "2026-01-01T00:00:00+01:00"},
    ],
)
def test_wrong_parameters(query: dict[str, str]) -> None:
    """Each wrong parameter is the error 2001 of OCPI, with HTTP 200, and is named."""
    with pytest.raises(Declined, match=next(iter(query))) as raised:
        page_asked(query)
    assert (raised.value.answer.status, raised.value.answer.code) == (200, 2001)


def test_a_date_that_must_be_there() -> None:
    """Lists of sessions need date_from."""
    with pytest.raises(Declined, match="date_from is missing"):
        page_asked({}, needs_date=True)


def test_date_from_is_inclusive_and_date_to_exclusive() -> None:
    """Two lists that follow each other in time have no object in common, and miss none."""
    asked = page_asked({"date_from": "2026-01-01T00:00:00Z", "date_to": "2026-01-01T00:00:10.500"})
    assert asked.date_from is not None
    assert asked.date_to == asked.date_from + 10.5
    assert [asked.has(asked.date_from + more) for more in (-0.001, 0, 10.499, 10.5)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<http://a/?offset=2>; rel="next"', "http://a/?offset=2"),
        ("<http://a/?offset=2>;rel=next", "http://a/?offset=2"),
        ('<http://a/1>; rel="prev", <http://a/3>; title="x"; rel="next last"', "http://a/3"),
        ('<http://a/1>; rel="prev"', ""),
        ('<http://a/1>; rel="nextish"', ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_links(link: str, expected: str) -> None:
    """The client finds the link to the next page in all right forms of the header."""
    assert next_page({"link": link}) == expected


def walk(answers: dict[str, Fetched]) -> tuple[list[Any], str]:
    """Walk through all pages of the list at URL; the answers are by query."""
    steps = all_pages(Fetch(url=URL, token="t"))
    result = None
    try:
        while True:
            result = answers[steps.send(result).url.removeprefix(URL)]
    except StopIteration as end:
        found: tuple[list[Any], str] = end.value
        return found


def fine(data: Any, link: str = "") -> Fetched:
    return Fetched(status=200, code=1000, data=data, headers={"link": f"<{link}>; rel=next"} if link else {})


def test_the_client_reads_all_pages() -> None:
    """All pages are read in their order; a relative link is one too."""
    assert walk({"": fine([1, 2], f"{URL}?offset=2"), "?offset=2": fine([3], "?offset=3"), "?offset=3": fine([4])}) == (
        [1, 2, 3, 4],
        "",
    )


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (fine([3], URL), f"the Link header leads back to {URL}"),
        (fine([3], "http://other/list"), "the Link header leads to another server: http://other/list"),
        (fine({}), "the data is not a list"),
        (Fetched(status=500, code=3000, message="broken"), "HTTP 500, 3000 broken"),
        (Fetched(problem="no answer"), "no answer"),
    ],
)
def test_the_client_stops_at_a_wrong_page(second: Fetched, reason: str) -> None:
    """What was read until then is returned with the reason; no token is sent to another server."""
    objects, problem = walk({"": fine([1, 2], "?offset=2"), "?offset=2": second})
    assert (objects[:2], problem) == ([1, 2], reason)
