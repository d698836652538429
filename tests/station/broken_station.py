"""A `mock-station` with a fault in its code: its decisions raise KeyError as soon as it gets a cue of one kind.

As a program: `python -m tests.station.broken_station CUE URL [FLAG …]`, with the name of a class in `cues`.
"""

import sys
from typing import Any

from mock_csms.commands import station
from mock_csms.protocol.records import replace
from mock_csms.station import cues
from mock_csms.station.machines import MACHINES, PREFERRED

if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]

    def step(device: Any, cue: cues.Cue, moment: Any) -> Any:
        """Decide like the right station, but raise KeyError for one kind of cue."""
        if isinstance(cue, getattr(cues, kind)):
            raise KeyError("a fault of the station")
        return PREFERRED.step(device, cue, moment)

    MACHINES["2.0.1"] = replace(PREFERRED, step=step)
    sys.exit(station.main(arguments))
