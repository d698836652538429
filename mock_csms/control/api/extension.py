"""What another room adds to the API and to its page: it registers rows with their functions, and panes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_csms.control.api.operation import Operations
from mock_csms.protocol.records import Record


class ApiExtension(Record, kw_only=True):
    """Endpoints and panes that are there only while another room is in use."""

    rows: Operations
    """Further rows of the table of endpoints."""
    functions: Mapping[str, Callable[[Any], Any]]
    """The function of each row, by its name; it gets the `ApiRequest`."""
    panes: Sequence[str] = ()
    """The names of the ES modules of its panes, in the order of their tabs."""
    files: Mapping[str, Path] = {}
    """The files of these panes, by their names."""
