"""What is shown and kept of a run."""

from dataclasses import dataclass
from typing import ClassVar

from mock_csms import values
from mock_csms.flags import flag, switch


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Records:
    """What is shown and kept of a run."""

    title: ClassVar[str] = "records"

    trace: str | None = flag(None, "write every message to a file, in the OCPP trace format 1.1", values.text, "FILE")
    events: str | None = flag(None, "write everything that happens as JSON Lines; - is stdout", values.text, "FILE")
    diagram: str | None = flag(None, "write the run as a sequence diagram, one HTML page", values.text, "FILE")
    redact: bool = switch("mask idTokens in all that is shown or written, also where the last 100 are mentioned again")
    quiet: bool = switch("show no lines but the first and the verdict")
    verbose: bool = switch("show messages in full", short="-v", rivals=("quiet",))
    log_level: str = flag(
        "INFO",
        "least severity of the lines on stderr; DEBUG shows messages in full",
        values.one_of(lambda: ("DEBUG", "INFO", "WARNING", "ERROR")),
        "LEVEL",
    )
