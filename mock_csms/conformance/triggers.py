"""Wrong triggered messages (checks F)."""

from mock_csms.conformance.subject import Subject

TRIGGERS = Subject("triggers")
