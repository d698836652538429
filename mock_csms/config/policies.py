"""How connections and messages are treated whatever is in them: who is let in, for how long, and how strictly."""

from dataclasses import dataclass
from typing import ClassVar

from mock_csms import values
from mock_csms.behavior.admission import Cuts, Refusals
from mock_csms.behavior.presets import boot_first_rules
from mock_csms.behavior.validation import Validation
from mock_csms.flags import flag, switch


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Policies:
    """How connections and messages are treated whatever is in them: who is let in, for how long, and how strictly."""

    title: ClassVar[str] = "policies"

    refuse: Refusals | None = flag(
        None,
        "refuse upgrade requests of each station: with that HTTP status, by TCP RST, or by never answering; the first "
        "N, or for SEC from the first one (with --disconnect-after: from the cut)",
        values.refusals,
        "STATUS|reset|hang[*N][ for=SEC]",
    )
    disconnect_after: Cuts | None = flag(
        None, "cut each connection so long after it opened, or the first N of each station", values.cuts, "SEC[*N]"
    )
    known_stations: tuple[str, ...] | None = flag(
        None, "refuse all other stations with 404", values.texts, "ID", several=True
    )
    basic_auth: dict[str, str] | None = flag(
        None,
        "refuse stations without their password with 401 (security profile 1); @FILE has one on each line",
        values.passwords,
        "ID:PASSWORD|@FILE",
        repeated=True,
        is_secret=True,
    )
    on_duplicate: str = flag(
        "new",
        "which connection of one identity survives",
        values.one_of(lambda: ("new", "old", "both")),
        "new|old|both",
    )
    on_subprotocol_mismatch: str = flag(
        "close",
        "what a station without a common subprotocol gets: a handshake and a close (Part 4, 3.2), or HTTP 400",
        values.one_of(lambda: ("close", "400")),
        "close|400",
    )
    require_boot: bool = switch(
        "SecurityError to all but BootNotification until one was Accepted, but for what was asked for while Pending",
        rules=lambda _: boot_first_rules(),
    )
    validate: Validation = flag(
        Validation(),
        "refuse payloads that break their schema, only report them, or do not look; for these actions, or for all",
        values.validation,
        "strict|report|off[:ACTION,…]",
        repeated=True,
        shown="strict",
    )
    timestamp_format: str = flag(
        ".000Z", "how times end", values.one_of(lambda: values.TIMESTAMPS), "|".join(values.TIMESTAMPS)
    )
    clock_offset: float = flag(0.0, "how far the mock's clock is ahead", values.number(-values.LONGEST), "SEC")
