"""The requirements of OCPP 1.6 that checks for every version judge, by the id that a check of 1.6 for them would have.

Ids of OCPP 1.6 are ids of 2.0.1 with a 6 before them, if both are about the same subject. So some numbers are free.
"""

from collections.abc import Mapping

JUDGED_BY: Mapping[str, str] = {
    "6T01": "T01",
    "6T02": "T02",
    "6T08": "T11",
    "6T11": "T22",
    "6T12": "T17 to T19",
    "6R01": "R01 to R03",
    "6R02": "R04",
    "6R03": "R05",
    "6R04": "R06",
    "6R05": "R07",
    "6R06": "R08",
    "6R07": "R09",
    "6R08": "R10",
    "6R09": "R13",
    "6R10": "R14",
    "6R13": "R18",
    "6B01": "B01",
    "6B02": "B02",
    "6B04": "B04 and B05",
    "6B07": "B09",
}
"""The check, or the checks, by the free id."""
