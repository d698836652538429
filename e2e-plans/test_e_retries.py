"""Block E, transactions: events that the CSMS does not answer, or refuses, are sent again (E13)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import retries, sessions


@case(
    "TC_E_51_CS",
    use_case="E13",
    requirement="E13.FR.02, E13.FR.03",
    needs=sessions.NEEDS,
    fails_with={
        "never-repeats": r"sent no TransactionEvent\[seqNo=",
        "repeats-too-soon": r"TransactionEvent came 0\.\d s after TransactionEvent, expected at least 1 s",
        "repeats-something-else": r"sent no TransactionEvent\[seqNo=",
    },
)
async def test_e_51_second_attempt_after_an_error(station: Station) -> None:
    """An event that is refused with a CALLERROR is sent a second time after the interval, and then not again."""
    await retries.sends_again(station, retries.REFUSED, failures=1)


@case(
    "TC_E_42_CS",
    use_case="E13",
    requirement="E13.FR.02, E13.FR.03",
    needs=sessions.NEEDS,
    fails_with={
        "never-repeats": r"sent no TransactionEvent\[seqNo=",
        "repeats-too-soon": "TransactionEvent came .* s after TransactionEvent, expected at least 4 s",
    },
)
async def test_e_42_second_attempt_without_an_answer(station: Station) -> None:
    """An event without an answer is sent a second time after MessageTimeout and the interval, and then not again."""
    await retries.sends_again(station, retries.UNANSWERED, failures=1)


@case(
    "TC_E_50_CS",
    use_case="E13",
    requirement="E13.FR.02, E13.FR.03, E13.FR.04",
    needs=sessions.NEEDS,
    fails_with={
        "repeats-too-often": "sent TransactionEvent, which must not come",
        "repeats-too-soon@2": "TransactionEvent came .* s after TransactionEvent, expected at least 2 s",
        "never-repeats@2": r"sent no TransactionEvent\[seqNo=",
    },
)
async def test_e_50_last_attempt_after_errors(station: Station) -> None:
    """An event that is always refused is sent MessageAttempts times, after longer and longer pauses."""
    await retries.sends_again(station, retries.REFUSED, failures=retries.ATTEMPTS)


@case(
    "TC_E_41_CS",
    use_case="E13",
    requirement="E13.FR.02, E13.FR.03, E13.FR.04",
    needs=sessions.NEEDS,
    fails_with={
        "repeats-too-often": "sent TransactionEvent, which must not come",
        "repeats-too-soon@2": "TransactionEvent came .* s after TransactionEvent, expected at least 5 s",
    },
)
async def test_e_41_last_attempt_without_answers(station: Station) -> None:
    """An event that is never answered is sent MessageAttempts times, after longer and longer pauses."""
    await retries.sends_again(station, retries.UNANSWERED, failures=retries.ATTEMPTS)
