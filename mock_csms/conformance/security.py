"""Wrong security events, credentials and certificates of the station (checks S)."""

from mock_csms.conformance.subject import Subject

SECURITY = Subject("security")
