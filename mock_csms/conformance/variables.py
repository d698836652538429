"""Wrong variables, and reports of them (checks V)."""

from mock_csms.conformance.subject import Subject

VARIABLES = Subject("variables")
