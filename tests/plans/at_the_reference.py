"""The reference station as the station under test, for tests of what cases are written with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.plans.reference import REFERENCE, Reference
from mock_csms.plans.run import Run
from mock_csms.protocol.records import replace
from tests.wire import PATIENCE


@asynccontextmanager
async def run(*flags: str, authorization: str = "local") -> AsyncIterator[Run]:
    """Run it, ready for cases; in the end no conformance check has found anything."""
    patient = replace(REFERENCE.timeouts, boot=PATIENCE, operator=PATIENCE)
    profile = replace(REFERENCE, authorization=authorization, timeouts=patient)
    async with Run(profile, None, Reference(flags), "127.0.0.1", 0) as it:
        yield it
        found = it.findings.take()
        assert found == [], found
