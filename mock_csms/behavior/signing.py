"""How the mock answers when a station asks for a certificate, and with what certificate it comes back (A02, A03)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from mock_csms.behavior.commands import Step
from mock_csms.behavior.rules import Answer, Match, Reply, Rule
from mock_csms.behavior.templates import compile_template
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.twin.station import StationModel

ON, REFUSE, WITHHOLD, DELAY = "on", "refuse", "withhold", "delay"
SIGN_KINDS: Mapping[str, str] = {
    ON: "a right certificate",
    REFUSE: "no certificate: its request is Rejected",
    WITHHOLD: "no certificate, although its request is Accepted",
    DELAY: "a right certificate, SEC seconds later (`delay=SEC`)",
    "wrong-ca": "a certificate of an authority that the mock does not trust",
    "expired": "a certificate that has expired",
    "wrong-cn": "a certificate for another serial number",
    "other-key": "a certificate for another key than that of its request",
    "garbage": "a text that only looks like a certificate",
}
"""Every kind of `--sign`, and what the station gets."""


class Sign(Record):
    """What a station that asks for a certificate gets."""

    kind: str
    seconds: float = 0.0
    """How many seconds after the answer the certificate comes."""
    times: int | None = None
    """How many requests of each station get it; None for no limit."""
    stations: str = "*"
    """The pattern of the identities that it is for."""

    @property
    def told(self) -> str:
        """How it is named in events."""
        kind = f"{self.kind}={self.seconds:g}" if self.kind == DELAY else self.kind
        times = f"*{self.times}" if self.times is not None else ""
        return f"--sign {kind}{times}{'' if self.stations == '*' else f'@{self.stations}'}"


class SigningWords(Record):
    """How a version of OCPP asks for a certificate."""

    request: str
    """The action with which a station asks."""
    limit: tuple[str, str]
    """The component and the variable that say how many characters a chain may have."""
    step: Callable[[Json, str], Step]
    """Returns the command that brings a chain; gets the payload of the request too."""


def sign_rules(signs: Sequence[Sign], words: SigningWords | None) -> Iterable[Rule[Answer]]:
    """Accept or reject requests as `--sign` says; a CSR that is unreadable, unsigned or too weak is rejected.

    Its names reject nothing: whether they are right may not be known. Checks report them.
    """
    if words is not None:
        for sign in signs:
            yield from _rules_of(sign, words.request)


def _rules_of(sign: Sign, action: str) -> Iterator[Rule[Answer]]:
    rejected, accepted = (Reply(compile_template({"status": status})) for status in ("Rejected", "Accepted"))
    match = partial(Match, action, times=sign.times, stations=sign.stations)
    if sign.kind == REFUSE:
        yield Rule(match(), rejected, sign.told)
        return
    unfit = Match(action, stations=sign.stations, when=is_unfit)
    yield Rule(unfit, rejected, f"{sign.told}, but the CSR is unreadable, unsigned or weak")
    yield Rule(match(), accepted, sign.told)


def is_unfit(station: StationModel) -> bool:
    """Whether the last CSR of a station must not be signed (A02.FR.03, A00.FR.502, A00.FR.503)."""
    from mock_csms.protocol import x509  # noqa: PLC0415 - no start needs it

    request = x509.read_request(station.csr)
    return request is None or not (request.is_strong and request.is_signed)
