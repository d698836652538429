"""Wrong logs, customer information and monitoring (checks N)."""

from mock_csms.conformance.subject import Subject

DIAGNOSTICS = Subject("diagnostics")
