"""Wrong installed certificates (checks C)."""

from mock_csms.conformance.subject import Subject

CERTIFICATES = Subject("certificates")
