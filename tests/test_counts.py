"""Unchanged rules keep their counts when other settings change while the mock runs; and rules and scripts that are
added and removed one by one."""

import asyncio
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.templates import SAMPLE
from mock_csms.control.blocking import BlockingCsms
from mock_csms.control.keywords import keyword_source
from mock_csms.control.python import Csms
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.rulebase import Rulebase
from mock_csms.settings import Config
from mock_csms.settings.flags import read
from mock_csms.twin.events import Connected, Disconnected, Event, Noted
from mock_csms.twin.station import StationModel
from tests.control.in_process import station_of
from tests.raw import logged, until
from tests.test_rules import outcome
from tests.wire import BOOT, HANDSHAKE, Mock

HEARTBEAT: tuple[str, Any] = ("Heartbeat", {})
FILE = """
boot-status-sequence = ["Pending", "Rejected", "Accepted"]
refuse = "503*1"
{more}
[[rule]]
match = "Heartbeat*1"
error = "GenericError"

[[rule]]
match = "DataTransfer*=3"
fault = "drop"
"""


async def test_unchanged_rules_keep_their_counts(tmp_path: Path) -> None:
    """After SIGHUP with another final cost the boot sequence, used rules and refusals keep their counts; a new rule
    starts at 0."""
    file = tmp_path / "settings.toml"
    file.write_text(FILE.format(more=""))
    async with Mock("--config", str(file)) as mock:
        async with mock.tcp() as raw:
            assert (await raw.get("/CS-1", HANDSHAKE))[0] == 503
        async with mock.station() as station:
            assert await outcome(station, "BootNotification", BOOT) == "Pending"
            assert await outcome(station, *HEARTBEAT) == "GenericError"
            await station.ask("DataTransfer", {"vendorId": "V"})
            more = '[[rule]]\nmatch = "Heartbeat*1"\nerror = "InternalError"\n'
            file.write_text(FILE.format(more="final-cost = 3") + more)
            mock.process.send_signal(signal.SIGHUP)
            await until(logged(mock, "configured"))
            assert await outcome(station, "BootNotification", BOOT) == "Rejected"
            assert [await outcome(station, *HEARTBEAT) for _ in range(2)] == ["InternalError", "no status"]
            await station.ask("DataTransfer", {"vendorId": "V"})
            await station.send([2, "third", "DataTransfer", {"vendorId": "V"}])
            await station.ask("Heartbeat")
        async with mock.tcp() as raw:
            assert (await raw.get("/CS-1", HANDSHAKE))[0] == 101


async def test_a_changed_sequence_starts_again(tmp_path: Path) -> None:
    """A changed boot sequence starts again with its first status."""
    file = tmp_path / "settings.toml"
    file.write_text('boot-status-sequence = ["Pending", "Accepted"]')
    async with Mock("--config", str(file)) as mock, mock.station() as station:
        assert await outcome(station, "BootNotification", BOOT) == "Pending"
        file.write_text('boot-status-sequence = ["Rejected", "Accepted"]')
        mock.process.send_signal(signal.SIGHUP)
        await until(logged(mock, "configured"))
        assert await outcome(station, "BootNotification", BOOT) == "Rejected"


NAMES = ["A*1", "A*2", "A*=2", "A*=3"]
CONFIGS = st.lists(st.sampled_from(NAMES), unique=True, max_size=4)
ACTS = st.lists(st.one_of(st.just(None), st.just(None), CONFIGS), max_size=12)


@settings(deadline=None, max_examples=20)
@given(CONFIGS, ACTS)
def test_counts_agree_with_a_model(first: list[str], acts: list[list[str] | None]) -> None:
    """A rule in both the old and the new settings keeps its count; one that was removed and added again starts at 0."""
    counts: Counter[str] = Counter()
    rules = first
    base = Rulebase(configured(first), lambda _: None)
    for act in acts:
        if act is not None:
            base.configure(configured(act))
            counts = Counter({name: counts[name] for name in act if name in rules})
            rules = act
            continue
        wanted = ""
        for name in rules:
            limit = int(name.lstrip("A*="))
            if "=" in name:
                counts[name] += 1
                is_due = counts[name] == limit
            else:
                is_due = counts[name] < limit
            if is_due and not wanted:
                wanted = name
                counts[name] += "=" not in name
        context = replace(SAMPLE, station=StationModel("CS-1"))
        message = base.replies[V201].answer(Call("1", "Heartbeat", {}), None, context).message
        assert (message.description if isinstance(message, Error) else "") == wanted


def configured(names: list[str]) -> Config:
    """Return settings with a rule for each name, whose CALLERROR contains the name."""
    error = [(name.replace("A", "Heartbeat"), f"GenericError:{name}") for name in names]
    return read(Config, [keyword_source({"error": error})])


