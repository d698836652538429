"""The settings of output and records of a run."""

from typing import ClassVar

from mock_csms.settings import values
from mock_csms.settings.color import color
from mock_csms.settings.flags import flag, part, switch


@part
class Records:
    """The settings of output and records of a run."""

    title: ClassVar[str] = "records"

    trace: str | None = flag(
        None,
        "write every message into this file; the format is OCPP trace 1.1, which `mock-csms check` reads",
        values.text,
        "FILE",
    )
    events: str | None = flag(None, "write every event into this file as JSON Lines; - is stdout", values.text, "FILE")
    diagram: str | None = flag(
        None, "write a sequence diagram of the run into this file, as one HTML page", values.text, "FILE"
    )
    redact: bool = switch(
        "mask idTokens in everything that is shown or written; the last 100 are also masked where other texts mention "
        "them"
    )
    quiet: bool = switch("print only the first line and the verdict")
    verbose: bool = switch("print messages in full", short="-v", rivals=("quiet",))
    color: str = color()
    log_level: str = flag(
        "INFO",
        "lowest severity of the lines on stderr; DEBUG prints messages in full",
        values.one_of(lambda: ("DEBUG", "INFO", "WARNING", "ERROR")),
        "LEVEL",
    )
