"""Block J, meter values: signed values at the end of a transaction (J01, J02)."""

from mock_csms.plans import Station, Taken, case
from mock_csms.plans.v2 import meters, sessions, signed_meters


async def signed_at_the_end(station: Station, controller: str, context: str) -> Taken:
    """Play a transaction with signed values that are collected for its end; return its Ended event."""
    wanted = await meters.measurands(station, controller, "TxEndedMeasurands")
    await station.set(controller, "SignReadings", "true")
    payloads, ended = await meters.collected(station, controller)
    found = meters.readings([ended], context)
    meters.check_series(station, found, wanted)
    signed_meters.check_signed(station, found)
    await signed_meters.check_keys(station, payloads)
    return ended


@case(
    "TC_J_04_CS",
    use_case="J01",
    requirement="J01.FR.21, E06.FR.11",
    needs=("C-40", "C-42", *sessions.NEEDS),
    fails_with={
        "signs-nothing": "sent no signedMeterValue of 20",
        "no-public-key": "sent 0 of .* events with the public key",
        "only-last-values": "sent values of 0 times, expected at least 2",
    },
)
async def test_j_04_signed_clock_values(station: Station) -> None:
    """The event that ends a transaction has signed clock-aligned values, with the public key as configured."""
    await signed_at_the_end(station, meters.ALIGNED, meters.CLOCK)


@case(
    "TC_J_11_CS",
    use_case="J02",
    requirement="J02.FR.21, E06.FR.11",
    needs=("C-42", *sessions.NEEDS),
    fails_with={
        "signs-nothing": "sent no signedMeterValue of 20",
        "key-each-time": "sent [2-9] of .* events with the public key",
        "says-it-signs": "sent no signedMeterValue of 20",
    },
)
async def test_j_11_signed_sampled_values(station: Station) -> None:
    """The event that ends a transaction has signed sampled values, also of the end, with the key as configured."""
    ended = await signed_at_the_end(station, meters.SAMPLED, meters.PERIODIC)
    signed_meters.check_signed(station, meters.readings([ended], meters.END))
