"""All kinds of events. This module imports all that define some."""

from mock_csms.twin import ocpi_events  # noqa: F401 - its classes are kinds of events too
from mock_csms.twin.events import Event

ALL: tuple[type[Event], ...] = tuple(Event.__subclasses__())
"""Every kind of event."""
