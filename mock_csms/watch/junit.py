"""The verdict as JUnit XML, as CI systems read it: a test case for everything that was judged, or could not be."""

import re
from collections.abc import Mapping, Sequence

from mock_csms.protocol.records import Record

_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class JUnitCase(Record):
    """One thing that was judged, or could not be. At most one of `failure`, `error` and `skipped` is not empty."""

    name: str
    failure: str = ""
    """Why it failed, in one line."""
    details: str = ""
    """All that is known about that, in several lines."""
    error: str = ""
    """Why it could not be judged, in one line."""
    skipped: str = ""
    """Why it was skipped, in one line."""


_TYPES = {"failure": "AssertionError", "error": "NothingJudged"}
"""The elements for a case that did not pass, each with the `type` that JUnit wants."""


def junit(suites: Mapping[str, Sequence[JUnitCase]], started: str, seconds: float) -> bytes:
    """Return the report of suites by name; `started` is the time in RFC 3339, `seconds` the duration of the run."""
    from xml.etree import ElementTree  # noqa: PLC0415 - slow to load, and needed once, at the end

    every = [case for cases in suites.values() for case in cases]
    root = ElementTree.Element("testsuites", {"name": "mock-csms", **_counts(every, seconds)})
    for suite, cases in suites.items():
        skipped = {"skipped": str(sum(bool(case.skipped) for case in cases))}
        about = {"name": suite, **_counts(cases, seconds), **skipped, "timestamp": started.removesuffix("Z")[:19]}
        element = ElementTree.SubElement(root, "testsuite", about)
        for case in cases:
            names = {"classname": suite, "name": _clean(case.name), "time": f"{seconds:.3f}"}
            judged = ElementTree.SubElement(element, "testcase", names)
            for kind, type_ in _TYPES.items():
                if said := getattr(case, kind):
                    how = {"message": _clean(said), "type": type_}
                    ElementTree.SubElement(judged, kind, how).text = _clean(case.details)
            if case.skipped:
                ElementTree.SubElement(judged, "skipped", {"message": _clean(case.skipped)})
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _counts(cases: Sequence[JUnitCase], seconds: float) -> dict[str, str]:
    failures, errors = (str(sum(bool(getattr(case, kind)) for case in cases)) for kind in _TYPES)
    return {"tests": str(len(cases)), "failures": failures, "errors": errors, "time": f"{seconds:.3f}"}


def _clean(text: str) -> str:
    """Escape characters that XML cannot have."""
    return re.sub(_NOT_XML, lambda found: f"\\x{ord(found[0]):02x}", text)
