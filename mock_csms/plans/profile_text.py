"""Writes a profile as a file, with comments for the person who completes it by hand."""

from collections.abc import Iterator, Mapping

import tomli_w

from mock_csms.plans.profile import Profile
from mock_csms.plans.v2.features import FEATURES
from mock_csms.plans.v2.learning import Learned
from mock_csms.plans.v2.tokens import token_text
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import asdict

_COLUMN = 44
_USUAL = Profile("")
_TIMEOUTS: Mapping[str, str] = {
    "message": "time for a message that is due at once",
    "boot": "a reboot",
    "operator": "time for an action of a person",
    "case": "time for a whole case",
    "silence": "how long to watch that no message comes",
    "settle": "the station is idle after this long without a message",
    "interval": "interval in answers Pending and Rejected",
    "tolerance": "allowed deviation of its clock",
}
_KINDS: Mapping[str, str] = {
    "valid": "may charge",
    "valid-2": "may charge too",
    "invalid": "is answered with Invalid",
    "blocked": "is answered with Blocked",
    "expired": "is answered with Expired",
    "unknown": "is answered with Unknown",
    "master-pass": "of the group of master passes",
}


def profile_text(learned: Learned | None = None) -> str:
    """Return the text of a profile file: with the learned facts about a station, or an empty one to fill in."""
    known = learned or Learned(Profile("CS-1"))
    who = f": {printable(known.who)}" if known.who else ""
    origin = f"read from the station{who}" if learned else "to be filled in"
    lines = [
        f"# Profile of a station for the test plans, {origin}.",
        "# ControlLines that begin with # hold the default, or need to be filled in by hand.",
    ]
    lines += ["", _line("identity", known.profile.identity, "the last segment of the URL that it connects to")]
    lines.append(_line("connectors", list(known.profile.connectors), "how many connectors each EVSE has"))
    lines.append(
        _line("authorization", "local", "how sessions begin if the case does not say it: local or remote", is_set=False)
    )
    lines += [
        "",
        *_features(known),
        "",
        *_addresses(known),
        "",
        "[tokens]",
        *_tokens(),
        "",
        "[timeouts]",
        *_timeouts(known),
    ]
    return "".join(f"{line}\n" for line in lines)


def _features(known: Learned) -> Iterator[str]:
    has = known.profile.features
    titles = {feature.id: feature.title for feature in FEATURES}
    yield "# Features of Part 5; remove the # from those that the station has."
    yield "features = ["
    for id_, title in titles.items():
        if id_ in has:
            yield _noted(f'    "{id_}",', title)
        elif id_ not in known.lacks:
            yield _noted(f'    # "{id_}",', title)
    yield "]"
    if known.lacks:
        yield f"# According to its variables it has none of {', '.join(id_ for id_ in titles if id_ in known.lacks)}."


def _addresses(known: Learned) -> Iterator[str]:
    slots, usual = list(known.profile.slots), list(_USUAL.slots)
    yield _noted(
        '# url = "ws://10.0.0.2:9000"', "URL at which it reaches the mock, if that differs from where the mock listens"
    )
    yield _line("slots", slots, "slots of its network profiles", is_set=slots != usual)
    yield _line("interface", _USUAL.interface, "the interface through which it reaches the mock", is_set=False)
    yield _noted('# customer = "…"', "how it names the customer of the token valid, other than by that token (C-14)")
    yield _noted('# firmware = "https://…"', "URL of firmware that it can install")
    yield _noted('# logs = "https://…"', "URL to which it can upload logs")


def _tokens() -> Iterator[str]:
    for kind, title in _KINDS.items():
        token = _USUAL.tokens[kind]
        yield _line(kind, token_text(token), f"a token that {title}".replace("that of", "of"), is_set=False)


def _timeouts(known: Learned) -> Iterator[str]:
    for name, seconds in asdict(known.profile.timeouts).items():
        reason = known.reasons.get(name)
        title = f"{_TIMEOUTS[name]}{f': by {reason}' if reason else ''}"
        yield _line(name, int(seconds) if seconds == int(seconds) else seconds, title, is_set=reason is not None)


def _line(name: str, value: object, title: str, *, is_set: bool = True) -> str:
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else None
    written = f"{name} = {text}" if text else tomli_w.dumps({name: value}).strip()
    return _noted(written if is_set else f"# {written}", title)


def _noted(line: str, note: str) -> str:
    return f"{line:{_COLUMN}}# {note}"
