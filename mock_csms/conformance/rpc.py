"""Wrong frames, arrays and answers (checks R)."""

from mock_csms.conformance.subject import Subject

RPC = Subject("rpc")
