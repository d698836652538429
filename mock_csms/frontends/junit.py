"""The verdict as JUnit XML, as CI systems read it: a test case for all that was judged."""

import re
from collections.abc import Mapping, Sequence

from mock_csms.protocol.records import Record

_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class Case(Record):
    """One thing that was judged: what it is, and why it failed, if it did: a line, and all that is to be known."""

    name: str
    failure: str = ""
    details: str = ""


def junit(suites: Mapping[str, Sequence[Case]], started: str, seconds: float) -> bytes:
    """Return the report of suites by name, which `started` then (RFC 3339) and took so many seconds."""
    from xml.etree import ElementTree  # noqa: PLC0415 - slow to load, and needed once, at the end

    every = [case for cases in suites.values() for case in cases]
    root = ElementTree.Element("testsuites", {"name": "mock-csms", **_counts(every, seconds)})
    for suite, cases in suites.items():
        about = {"name": suite, **_counts(cases, seconds), "skipped": "0", "timestamp": started.removesuffix("Z")[:19]}
        element = ElementTree.SubElement(root, "testsuite", about)
        for case in cases:
            names = {"classname": suite, "name": _clean(case.name), "time": f"{seconds:.3f}"}
            judged = ElementTree.SubElement(element, "testcase", names)
            if case.failure:
                how = {"message": _clean(case.failure), "type": "AssertionError"}
                ElementTree.SubElement(judged, "failure", how).text = _clean(case.details)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _counts(cases: Sequence[Case], seconds: float) -> dict[str, str]:
    failures = sum(bool(case.failure) for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": f"{seconds:.3f}"}


def _clean(text: str) -> str:
    """Make visible what XML cannot hold."""
    return re.sub(_NOT_XML, lambda found: f"\\x{ord(found[0]):02x}", text)
