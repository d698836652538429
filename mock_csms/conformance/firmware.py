"""Wrong updates of the firmware (checks L)."""

from mock_csms.conformance.subject import Subject

FIRMWARE = Subject("firmware")
