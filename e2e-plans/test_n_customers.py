"""Block N, diagnostics: the data that a station stores about a customer (N09, N10)."""

from mock_csms.plans import Station, absent, case, one_of, says
from mock_csms.plans.v2 import customers
from mock_csms.protocol.actions import Json


async def inform(station: Station, asked: Json) -> None:
    """Request customer information; skip the case if the station cannot find customers in this way (C-14)."""
    answers = one_of("Accepted", "Rejected", "Invalid")
    if (await station.command("CustomerInformation", asked, status=answers))["status"] != "Accepted":
        station.lacks("customer information for this kind of identification")


@case(
    "TC-N02",
    use_case="N09",
    fails_with={
        "wrong-customer-information-id": "requestId: expected 1, got 2",
        "no-customer-information": "sent no NotifyCustomerInformation",
        "customer-information-never-ends": "tbc: expected false or nothing, got true",
    },
)
async def test_n02_customer_without_data(station: Station) -> None:
    """For an unknown customer the station sends a single NotifyCustomerInformation; the answer is empty."""
    asked = {"requestId": 1, "report": True, "clear": False, "customerIdentifier": "nobody"}
    await inform(station, asked)
    message = says("NotifyCustomerInformation", requestId=1, seqNo=0, tbc=one_of(False, absent))
    assert await station.answered(await station.expect(message)) == {}


@case(
    "TC-N02-CI",
    use_case="N09",
    fails_with={
        "wrong-customer-information-id": "requestId: expected 2, got 3",
        "customer-information-never-ends": "sent no NotifyCustomerInformation",
    },
)
async def test_n02_data_of_a_customer(station: Station) -> None:
    """For the customer of a token the station sends numbered parts; only the last one is marked as the last."""
    asked = {"requestId": 2, "report": True, "clear": False, "idToken": station.profile.tokens["valid"]}
    await inform(station, asked | {"customerIdentifier": None})
    await customers.told(station, 2)
