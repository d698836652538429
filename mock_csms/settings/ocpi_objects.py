"""The settings of the objects of OCPI: locations, connectors and tariffs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from mock_csms.protocol.records import Record
from mock_csms.settings import values
from mock_csms.settings.flags import Form, flag, part
from mock_csms.settings.ocpi_sites import OcpiSite, site_table, sites

STANDARDS = (
    *("CHADEMO", "CHAOJI", *(f"DOMESTIC_{letter}" for letter in "ABCDEFGHIJKLMNO"), "GBT_AC", "GBT_DC"),
    *("IEC_60309_2_single_16", "IEC_60309_2_three_16", "IEC_60309_2_three_32", "IEC_60309_2_three_64"),
    *("IEC_62196_T1", "IEC_62196_T1_COMBO", "IEC_62196_T2", "IEC_62196_T2_COMBO", "IEC_62196_T3A", "IEC_62196_T3C"),
    *("NEMA_5_20", "NEMA_6_30", "NEMA_6_50", "NEMA_10_30", "NEMA_10_50", "NEMA_14_30", "NEMA_14_50"),
    *("PANTOGRAPH_BOTTOM_UP", "PANTOGRAPH_TOP_DOWN", "TESLA_R", "TESLA_S"),
)
FORMATS = ("SOCKET", "CABLE")
POWER_TYPES = ("AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC")
_OCCUPIED = ("CHARGING", "BLOCKED", "AVAILABLE")


class OcpiConnector(Record):
    """What is told of a connector if its station does not tell it."""

    standard: str = "IEC_62196_T2"
    format: str = "SOCKET"
    power_type: str = "AC_3_PHASE"
    voltage: int = 230
    amperage: int = 32


def connector(value: str) -> OcpiConnector:
    """Parse `STANDARD[,FORMAT[,POWER_TYPE[,VOLTS[,AMPERES]]]]`."""
    parsers: Mapping[str, Callable[[str], Any]] = {
        "standard": values.one_of(lambda: STANDARDS),
        "format": values.one_of(lambda: FORMATS),
        "power_type": values.one_of(lambda: POWER_TYPES),
        "voltage": values.integer(1, 2000),
        "amperage": values.integer(1, 2000),
    }
    words = value.split(",")
    if len(words) > len(parsers):
        raise ValueError(f"{value!r} has more than STANDARD,FORMAT,POWER_TYPE,VOLTS,AMPERES")
    found = {name: parse(word.strip()) for word, (name, parse) in zip(words, parsers.items(), strict=False)}
    if found.get("power_type") == "DC" and "voltage" not in found:
        found |= {"voltage": 400, "amperage": 125}
    return OcpiConnector(**found)


@part
class RoamingObjects:
    """The settings of the objects of OCPI: locations, connectors and tariffs."""

    title: ClassVar[str] = "objects of OCPI"

    ocpi_location: Sequence[OcpiSite] = flag(
        (),
        "the Locations of OCPI; without any, all stations are at one Location, LOC1; a station that no Location has is "
        "not told to anybody",
        sites,
        forms={
            "ocpi_location": Form(
                ("ID[,stations=PATTERN][,KEY=VALUE,…]",),
                "a Location of OCPI: `stations` is the pattern of the identities of its stations; the other keys are "
                "`name`, `address`, `city`, `postal-code`, `country`, `latitude`, `longitude`, `time-zone`, `publish`",
                site_table,
            )
        },
        needs=("ocpi",),
    )
    ocpi_connector: OcpiConnector = flag(
        OcpiConnector(),
        "what is told of a connector if the station has not reported its type; OCPP 1.6 has no message for that",
        connector,
        "STANDARD[,FORMAT[,POWER_TYPE[,VOLTS[,AMPERES]]]]",
        needs=("ocpi",),
        shown="IEC_62196_T2,SOCKET,AC_3_PHASE,230,32",
    )
    ocpi_occupied: str = flag(
        "CHARGING",
        "the status of an EVSE where a vehicle is connected and no transaction runs",
        values.one_of(lambda: _OCCUPIED),
        "|".join(_OCCUPIED),
        needs=("ocpi",),
    )
    ocpi_offline_after: float = flag(
        0.0,
        "after how many seconds without its station an EVSE gets the status UNKNOWN",
        values.number(),
        "SEC",
        needs=("ocpi",),
    )
