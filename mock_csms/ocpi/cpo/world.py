"""The state of the CPO."""

from mock_csms.ocpi.world import OcpiWorld


class CpoWorld(OcpiWorld, kw_only=True):
    """The state behind the OCPI server of the CPO."""
