"""Profiles the mock: `python -m benchmarks.profile [heartbeat]` prints the CPU time of each function per message."""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import load
from benchmarks.lab import FULL, ROOT, Lab
from benchmarks.messages import HEARTBEAT, TRANSACTION_EVENT
from benchmarks.servers import Server, started

_STATIONS = 50
_SECONDS = 20.0
_LEAST = 0.1
"""Functions that take fewer microseconds per message are not shown."""
_SAMPLED = str(Path(__file__).parent / "peers" / "sampled.py")


def main() -> None:
    """Profile the mock under load, and print the table."""
    message = HEARTBEAT if sys.argv[1:] == ["heartbeat"] else TRANSACTION_EVENT
    with tempfile.TemporaryDirectory(prefix="mock-csms-bench-") as name:
        folder = Path(name)
        lab = Lab(folder, FULL, load.build(folder))
        counts = folder / "counts.json"
        server = Server((sys.executable, _SAMPLED, str(counts), "--port", "0"))
        with started(server, lab) as running:
            report = load.call(lab, running, _STATIONS, message, _SECONDS)
            running.stop()
        samples: Counter[str] = Counter(json.loads(counts.read_text(encoding="utf-8")))
    cost = report["server_cpu"] / report["messages"] * 1e6
    sys.stdout.write(
        f"{cost:.1f} µs of CPU time for a message, the profiler's own included\n\n{table(samples, cost)}\n"
    )


def table(samples: Counter[str], cost: float) -> str:
    """Return how much of `cost` each file and its functions take, in µs, the highest first."""
    one = cost / samples.total()
    files: Counter[str] = Counter()
    for place, count in samples.items():
        files[_file(place)] += count
    lines = []
    for file, count in files.most_common():
        lines.append(f"{count * one:6.2f}  {file}")
        for place, own in samples.most_common():
            if _file(place) == file and own * one >= _LEAST:
                lines.append(f"          {own * one:6.2f}  {place.rpartition(':')[2]}")
    return "\n".join(lines)


def _file(place: str) -> str:
    """Return a short name for the file in `FILE:FUNCTION`; @dataclass generates code that has no file."""
    path = place.rpartition(":")[0]
    if path == "<string>":
        return "records (what @dataclass generates)"
    return path.removeprefix(f"{ROOT}/") if path.startswith(str(ROOT)) else "/".join(Path(path).parts[-2:])


if __name__ == "__main__":
    main()
