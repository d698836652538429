"""Block A, security: Basic authentication, and changes of the password (A00, A01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import security


@case(
    "TC_A_01_CS",
    use_case="A00",
    requirement="A00.FR.202, A00.FR.203, A00.FR.204, A00.FR.205",
    needs=("password",),
    fails_with={
        "no-credentials": "expected Connected, got Refused",
        "bearer": "expected Connected, got Refused",
        "other-user": "expected Connected, got Refused",
        "short-password": "expected Connected, got Refused",
    },
)
async def test_a_01_basic_authentication(station: Station) -> None:
    """After a restart the station sends its identity and its password in the Authorization header, and boots."""
    await security.uses(station, 1, 2)
    status = await station.prepare(security.set_password, security.NEW)
    await station.prepare(security.reconnects, status)
    security.require_password(station)
    await security.connects_after_reset(station)


@case(
    "TC_A_09_CS",
    use_case="A01",
    requirement="A01.FR.03",
    needs=("password",),
    fails_with={
        "old-password": "expected Connected, got Refused",
    },
)
async def test_a_09_password_is_changed(station: Station) -> None:
    """The station accepts a new password, and connects with it; if it has to reboot first, it boots after a Reset."""
    await security.uses(station, 1, 2)
    security.require_password(station)
    await security.reconnects(station, await security.set_password(station, security.NEW))


@case(
    "TC_A_10_CS",
    use_case="A01",
    requirement="A00.FR.205, A01.FR.04",
    needs=("password",),
    fails_with={
        "sets-anything": "attributeStatus: expected Rejected, got Accepted",
        "other-user": "expected Connected, got Refused",
    },
)
async def test_a_10_password_is_too_short(station: Station) -> None:
    """The station rejects a password of 15 characters, and still connects with the old one after a restart."""
    await security.uses(station, 1, 2)
    await security.set_password(station, security.TOO_SHORT, status="Rejected")
    security.require_password(station)
    await security.connects_after_reset(station)
