"""The endpoints for settings, snapshots, resets, and the end of the mock."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.api.contract.settings import (
    PARTS,
    Changed,
    EndingNow,
    ResetBody,
    SettingRow,
    SettingsQuery,
    ShutdownBody,
    SnapshotRow,
    WasReset,
)
from mock_csms.control.api.request import ApiRequest, Content, Trouble
from mock_csms.control.tuning import FixedSetting, Snapshot
from mock_csms.protocol.records import asdict


async def read_settings(asked: ApiRequest[SettingsQuery, None]) -> list[SettingRow] | Content:
    """Return the effective settings."""
    tuning = asked.panel.tuning
    if asked.query.format == "toml":
        toml = await asyncio.to_thread(tuning.as_toml)  # rules and tokens are in it, and may be many
        return Content(toml.encode(), "text/plain; charset=utf-8")
    return [SettingRow(**asdict(each)) for each in tuning.settings()]


def change_settings(asked: ApiRequest[None, Mapping[str, Any]]) -> Changed:
    """Change settings from now on."""
    try:
        keys, warnings = asked.panel.tuning.change(asked.body)
    except FixedSetting as fixed:
        raise Trouble(409, str(fixed), "takes a restart") from None
    return Changed(list(keys), [*map(asked.panel.records.mask, warnings)])


def reset_settings(asked: ApiRequest[None, None]) -> None:
    """Go back to the settings of the start."""
    asked.panel.tuning.reset(["settings"])


def _row(snapshot: Snapshot) -> SnapshotRow:
    rules = snapshot.rules.rules
    number = len(rules.answers) + len(rules.faults)
    return SnapshotRow(snapshot.name, rfc3339(snapshot.at), number, snapshot.tokens)


def list_snapshots(asked: ApiRequest[None, None]) -> list[SnapshotRow]:
    """Return the snapshots."""
    return [*map(_row, asked.panel.tuning.snapshots.values())]


def take_snapshot(asked: ApiRequest[None, None]) -> SnapshotRow:
    """Remember settings, rules, tokens and counters."""
    return _row(asked.panel.tuning.take_snapshot(asked.place["snapshot"]))


def restore_snapshot(asked: ApiRequest[None, None]) -> SnapshotRow:
    """Return to a snapshot."""
    return _row(asked.panel.tuning.restore_snapshot(asked.place["snapshot"]))


def remove_snapshot(asked: ApiRequest[None, None]) -> None:
    """Remove a snapshot."""
    tuning = asked.panel.tuning
    del tuning.snapshots[tuning.find_snapshot(asked.place["snapshot"]).name]


def reset(asked: ApiRequest[None, ResetBody]) -> WasReset:
    """Reset everything, or the named parts, to the state at the start."""
    what, panel = [part for part in PARTS if part in asked.body.what] or [*PARTS], asked.panel
    panel.tuning.reset(what)
    if "events" in what:
        panel.journal.clear()
    if "findings" in what:
        panel.findings.clear()
    if "expectations" in what:
        panel.expectations.clear()
    return WasReset(tuple(what))


def shut_down(asked: ApiRequest[None, ShutdownBody]) -> EndingNow:
    """Judge the run and end the mock."""
    stop = asked.panel.stop
    if stop is None:
        raise Trouble(409, "the mock runs in a Python program, which ends it", "no process of its own")
    status, verdict = stop()
    return EndingNow(status, verdict if asked.body.verdict else "")
