"""Names that no vendor has, for the checks of DataTransfer."""

_NOBODY = ("invalid", "test", "example", "com.example", "net.example", "org.example")
"""Vendor names that no vendor can have (RFC 2606; P01.FR.02), in the reversed form that vendors use."""


def is_nobody(vendor: str) -> bool:
    """Return whether no vendor can have this name."""
    name = vendor.casefold()
    return any(name == nobody or name.startswith(f"{nobody}.") for nobody in _NOBODY)