async def test_rules_are_added_and_removed() -> None:
    """A rule is added before all others, changed at its position, and removed; the others keep their counts."""
    async with Csms(error=[("Heartbeat*2", "GenericError")]) as csms, station_of(csms) as station:
        [old] = csms.rules
        assert await outcome(station, *HEARTBEAT) == "GenericError"
        new = csms.add_rule("Heartbeat", error="InternalError")
        assert list(csms.rules) == [new, old]
        assert await outcome(station, *HEARTBEAT) == "InternalError"
        csms.change_rule(new, "Heartbeat", error="SecurityError:no")
        assert list(csms.rules) == [new, old]
        assert await outcome(station, *HEARTBEAT) == "SecurityError"
        csms.configure(final_cost=3)
        assert list(csms.rules) == [new, old]
        csms.remove_rule(new)
        assert [await outcome(station, *HEARTBEAT) for _ in range(2)] == ["GenericError", "no status"]
        csms.remove_rule(old)
        assert not csms.rules
        csms.restore()
        assert [await outcome(station, *HEARTBEAT) for _ in range(3)] == ["GenericError", "GenericError", "no status"]


async def test_equal_rules_have_different_ids() -> None:
    """Two equal rules have different ids, and each has its own count."""
    async with Csms() as csms, station_of(csms) as station:
        ids = [csms.add_rule("Heartbeat*1", error="GenericError") for _ in range(2)]
        assert len(set(ids)) == 2
        csms.remove_rule(ids[0])
        assert [await outcome(station, *HEARTBEAT) for _ in range(2)] == ["GenericError", "no status"]


async def test_wrong_changes_change_nothing() -> None:
    """An invalid rule, a change to another kind of rule, or an unknown id is refused, and nothing changes."""
    async with Csms(error=[("Heartbeat", "GenericError")]) as csms:
        [id_] = csms.rules
        with pytest.raises(ValueError, match="Heartbeet"):
            csms.add_rule("Heartbeet", error="GenericError")
        with pytest.raises(ValueError, match="one of reply"):
            csms.add_rule("Heartbeat")
        with pytest.raises(ValueError, match="fault"):
            csms.change_rule(id_, "Heartbeat", fault="drop")
        for call in (csms.remove_rule, csms.stop_script):
            with pytest.raises(LookupError, match="nothing"):
                call("nothing")
        assert list(csms.rules) == [id_]


async def test_scripts_are_started_and_stopped() -> None:
    """A script added while stations are connected starts at once, and sends nothing after it is stopped."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("Heartbeat")
        id_ = csms.start_script("ClearCache", period=0.05)
        assert list(csms.scripts) == [id_]
        await station.obey("ClearCache")
        await station.obey("ClearCache")
        csms.stop_script(id_)
        follows = csms.start_script("Reset", on="DataTransfer", delay=0)
        assert not {id_} & set(csms.scripts)
        await station.send([2, "1", "DataTransfer", {"vendorId": "V"}])
        while (frame := await station.expect())[0] != 2 or frame[2] == "ClearCache":
            pass  # a ClearCache may have been sent before the stop
        assert frame[2] == "Reset"
        csms.stop_script(follows)
        await station.send([3, frame[1], {"status": "Accepted"}])
        await station.send([2, "2", "DataTransfer", {"vendorId": "V"}])
        await station.expect(3, "2")
        await asyncio.sleep(0)
        assert not csms.scripts


def test_rules_and_scripts_of_the_blocking_mock() -> None:
    """Rules and scripts can be added and removed through the blocking API too."""
    with BlockingCsms() as csms:
        rule, script = csms.add_rule("Heartbeat*1", error="GenericError"), csms.start_script("Reset", delay=9)
        assert (list(csms.rules), list(csms.scripts)) == ([rule], [script])
        csms.change_rule(rule, "Heartbeat*2", error="GenericError")
        csms.stop_script(script)
        csms.remove_rule(rule)
        assert not csms.rules
        assert not csms.scripts


def test_unsubscribing_from_the_bus() -> None:
    """`subscribe` returns a function to unsubscribe, also while an event is published; others still get it."""
    bus = Bus()
    heard: list[tuple[str, type[Event]]] = []

    def first(event: Event) -> None:
        heard.append(("first", type(event)))
        leave()

    leave = bus.subscribe(first, Noted, Connected)
    bus.subscribe(lambda event: heard.append(("second", type(event))), Noted, Connected, Disconnected)
    for _ in range(2):
        bus.publish(Noted(1.0, "CS-1", "note"))
    bus.publish(Connected(1.0, "CS-1", "ocpp2.0.1", ()))
    assert heard == [("first", Noted), ("second", Noted), ("second", Noted), ("second", Connected)]
