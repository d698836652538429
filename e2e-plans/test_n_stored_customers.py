"""Block N, diagnostics: a station reports and clears the data of a customer (N09, N10)."""

from mock_csms.plans import Station, case, one_of
from mock_csms.plans.v2 import customers
from mock_csms.protocol.actions import Json

CARD, STORE = "C-30 or C-31 or C-34", "LA-0 or C-49"
NEVER_ENDS = {"customer-information-never-ends": "tbc: expected false or nothing, got true"}
NOT_SENT = {"no-customer-information": "sent no NotifyCustomerInformation"}


async def is_cleared(station: Station, customer: Json) -> None:
    """Let the station report and clear the data of a customer; afterwards it must not report them again.

    The local list is not cleared: as N10.FR.02 says, the mock removes the customer from it.
    """
    await station.prepare(customers.stored)
    id_ = await customers.request(station, customer, report=True, clear=True)
    before = await customers.told_data(station, id_)
    await station.prepare(customers.remove_from_list)
    again = customers.asking(customer, report=True)
    answer = await station.command("CustomerInformation", again, status=one_of("Accepted", "Rejected"))
    if answer["status"] == "Accepted" and await customers.told_once(station, again["requestId"]) == before:
        raise AssertionError("the station still reports the data that it has cleared")


@case(
    "TC_N_27_CS",
    use_case="N09",
    requirement="N09.FR.02, N09.FR.05",
    needs=(CARD, STORE),
    fails_with=NOT_SENT
    | {
        "wrong-customer-information-id": "requestId: expected .*, got ",
        "customer-not-found": "the station reports no data of a customer whose data it has stored",
    },
)
async def test_n_27_data_are_reported(station: Station) -> None:
    """The station reports the data of a customer whom it knows, in numbered parts, with tbc in all but the last."""
    await station.prepare(customers.stored, in_list=True)
    await customers.told_data(station, await customers.request(station, customers.driver(station), report=True))


@case(
    "TC_N_28_CS",
    use_case="N09",
    requirement="N09.FR.02, N09.FR.06",
    needs=(CARD, STORE),
    fails_with=NEVER_ENDS | NOT_SENT,
)
async def test_n_28_no_data_to_report(station: Station) -> None:
    """For a customer without data the station sends a single NotifyCustomerInformation."""
    await station.prepare(customers.not_stored)
    await customers.told_once(station, await customers.request(station, customers.driver(station), report=True))


@case(
    "TC_N_30_CS",
    use_case="N10",
    requirement="N10.FR.01, N10.FR.03, N10.FR.04",
    needs=(CARD, STORE),
    fails_with={"customer-kept": "the station still reports the data that it has cleared"},
)
async def test_n_30_data_are_reported_and_cleared(station: Station) -> None:
    """The station reports and clears the data of a customer; asked again, it has no data."""
    await is_cleared(station, customers.driver(station))


@case(
    "TC_N_31_CS",
    use_case="N10",
    requirement="N10.FR.01, N10.FR.04",
    needs=(CARD, STORE),
    fails_with=NEVER_ENDS | NOT_SENT,
)
async def test_n_31_no_data_to_clear(station: Station) -> None:
    """Asked to report and clear the data of a customer without data, the station sends one notification."""
    await station.prepare(customers.not_stored)
    id_ = await customers.request(station, customers.driver(station), report=True, clear=True)
    await customers.told_once(station, id_)


@case(
    "TC_N_32_CS",
    use_case="N10",
    requirement="N10.FR.01, N10.FR.06",
    fails_with=NEVER_ENDS | NOT_SENT,
)
async def test_n_32_data_are_cleared(station: Station) -> None:
    """The station confirms that it has cleared the data of a customer in one NotifyCustomerInformation."""
    await customers.told_once(station, await customers.request(station, customers.driver(station), clear=True))


@case(
    "TC_N_62_CS",
    use_case="N10",
    requirement="N10.FR.01, N10.FR.03, N10.FR.04",
    needs=("C-14",),
    fails_with={"customer-kept": "the station still reports the data that it has cleared"},
)
async def test_n_62_data_of_an_identifier_are_cleared(station: Station) -> None:
    """The station reports and clears the data of a customer who is named by a customerIdentifier."""
    if not station.profile.customer:
        station.skip("the profile of the station has no customer")
    await is_cleared(station, {"customerIdentifier": station.profile.customer})
