"""The settings of connections and messages independent of their content: admission, duration and strictness."""

from typing import ClassVar

from mock_csms.behavior.admission import Cuts, Refusals
from mock_csms.behavior.presets import boot_first_rules
from mock_csms.behavior.validation import Validation
from mock_csms.settings import values
from mock_csms.settings.flags import flag, part, switch


@part
class Policies:
    """The settings of connections and messages independent of their content: admission, duration and strictness."""

    title: ClassVar[str] = "policies"

    refuse: Refusals | None = flag(
        None,
        "refuse connection attempts; with an HTTP status, with a TCP RST (reset), or by never answering (hang); `*N`: "
        "only the first N of each station; `for=SEC`: for SEC seconds from the first refusal, or with "
        "--disconnect-after from the forced disconnect",
        values.refusals,
        "STATUS|reset|hang[*N][ for=SEC]",
    )
    disconnect_after: Cuts | None = flag(
        None,
        "cut each connection SEC seconds after it opened; `*N`: only the first N connections of each station",
        values.cuts,
        "SEC[*N]",
    )
    known_stations: tuple[str, ...] | None = flag(
        None, "refuse all other stations with HTTP 404", values.texts, "ID", several=True
    )
    basic_auth: dict[str, str] | None = flag(
        None,
        "require this password from this station (security profile 1); others are refused with HTTP 401; @FILE has one "
        "ID:PASSWORD on each line",
        values.passwords,
        "ID:PASSWORD|@FILE",
        repeated=True,
        is_secret=True,
    )
    allow_origin: tuple[str, ...] | None = flag(
        None,
        "let in web pages of this origin; others are refused with HTTP 403: a browser sends an Origin header, such as "
        "http://localhost:3000, and a station does not; `*` lets in all of them",
        values.origins,
        "ORIGIN|*",
        repeated=True,
    )
    on_duplicate: str = flag(
        "new",
        "what to do with a second connection of the same identity; keep the new one, the old one, or both",
        values.one_of(lambda: ("new", "old", "both")),
        "new|old|both",
    )
    on_subprotocol_mismatch: str = flag(
        "close",
        "how to refuse a station that offers no common subprotocol; close: complete the handshake, then close (Part 4, "
        "3.2); 400: answer HTTP 400",
        values.one_of(lambda: ("close", "400")),
        "close|400",
    )
    remember: int = flag(
        1000,
        "how many disconnected stations are remembered with all facts about them; for older ones the mock keeps only "
        "what rules and commands need, and if they return, they are new to the checks",
        values.integer(0),
        "N",
    )
    require_boot: bool = switch(
        "answer SecurityError until a BootNotification was Accepted; exempt are BootNotification itself and messages "
        "that the mock triggered while Pending",
        rules=lambda _, __: boot_first_rules(),
    )
    validate: Validation = flag(
        Validation(),
        "what to do with payloads that break their schema; strict: answer CALLERROR; report: log only; off: do not "
        "check; for the listed actions, or for all",
        values.validation,
        "strict|report|off[:ACTION,…]",
        repeated=True,
        shown="strict",
    )
    timestamp_format: str = flag(
        ".000Z",
        "how the timestamps that the mock sends end",
        values.one_of(lambda: values.TIMESTAMPS),
        "|".join(values.TIMESTAMPS),
    )
    clock_offset: float = flag(
        0.0,
        "let the mock's clock run ahead by this many seconds; may be negative",
        values.number(-values.LONGEST),
        "SEC",
    )
