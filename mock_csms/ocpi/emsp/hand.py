"""What a person lets the eMSP do: the table of the endpoints for `mock-csms ocpi`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mock_csms.control.api.operation import Fields
from mock_csms.ocpi.emsp import hand_acts
from mock_csms.ocpi.emsp import hand_fields as given
from mock_csms.ocpi.emsp.sending import KINDS
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import Steps
from mock_csms.protocol.records import NODEFAULT, Record, fields_of

PREFIX = "/hand/v1"
Act: TypeAlias = Callable[[EmspWorld, Any], Steps]


class HandRow(Record):
    """One endpoint, and one sub-command of `mock-csms ocpi`."""

    name: str
    help: str
    fields: type[Fields]
    act: Act
    word: str = ""
    """The field that is an argument on the command line; the others are flags."""

    @property
    def needs_word(self) -> bool:
        """Whether that argument must be given."""
        return any(each.encode_name == self.word and each.default is NODEFAULT for each in fields_of(self.fields))


ROWS: tuple[HandRow, ...] = (
    HandRow(
        "register",
        "register with a CPO, or send new credentials to the one that is registered",
        given.Registering,
        hand_acts.register_cpo,
        "url",
    ),
    HandRow("unregister", "end the registration", given.AtCpo, hand_acts.leave_cpo),
    HandRow("pull", f"read a list of the CPO: {', '.join(KINDS)}", given.Pulling, hand_acts.pull_list, "module"),
    HandRow("list", "show what the eMSP has", given.Listing, hand_acts.show_list, "module"),
    HandRow("set-token", "make or change a token", given.OneToken, hand_acts.set_token, "token"),
    HandRow("push-token", "send a token to the CPO", given.OneToken, hand_acts.give_token, "token"),
    HandRow("start", "start a session", given.AtStation, hand_acts.start, "station"),
    HandRow("stop", "stop a session", given.AtSession, hand_acts.stop, "session"),
    HandRow("reserve", "reserve an EVSE", given.Reserving, hand_acts.reserve, "station"),
    HandRow("cancel", "cancel a reservation", given.Cancelling, hand_acts.cancel, "reservation"),
    HandRow("unlock", "unlock a connector", given.Unlocking, hand_acts.unlock, "station"),
    HandRow(
        "set-profile", "set the charging profile of a session", given.SettingProfile, hand_acts.set_profile, "session"
    ),
    HandRow(
        "get-profile", "ask for the active profile of a session", given.AtSession, hand_acts.read_profile, "session"
    ),
    HandRow("clear-profile", "clear the profile of a session", given.AtSession, hand_acts.clear_profile, "session"),
    HandRow("prefer", "set the preferences of a session", given.Preferring, hand_acts.prefer, "session"),
)
"""The endpoints, in the order of the help."""
HAND_ROWS: Mapping[str, HandRow] = {row.name: row for row in ROWS}
