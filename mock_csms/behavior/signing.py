"""The answers of the mock to certificate requests, and the certificates that it sends (A02, A03)."""

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
"""Every kind of `--sign`, and its effect for the station."""


class Sign(Record):
    """The certificate or refusal that a station gets for its request."""

    kind: str
    seconds: float = 0.0
    """How many seconds after the answer the certificate comes."""
    times: int | None = None
    """The number of requests of each station that get it; None for no limit."""
    stations: str = "*"
    """The pattern of the identities of stations that get it."""

    @property
    def label(self) -> str:
        """The name of the `--sign` in events."""
        kind = f"{self.kind}={self.seconds:g}" if self.kind == DELAY else self.kind
        times = f"*{self.times}" if self.times is not None else ""
        return f"--sign {kind}{times}{'' if self.stations == '*' else f'@{self.stations}'}"


class SigningWords(Record):
    """The names of the messages about certificates in one version of OCPP."""

    request: str
    """The action by which a station asks for a certificate."""
    limit: tuple[str, str]
    """The component and the variable for the greatest length of a chain, in characters."""
    step: Callable[[Json, str], Step]
    """Returns the command that sends a certificate chain, from the payload of the request and the chain."""


def sign_rules(signs: Sequence[Sign], words: SigningWords | None) -> Iterable[Rule[Answer]]:
    """Return rules that accept or reject requests for certificates as `--sign` says.

    A CSR that is unreadable, unsigned or too weak is rejected. A CSR with a wrong name is accepted, because the mock
    may not know the right name; the checks report it.
    """
    if words is not None:
        for sign in signs:
            yield from _rules_of(sign, words.request)


def _rules_of(sign: Sign, action: str) -> Iterator[Rule[Answer]]:
    rejected, accepted = (Reply(compile_template({"status": status})) for status in ("Rejected", "Accepted"))
    match = partial(Match, action, times=sign.times, stations=sign.stations)
    if sign.kind == REFUSE:
        yield Rule(match(), rejected, sign.label)
        return
    unfit = Match(action, stations=sign.stations, when=is_unfit)
    yield Rule(unfit, rejected, f"{sign.label}, but the CSR is unreadable, unsigned or weak")
    yield Rule(match(), accepted, sign.label)


def is_unfit(station: StationModel) -> bool:
    """Whether the last CSR of a station must not be signed (A02.FR.03, A00.FR.502, A00.FR.503)."""
    from mock_csms.protocol import x509  # noqa: PLC0415 - no start needs it

    request = x509.read_request(station.csr)
    return request is None or not (request.is_strong and request.is_signed)
