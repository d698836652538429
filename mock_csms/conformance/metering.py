"""Wrong meter values (checks M)."""

from mock_csms.conformance.subject import Subject

METERING = Subject("metering")
