"""Rules and expectations at stations of OCPP 1.6, 2.0.1 and 2.1."""

import re

from mock_csms.protocol.versions import V16, V21, V201
from tests.three_versions import ask, three
from tests.verdicts import Run
from tests.wire import Mock, transaction


async def test_a_rule_may_name_a_version() -> None:
    """A rule with `~VERSION` applies only to stations of that version, and its error code is not translated."""
    flags = [
        "--error",
        "Heartbeat~1.6",
        "FormatViolation",
        "--reply",
        "Authorize~2.1",
        '{"idTokenInfo":{"status":"Invalid"}}',
    ]
    flags += ["--fault", "DataTransfer~2.0.1", "drop"]
    async with Mock(*flags) as mock, three(mock) as (old, middle, new):
        await old.expect_error("Heartbeat", {}, "FormatViolation")
        await ask(middle, V201, "Heartbeat")
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["status"] == "Accepted"
        assert (await ask(new, V21, "Authorize"))["idTokenInfo"]["status"] == "Invalid"
        await ask(new, V21, "DataTransfer")
        await ask(old, V16, "DataTransfer")
        await middle.send([2, "d", "DataTransfer", {"vendorId": "v"}])
        await ask(middle, V201, "Heartbeat")
        assert "warning" not in mock.log


async def test_a_reply_that_fits_only_some_versions() -> None:
    """A reply is not used for a version whose schema it violates; the start prints a warning."""
    reply = ["--reply", "Authorize", '{"idTokenInfo":{"status":"Expired"}}', "--error", "Heartbeat", "FormatViolation"]
    async with Mock(*reply) as mock, three(mock) as (old, middle, new):
        assert re.search("warning: Authorize .*: not used for stations of OCPP 1.6: ", mock.log)
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["status"] == "Expired"
        assert (await ask(new, V21, "Authorize"))["idTokenInfo"]["status"] == "Expired"
        await old.expect_error("Heartbeat", {}, "FormationViolation")
        await new.expect_error("Heartbeat", {}, "FormatViolation")


async def test_a_group_that_is_too_long_for_a_version() -> None:
    """A group id is not used for a version in which it is too long; the start prints a warning."""
    async with Mock("--auth-group-id", "g" * 30) as mock, three(mock) as (old, middle, _):
        assert f"--auth-group-id: not used for stations of OCPP 1.6: '{'g' * 30}' is longer than 20" in mock.log
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["groupIdToken"]["idToken"] == "g" * 30


async def test_a_rule_without_a_station_gets_a_warning() -> None:
    """A rule for a version or an action that --ocpp excludes gets a warning at the start."""
    flags = ("--ocpp=2.0.1", "--error", "Heartbeat~1.6", "InternalError", "--fault", "StopTransaction", "drop")
    async with Mock(*flags) as mock, mock.station():
        assert mock.log.count("warning: ") == 2


async def test_expectations_depend_on_the_version() -> None:
    """An expectation applies only to stations of its version, or whose version has its action."""
    flags = [
        "--expect=StartTransaction[connectorId=1]",
        "--expect=Heartbeat~2.0.1",
        "--expect=TransactionEvent",
    ]
    flags += ["--expect=connect~1.6", "--linger=0"]
    async with Run(*flags) as mock, three(mock) as (old, middle, _):
        await ask(old, V16, "Heartbeat")
        await ask(old, V16, "StartTransaction")
        await middle.ask("TransactionEvent", transaction("Started"))
        await middle.ask("Heartbeat")
        assert (await mock.ended())[0] == 0
