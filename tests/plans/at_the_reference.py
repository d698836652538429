"""A run with the reference station, for tests of the steps and states."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.plans.reference import REFERENCE, Reference
from mock_csms.plans.run import Run
from mock_csms.protocol.records import replace
from tests.wire import PATIENCE


@asynccontextmanager
async def run(*flags: str, authorization: str = "local") -> AsyncIterator[Run]:
    """Start a run that is ready for cases; fail if there are findings at its end."""
    patient = replace(REFERENCE.timeouts, boot=PATIENCE, operator=PATIENCE)
    profile = replace(REFERENCE, authorization=authorization, timeouts=patient)
    async with Run(profile, None, Reference(flags), "127.0.0.1", 0) as it:
        yield it
        found = it.findings.take()
        assert found == [], found
