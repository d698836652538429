"""What no misbehaviour of the station shows of the checks of idTokens (A)."""

from typing import Any

from tests.conformance.story import Story

ALICE = {"idToken": "Alice", "type": "ISO14443"}
REFUSED, ACCEPTED = {"status": "Blocked"}, {"status": "Accepted"}
ALL = ("A01", "A02", "A03", "A04", "A05", "A06", "A07")


def asked(story: Story, **info: Any) -> Story:
    """Ask about Alice."""
    return story.call("Authorize", {"idToken": ALICE}, {"idTokenInfo": ACCEPTED | info})


def started(story: Story, **more: Any) -> Story:
    """Let Alice begin."""
    return story.event("Started", "Authorized", **({"idToken": ALICE} | more))


def test_who_is_refused_does_not_begin() -> None:
    """But for what began before, elsewhere, or by the CSMS (A02)."""
    assert started(asked(Story().begin())).found(*ALL) == []
    refused = started(asked(Story().begin(), **REFUSED))
    assert refused.found(*ALL) == ["idToken Alice was Blocked, but started charging 0.0 s later"]
    assert started(asked(Story().begin().wait(99), **REFUSED), after=-60.0).found(*ALL) == []
    assert asked(started(Story().begin()), **REFUSED).found(*ALL) == []
    remote = asked(Story().begin(), **REFUSED).event("Started", "RemoteStart", idToken=ALICE, info={"remoteStartId": 1})
    assert remote.found(*ALL) == []


def test_who_was_refused_is_asked_about_again() -> None:
    """Unless the station was offline (A03)."""
    refused = asked(Story().begin(), **REFUSED).wait(99)
    assert started(refused).found(*ALL) == ["idToken Alice was Blocked, but started charging without a new Authorize"]
    assert started(asked(asked(Story().begin(), **REFUSED).wait(99))).found(*ALL) == []
    assert started(asked(Story().begin(), **REFUSED).wait(99), offline=True).found(*ALL) == []


def test_where_somebody_may_charge() -> None:
    """A restriction that comes later is not broken by what is told again (A04)."""
    only = {"evseId": [2]}
    elsewhere = started(asked(Story().begin(), **only))
    assert elsewhere.found(*ALL) == ["idToken Alice started charging at EVSE 1, but may only at 2"]
    told = {"idTokenInfo": ACCEPTED | only}
    assert started(started(Story().begin(), answer=told)).found(*ALL) == []


def test_stopping_needs_no_question() -> None:
    """But a question about somebody who charges may be for another EVSE (A05)."""
    stop = ("Ended", "StopAuthorized", 1)
    assert started(asked(Story().begin())).wait(60).event(*stop, idToken=ALICE).found(*ALL) == []
    asking = asked(started(asked(Story().begin())).wait(60)).event(*stop, idToken=ALICE)
    assert asking.found(*ALL) == ["Authorize was sent 0.0 s before the same idToken stopped its transaction"]
    two = asked(started(asked(Story().begin())).wait(60))
    two = two.event("Started", "Authorized", idToken=ALICE, info={"transactionId": "U"}, evse={"id": 2})
    assert two.wait(5).event(*stop, idToken=ALICE).found(*ALL) == []


def test_remote_starts_that_are_authorized() -> None:
    """Where the station knows nobody itself, it asks (A01)."""
    known = {"AuthCtrlr_AuthorizeRemoteStart": "true", "AuthCtrlr_Enabled": "true"}
    known |= {"AuthCacheCtrlr_Enabled": "false", "LocalAuthListCtrlr_Enabled": "false"}
    request = ("RequestStartTransaction", {"remoteStartId": 7, "idToken": ALICE}, {"status": "Accepted"})
    event: Any = {"kind": "Started", "trigger": "RemoteStart", "idToken": ALICE, "info": {"remoteStartId": 7}}

    def begin(**values: str) -> Story:
        return Story().begin().know(**(known | values)).command(*request)

    assert begin().event(**event).found(*ALL) == ["the remote start 7 was not authorized"]
    assert asked(begin()).event(**event).found(*ALL) == []
    assert begin(AuthCtrlr_AuthorizeRemoteStart="false").event(**event).found(*ALL) == []
    assert begin(AuthCacheCtrlr_Enabled="true").event(**event).found(*ALL) == []
