"""Wrong availability (checks G)."""

from mock_csms.conformance.subject import Subject

AVAILABILITY = Subject("availability")
