"""The ready load tests of `--load`: each name stands for flags."""

from collections.abc import Mapping
from typing import Any

_CALLS = ("StatusNotification", "MeterValues")
_LIMITS = {"max": ("connect_ms.p95=200", "close_ms.p95=100"), "min": ("messages_per_second=100",)}
_STAGES = {
    "light": "25:0s,25:2m",
    "medium": "50:0s,50:3m",
    "heavy": "100:0s,100:5m",
    "ramp": "50:30s,50:1m,100:30s,100:2m,0:30s",
}

LOADS: Mapping[str, Mapping[str, Any]] = {
    name: {"stages": stages, "churn": True, "send": [*_CALLS], **{flag: [*each] for flag, each in _LIMITS.items()}}
    for name, stages in _STAGES.items()
}
"""The flags of each load test, as on the command line; repeatable flags have a list."""


def with_load(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flags of a command line, with the flags of its load test added.

    A flag on the command line replaces the same flag of the load test; thresholds are added to each other.
    """
    ready = LOADS.get(str(given.get("load", "")).lower(), {})
    kept = {name: value for name, value in ready.items() if name != "stages" or not {"count", "stages"} & {*given}}
    thresholds = {name: [*kept[name], *given.get(name, [])] for name in _LIMITS if name in kept}
    return kept | dict(given) | thresholds
