"""The checks of OCPP 1.6 that the mock does not perform, and the reasons."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {}
"""The requirement, the title and the reason, by the id of the check."""
