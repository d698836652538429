"""Block C, authorization: the cache (C11)."""

from mock_csms.plans import Station, case


@case(
    "TC-C01-CACHE",
    use_case="C11",
    fails_with={"no-answer@2": "ClearCache to .*: no answer"},
)
async def test_c11_cache_is_cleared(station: Station) -> None:
    """A station with an enabled authorization cache accepts ClearCache."""
    if await station.get("AuthCacheCtrlr", "Enabled") != "true":
        station.lacks("enabled authorization cache")
    await station.command("ClearCache", status="Accepted")
