"""How the variables of a station are read and set in one version of OCPP: a row of functions for `changes.py`."""

from collections.abc import Callable, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Settable(Record, eq=False):
    """How variables are read and set. A configuration key of 1.6 is a variable whose component is ""."""

    ask: Callable[[str, str], tuple[str, Json]]
    """Returns the command that asks for a variable, by component and name: its action and payload."""
    value_in: Callable[[Json], str | None]
    """Returns the value in the answer; None if the station does not have the variable."""
    give: Callable[[str, str, str], tuple[str, Json]]
    """Returns the command that sets a variable, by component, name and value."""
    statuses_in: Callable[[Json], Sequence[str]]
    """Returns the statuses in the answer to a command that sets variables; none for any other answer."""
    restart: tuple[str, Json]
    """The command that restarts the station, so that variables take effect."""
