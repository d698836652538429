"""Steps that change the password of a station, whose key is AuthorizationKey (OCPP-J 1.6, 6.2.2; whitepaper, A01)."""

from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.files import has_whitepaper

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEW = "Mock-csms_0001@plan"
"""A password of 16 to 20 bytes (A00.FR.205)."""
_KEY = "AuthorizationKey"


async def uses_profile(station: Station, *profiles: str) -> None:
    """Skip the case unless the station uses one of these security profiles."""
    await has_whitepaper(station)
    used = await keys.get(station, "SecurityProfile")
    if used not in profiles:
        wanted = " or ".join(profiles)
        station.skip(f"applies to security profile {wanted}; the station uses {used}", applies=False)


async def uses_password(station: Station) -> None:
    """Skip the case unless the station uses security profile 1 or 2; from now on it is let in only with its password.

    The mock knows the password that it has set, or else that of --password-file.
    """
    await uses_profile(station, "1", "2")
    station.configure(basic_auth=[f"{station.identity}:{station.profile.password}"])


async def change(station: Station, password: str) -> None:
    """Give the station another password, which it must accept; after the case it gets its first one again."""
    station.known.connection_events.clear()
    station.undo_with("ChangeConfiguration", _given(station.profile.password))
    answer = await station.command("ChangeConfiguration", _given(password), status=keys.CHANGED)
    if answer["status"] == "RebootRequired":
        await states.booting(station)


def _given(password: str) -> dict[str, str]:
    """Return the payload that sets a password: its bytes in hexadecimal digits."""
    return {"key": _KEY, "value": password.encode().hex()}
