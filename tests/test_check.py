"""`mock-csms check`: traces of other tools, in every form that the trace format allows, and invalid ones."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.commands.tracefile import Unreadable, items_in
from mock_csms.commands.tracereading import Reading
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.facts.station import Terms
from mock_csms.conformance.inspector import Inspector
from tests import warm
from tests.wire import PATIENCE, SERVER

CASES = Path(__file__).parent / "cases" / "traces"
BASE = [orjson.loads(line) for line in (CASES / "base.jsonl").read_bytes().splitlines()]
FINDING = "finding ERROR X01 (E01.FR.01): transaction T9 begins with Ended, seqNo 4"


def check(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run the command to its end; a traceback fails the test."""
    words = [*SERVER, "check", *map(str, arguments)]
    ended = warm.run(words, data=stdin, timeout=PATIENCE)
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == 0 or "passed" not in ended.stdout + ended.stderr, ended.stdout
    return ended


def written(path: Path, *records: Any) -> Path:
    """Write records as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


CASE = """
array.json             | 1 |        |
base.jsonl             | 1 |        |
bom.jsonl              | 1 |        |
empty.jsonl            | 4 | -      |
meta-null.jsonl        | 1 |        |
no-chargepointid.jsonl | 1 |        |
no-schemaversion.jsonl | 2 |        | line 1 is not a record .*schemaVersion is missing
no-version.jsonl       | 1 |        | without ocppVersion are checked as OCPP 2.0.1
only-blank.jsonl       | 4 | -      |
pretty.json            | 1 |        |
raw-null.jsonl         | 1 |        |
schema2.jsonl          | 2 | -      | line 1 is not a record .*schemaVersion is '2.0'
soap.jsonl             | 4 | -      | 8 records were skipped: they are SOAP
trailing-cut.jsonl     | 1 |        | note: .*line 9 is cut off
utf16.jsonl            | 1 |        |
v16.jsonl              | 1 | -      |
v21.jsonl              | 1 |        |
"""


def test_every_case_has_a_row() -> None:
    """Every file of the cases has a row in the table."""
    assert [line.split()[0] for line in CASE.split("\n") if line] == sorted(path.name for path in CASES.iterdir())


@pytest.mark.parametrize("row", CASE.strip().splitlines())
def test_cases(row: str) -> None:
    """Each case has its finding, its line about invalid or skipped records, and its exit status."""
    name, status, found, result = (part.strip() for part in row.split("|"))
    done = check("--fail-on-findings=error", CASES / name)
    assert (done.returncode, FINDING in done.stdout) == (int(status), not found), done
    assert re.search(result, done.stderr) if result else done.stderr == "", done.stderr
    lone = check(CASES / name)
    assert lone.returncode == (0 if status == "1" else int(status))


@pytest.mark.parametrize("name", ["empty.jsonl", "only-blank.jsonl", "soap.jsonl"])
def test_nothing_judged_is_an_error(tmp_path: Path, name: str) -> None:
    """If no check could judge anything, JUnit has an error and no passed check."""
    report = tmp_path / "report.xml"
    assert check("--fail-on-findings=error", f"--junit={report}", CASES / name).returncode == 4
    (suite,) = ElementTree.parse(report).getroot()
    kinds = [[child.tag for child in case] for case in suite]
    assert (kinds.count(["error"]), kinds.count(["skipped"])) == (1, len(kinds) - 1)


def test_checks_of_handshakes_are_skipped(tmp_path: Path) -> None:
    """In JUnit the checks of handshakes are skipped with the reason; exercised checks have passed."""
    report = tmp_path / "report.xml"
    check("--fail-on-findings=error", f"--junit={report}", CASES / "base.jsonl")
    (suite,) = ElementTree.parse(report).getroot()
    skipped = {
        case.attrib["name"][:3]: child.attrib["message"] for case in suite for child in case if child.tag == "skipped"
    }
    unseen = {id_ for id_, message in skipped.items() if message.startswith("not exercised: a trace")}
    assert unseen >= {"T01", "T02", "T03", "T05", "T09", "T14", "T22", "S05"}
    assert not unseen & {"B01", "R01", "X01", "G01", "T11"}
    assert not skipped.keys() & {"R01", "R10", "B01", "B08", "B11", "X01"}
    assert skipped.keys() > {"L01", "K04", "V16", "M02"}


def spoiled(**changes: Any) -> dict[str, Any]:
    """Return the last record with changed fields; `...` removes a field."""
    return {key: value for key, value in (BASE[-2] | changes).items() if value is not ...}


WRONG = {
    "direction": spoiled(direction="sideways"),
    "no direction": spoiled(direction=...),
    "messageType": spoiled(messageType="EVENT"),
    "no messageType": spoiled(messageType=...),
    "timestamp": spoiled(timestamp="noon"),
    "no timestamp": spoiled(timestamp=...),
    "schemaVersion": spoiled(schemaVersion="2.0"),
    "schemaVersion ": spoiled(schemaVersion=1.1),
    "ocppVersion": spoiled(ocppVersion="9.9"),
    "ocppVersion ": spoiled(ocppVersion=2.0),
    "transport": spoiled(transport="pigeon"),
    "messageId": spoiled(messageId=4),
    "chargePointId": spoiled(chargePointId=["CS-1"]),
    "raw": spoiled(raw={}),
    "action": spoiled(raw=..., action=...),
    "error": spoiled(raw=..., messageType="CALLERROR"),
    "not an object": [BASE[-2]],
    "not an object ": 5,
}


@pytest.mark.parametrize(("why", "record"), WRONG.items())
def test_a_wrong_record_is_named(tmp_path: Path, why: str, record: Any) -> None:
    """An invalid record gets one line with its line number and fault; the others are judged, and the status is 2."""
    done = check("--fail-on-findings=error", written(tmp_path / "trace", *BASE[:-2], record, *BASE[-2:]))
    line = len(BASE) - 1
    assert (done.returncode, FINDING in done.stdout) == (2, True), done
    assert re.search(
        f"line {line} is not a record of the OCPP trace format 1.1: .*{why.rsplit(maxsplit=1)[-1]}", done.stderr
    ), done.stderr
    assert done.stderr.count("\n") == 1


def test_many_wrong_records_are_counted(tmp_path: Path) -> None:
    """For a thousand bad lines only a few errors are printed; the last one has their number."""
    trace = tmp_path / "trace"
    trace.write_text("junk\n" * 1000)
    done = check(trace)
    assert (done.returncode, done.stdout, done.stderr.count("\n") < 30) == (2, "", True)
    assert re.search("1000 records are invalid; the first: .*line 1 is not a record", done.stderr.splitlines()[-1])


SOUND: dict[str, Callable[[Any], Any]] = {
    "no messageId": lambda record: {key: part for key, part in record.items() if key not in ("messageId", "raw")},
    "no raw": lambda record: {key: part for key, part in record.items() if key != "raw"},
    "null": lambda record: {**record, "raw": None, "error": None, "connectorId": None},
    "unknown fields": lambda record: {**record, "colour": "blue", "schemaVersion": "1.7"},
    "no payload in answers": lambda record: {
        key: part
        for key, part in record.items()
        if key != "raw" and (key != "payload" or record["direction"] == "cp-to-csms" or record["payload"])
    },
    "version": lambda record: {**record, "ocppVersion": "OCPP2.0.1J"},
}


@pytest.mark.parametrize("form", SOUND)
def test_optional_fields_may_be_missing(tmp_path: Path, form: str) -> None:
    """Without optional fields the same session has the same findings, and no complaint."""
    trace = written(tmp_path / "trace", *map(SOUND[form], BASE))
    done = check("--fail-on-findings=error", trace)
    assert (done.returncode, done.stdout.count("finding "), FINDING in done.stdout, done.stderr) == (1, 1, True, ""), (
        done
    )


def test_an_error_without_a_code_is_no_finding(tmp_path: Path) -> None:
    """A CALLERROR without the optional `code`, `description` and `details` is no finding."""
    about = {key: BASE[0][key] for key in ("schemaVersion", "timestamp", "ocppVersion", "transport", "chargePointId")}
    command = {**about, "direction": "csms-to-cp", "messageType": "CALL", "messageId": "c", "action": "ClearCache"}
    answer = {**about, "direction": "cp-to-csms", "messageType": "CALLERROR", "messageId": "c", "error": {}}
    done = check(written(tmp_path / "trace", *BASE[:2], command, answer))
    assert (done.returncode, done.stdout.count("finding ")) == (0, 0), done.stdout


def test_a_trace_that_begins_in_the_middle(tmp_path: Path) -> None:
    """An answer to a command from before the trace is no finding."""
    about = {key: BASE[0][key] for key in ("schemaVersion", "timestamp", "ocppVersion", "transport", "chargePointId")}
    answer = {**about, "direction": "cp-to-csms", "messageType": "CALLRESULT", "messageId": "c", "payload": {}}
    assert "R07" not in check(written(tmp_path / "trace", answer, *BASE[2:])).stdout
    assert "R07" in check(written(tmp_path / "trace", *BASE, answer)).stdout


def later(seconds: int, id_: str, record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with a later timestamp and another message id."""
    new = {key: part for key, part in record.items() if key != "raw"} | {"messageId": id_ + record["messageId"]}
    at = datetime.fromisoformat(record["timestamp"]) + timedelta(seconds=seconds)
    return new | {"timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


@pytest.mark.parametrize(("seconds", "is_wrong"), [(3, True), (20, False), (400, False)])
def test_two_boots_in_a_trace_without_connections(tmp_path: Path, seconds: int, is_wrong: bool) -> None:
    """In a trace without connections, a boot after a pause counts as one on a new connection (B21, B09)."""
    again = [later(seconds, "again-", record) for record in BASE[:6]]
    done = check(written(tmp_path / "trace", *BASE[:6], *again))
    assert (set(re.findall("B21|B09", done.stdout)) == {"B21"}) is is_wrong, done.stdout
    assert is_wrong or "finding " not in done.stdout, done.stdout


def test_stations_of_two_versions(tmp_path: Path) -> None:
    """A station of OCPP 1.6 is judged by the clauses of OCPP 1.6, beside one of 2.0.1."""
    old = {
        "chargePointId": "OLD",
        "ocppVersion": "1.6",
        "action": "Heartbeat",
        "payload": None,
        "raw": '[2,"1","Boot",{}]',
    }
    done = check("--fail-on-findings=error", written(tmp_path / "trace", BASE[0] | old, *BASE))
    assert (done.returncode, FINDING in done.stdout) == (1, True)
    assert "OLD         finding ERROR R09 (OCPP-J 1.6 4.2.1): 'Boot'" in done.stdout, done.stdout


def test_mixed_versions(tmp_path: Path) -> None:
    """Records of OCPP 1.5, and later ones of that station without a version, are skipped with one line."""
    other = [{**record, "chargePointId": "OLD"} for record in BASE]
    other = [{**other[0], "ocppVersion": "1.5"}, *({**each, "ocppVersion": None} for each in other[1:])]
    done = check("--fail-on-findings=error", written(tmp_path / "trace", *other, *BASE))
    assert (done.returncode, FINDING in done.stdout, "OLD" in done.stdout) == (1, True, False)
    assert "8 records were skipped: they are OCPP 1.5" in done.stderr


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "utf-16 be": lambda data: data.decode().encode("utf-16-be"),
    "utf-16 le": lambda data: data.decode().encode("utf-16-le"),
    "utf-32": lambda data: data.decode().encode("utf-32"),
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "blank lines": lambda data: b"\n\n" + data.replace(b"\n", b"\n\n"),
    "no last newline": lambda data: data.rstrip(),
    "array, cut": lambda data: b"[" + data.rstrip().replace(b"\n", b",\n"),
    "array, cut in a record": lambda data: b"[" + data.rstrip().replace(b"\n", b",\n") + b',\n{"schema',
    "objects over lines": lambda data: data.replace(b'{"schema', b'{\n"schema'),
    "array in utf-16": lambda data: (b"[" + data.rstrip().replace(b"\n", b",\n") + b"]").decode().encode("utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_files(tmp_path: Path, form: str) -> None:
    """The same session is judged in every form and encoding of a file."""
    trace = tmp_path / "trace"
    trace.write_bytes(FORMS[form]((CASES / "base.jsonl").read_bytes()))
    done = check("--fail-on-findings=error", trace)
    assert (done.returncode, FINDING in done.stdout, "cut off" in done.stderr) == (1, True, "cut" in form), done


def test_a_bad_item_of_an_array_is_named(tmp_path: Path) -> None:
    """An invalid item of a JSON array gets a line, and the others are judged."""
    lines = (CASES / "array.json").read_text().splitlines()
    (tmp_path / "trace").write_text("\n".join([*lines[:2], '{"oops": },', *lines[2:]]))
    done = check("--fail-on-findings=error", tmp_path / "trace")
    assert (done.returncode, FINDING in done.stdout, "line 3 is not a record" in done.stderr) == (2, True, True), done


def test_several_files_and_stdin(tmp_path: Path) -> None:
    """Each file is judged by itself; the worst status wins."""
    base = (CASES / "base.jsonl").read_bytes()
    assert FINDING in check("-", stdin=base).stdout
    done = check("--fail-on-findings=error", CASES / "base.jsonl", "-", CASES / "v16.jsonl", stdin=base)
    assert (done.returncode, done.stdout.count(FINDING), "R05" in done.stdout) == (1, 2, False), done
    (tmp_path / "bad").write_text("{}\n")
    done = check(CASES / "base.jsonl", tmp_path / "bad")
    assert (done.returncode, FINDING in done.stdout, f"{tmp_path / 'bad'}: line 1" in done.stderr) == (2, True, True)
    assert check("-").returncode == 4


@pytest.mark.parametrize(("junit", "status"), [("no/such/folder/x", 3), ("", 3), ("/dev/full", 3)])
def test_a_report_that_cannot_be_written(tmp_path: Path, junit: str, status: int) -> None:
    """A report that cannot be written is one error line, before the trace is judged if possible."""
    path = junit if junit.startswith("/") else str(tmp_path / junit)
    done = check("--fail-on-findings=error", f"--junit={path}", CASES / "base.jsonl")
    assert (done.returncode, done.stderr.count("\n"), path in done.stderr) == (status, 1, True), done
    assert (FINDING in done.stdout) == (junit == "/dev/full")


def test_the_report_does_not_overwrite_the_trace(tmp_path: Path) -> None:
    """A report that would overwrite the trace is refused, also through a link."""
    trace = written(tmp_path / "trace", *BASE)
    (tmp_path / "link").symlink_to(trace)
    done = check("--fail-on-findings=error", f"--junit={tmp_path / 'link'}", trace)
    assert (done.returncode, done.stdout, "same file" in done.stderr) == (2, "", True)
    assert trace.read_bytes().count(b"\n") == len(BASE)


def test_stdout_on_a_full_disk() -> None:
    """If stdout is on a full disk, the status is 3, with the reason and without a traceback."""
    with Path("/dev/full").open("wb") as full:
        words = [*SERVER, "check", str(CASES / "base.jsonl")]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert (done.returncode, b"Traceback" in done.stderr, b"No space" in done.stderr) == (3, False, True)


DEEP = "[" * 300 + "]" * 300
ODD = {
    "digits": '[{"a": ' + "1" * 5000 + "}]",
    "deep field": '{"direction": ' + DEEP + "}",
    "deep payload": json.dumps({**BASE[0], "raw": None}).replace('"m"', DEEP),
    "deep array": "[" * 5000,
    "surrogate": json.dumps({**BASE[0], "raw": "\ud800", "chargePointId": "\ud800"}),
    "early": json.dumps({**BASE[-2], "timestamp": "0001-01-01T00:00:00Z"}),
    "late": json.dumps({**BASE[-2], "timestamp": "9999-12-31T23:59:59-14:00"}),
    "control": json.dumps({**BASE[-2], "chargePointId": "\x1b[31m\n\0"}),
    "NaN": '{"schemaVersion": NaN}',
}


@pytest.mark.parametrize("form", ODD)
def test_odd_values(tmp_path: Path, form: str) -> None:
    """Extreme numbers, depths, texts and times cause no internal error."""
    (tmp_path / "trace").write_text(ODD[form] + "\n")
    done = check("--fail-on-findings=error", f"--junit={tmp_path / 'report'}", tmp_path / "trace")
    assert (done.returncode in (0, 1, 2, 4), "\x1b" in done.stdout + done.stderr) == (True, False), done
    assert "internal error" not in done.stdout


# Random content of files.

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(BASE[0])) | st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from([*sorted(BASE[0]), "error", "meta"])
CHANGES = st.lists(st.tuples(st.integers(0, len(BASE) - 1), FIELDS, VALUES), max_size=6)


def judged(data: bytes) -> list[str]:
    """Read a trace as `check` does, let all checks look, and return the complaints."""
    complaints: list[str] = []
    reading = Reading("trace", complaints.append)
    inspector = Inspector(CHECKS.values(), Terms(4.0), exercised=Exercised())
    for event in reading.events(BytesIO(data)):
        inspector.look_at(event)
    reading.end()
    reading.sum_up()
    return complaints


LAST = json.dumps({**BASE[-1], "connectorId": -12, "meta": {"a": [True, False, None, 1.5e3], "é": "\\ \u00e9"}})


def complaints_of(data: bytes) -> list[str]:
    """Return the invalid lines of a trace, and whether each is cut off, without judging its records."""
    return [f"{number} {value.is_cut}" for number, value in items_in(BytesIO(data)) if isinstance(value, Unreadable)]


@pytest.mark.parametrize("last", [LAST, LAST.replace("\\u00e9", "é")], ids=["ascii", "utf-8"])
def test_a_last_line_that_is_cut_anywhere(last: str) -> None:
    """An incomplete last record is reported as cut off; other invalid records are not."""
    lines, whole, number = (CASES / "base.jsonl").read_bytes(), last.encode(), len(BASE) + 1
    for at in range(1, len(whole)):
        assert complaints_of(lines + whole[:at]) == [f"{number} True"]
        assert complaints_of(lines + whole[:at] + b"\n" + whole)[:1] == [f"{number} False"]
    assert complaints_of(lines + whole) == []
    assert complaints_of(lines + b'{"oops": }') == complaints_of(lines + b"oops") == [f"{number} False"]


@given(changes=CHANGES)
def test_changed_records(changes: list[tuple[int, str, Any]]) -> None:
    """Records with random fields cause no exception."""
    records = [dict(record) for record in BASE]
    for at, name, value in changes:
        records[at][name] = value
    lines = [json.dumps(record).encode() for record in records]
    assert judged(b"\n".join(lines)) == judged(b"\n".join(lines))
    judged(b"[" + b",\n".join(lines) + b"]")


@given(
    cuts=st.lists(st.tuples(st.integers(0, 3300), st.integers(0, 40), st.binary(max_size=6)), max_size=5),
    name=st.sampled_from(["base.jsonl", "array.json", "pretty.json", "utf16.jsonl", "bom.jsonl", "soap.jsonl"]),
)
def test_changed_bytes(cuts: list[tuple[int, int, bytes]], name: str) -> None:
    """Files with random bytes cause no exception."""
    data = (CASES / name).read_bytes()
    for at, length, put in cuts:
        data = data[:at] + put + data[at + length :]
    judged(data)
