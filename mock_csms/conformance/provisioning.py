"""Wrong boots, heartbeats and resets (checks B)."""

from mock_csms.conformance.subject import Subject

PROVISIONING = Subject("provisioning")
