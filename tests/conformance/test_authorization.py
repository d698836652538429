"""Tests of the idToken checks (A) that the misbehaviours of the reference station do not cover."""

from typing import Any

from tests.conformance.story import Story

ALICE = {"idToken": "Alice", "type": "ISO14443"}
REFUSED, ACCEPTED = {"status": "Blocked"}, {"status": "Accepted"}
ALL = ("A01", "A02", "A03", "A04", "A05", "A06", "A07")


def authorize(story: Story, **info: Any) -> Story:
    """Let the station send an Authorize for Alice."""
    return story.call("Authorize", {"idToken": ALICE}, {"idTokenInfo": ACCEPTED | info})


def started(story: Story, **more: Any) -> Story:
    """Start a transaction for Alice."""
    return story.event("Started", "Authorized", **({"idToken": ALICE} | more))


def test_a_refused_token_does_not_start() -> None:
    """A02 reports a refused start, unless the start came before the refusal or was remote."""
    assert started(authorize(Story().begin())).found(*ALL) == []
    refused = started(authorize(Story().begin(), **REFUSED))
    assert refused.found(*ALL) == ["idToken Alice was Blocked, but started charging 0.0 s later"]
    assert started(authorize(Story().begin().wait(99), **REFUSED), after=-60.0).found(*ALL) == []
    assert authorize(started(Story().begin()), **REFUSED).found(*ALL) == []
    remote = authorize(Story().begin(), **REFUSED).event(
        "Started", "RemoteStart", idToken=ALICE, info={"remoteStartId": 1}
    )
    assert remote.found(*ALL) == []


def test_a_refused_token_that_starts_offline() -> None:
    """A02 and A03 are silent about a start that was made offline, after the cache with the refusal was cleared."""
    cleared = authorize(Story().begin(), **REFUSED).command("ClearCache", {}, {"status": "Accepted"})
    assert started(cleared, offline=True).found(*ALL) == []


def test_a_refused_token_needs_a_new_authorize() -> None:
    """A03 reports a start with an idToken refused earlier, unless the station was offline or sent Authorize again."""
    refused = authorize(Story().begin(), **REFUSED).wait(99)
    assert started(refused).found(*ALL) == ["idToken Alice was Blocked, but started charging without a new Authorize"]
    assert started(authorize(authorize(Story().begin(), **REFUSED).wait(99))).found(*ALL) == []
    assert started(authorize(Story().begin(), **REFUSED).wait(99), offline=True).found(*ALL) == []


def test_evses_that_a_token_may_not_use() -> None:
    """A04 reports a start at an EVSE not in evseId, but not if the answer to the Started itself brought the evseId."""
    only = {"evseId": [2]}
    elsewhere = started(authorize(Story().begin(), **only))
    assert elsewhere.found(*ALL) == ["idToken Alice started charging at EVSE 1, but is allowed at 2"]
    result = {"idTokenInfo": ACCEPTED | only}
    assert started(started(Story().begin(), answer=result)).found(*ALL) == []


def test_stopping_needs_no_authorize() -> None:
    """A05 reports an Authorize before a stop, unless the idToken also starts another transaction."""
    stop = ("Ended", "StopAuthorized", 1)
    assert started(authorize(Story().begin())).wait(60).event(*stop, idToken=ALICE).found(*ALL) == []
    asking = authorize(started(authorize(Story().begin())).wait(60)).event(*stop, idToken=ALICE)
    assert asking.found(*ALL) == ["Authorize was sent 0.0 s before the same idToken stopped its transaction"]
    two = authorize(started(authorize(Story().begin())).wait(60))
    two = two.event("Started", "Authorized", idToken=ALICE, info={"transactionId": "U"}, evse={"id": 2})
    assert two.wait(5).event(*stop, idToken=ALICE).found(*ALL) == []


def test_remote_starts_that_are_authorized() -> None:
    """A01 reports a remote start without Authorize, if no cache or list of the station can know the idToken."""
    known = {"AuthCtrlr_AuthorizeRemoteStart": "true", "AuthCtrlr_Enabled": "true"}
    known |= {"AuthCacheCtrlr_Enabled": "false", "LocalAuthListCtrlr_Enabled": "false"}
    request = ("RequestStartTransaction", {"remoteStartId": 7, "idToken": ALICE}, {"status": "Accepted"})
    event: Any = {"kind": "Started", "trigger": "RemoteStart", "idToken": ALICE, "info": {"remoteStartId": 7}}

    def begin(**values: str) -> Story:
        return Story().begin().know(**(known | values)).command(*request)

    assert begin().event(**event).found(*ALL) == ["the remote start 7 was not authorized"]
    assert authorize(begin()).event(**event).found(*ALL) == []
    assert begin(AuthCtrlr_AuthorizeRemoteStart="false").event(**event).found(*ALL) == []
    assert begin(AuthCacheCtrlr_Enabled="true").event(**event).found(*ALL) == []
