"""Wrong authorization (checks A)."""

from mock_csms.conformance.subject import Subject

AUTHORIZATION = Subject("authorization")
