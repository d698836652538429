"""Wrong local lists, charging profiles, reservations, displays and data transfer (checks D, K, H, O, P)."""

from mock_csms.conformance.subject import Subject

FEATURES = Subject("features")
