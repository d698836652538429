"""Wrong handshakes and connections (checks T)."""

from mock_csms.conformance.subject import Subject

TRANSPORT = Subject("transport")
