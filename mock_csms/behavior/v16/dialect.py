"""The dialect of OCPP 1.6: how settings for every version are expressed in its messages."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import Dialect, Fill, Names
from mock_csms.behavior.signing import SigningWords
from mock_csms.behavior.v16 import authorization, roaming
from mock_csms.behavior.v16.configuration import to_change, to_get
from mock_csms.behavior.v16.device_model import DEVICE_MODEL
from mock_csms.behavior.v16.files import FILES
from mock_csms.behavior.v16.secrets import SECRETS, passwords
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v16.identifiers import TOKENS
from mock_csms.protocol.versions import V16

_RESETS: Mapping[str, str] = {"Immediate": "Hard", "ImmediateAndResume": "Hard", "OnIdle": "Soft"}
"""By type of a Reset in later versions: the type in 1.6."""
_TRIGGERS: Mapping[str, str] = {"SignChargingStationCertificate": "SignChargePointCertificate"}
"""By name of a message in later versions: the name of the message to trigger in 1.6."""
_COMMANDS: Mapping[str, Sequence[str]] = {
    "GetVariables": ("GetConfiguration",),
    "RequestStartTransaction": ("RemoteStartTransaction",),
    "RequestStopTransaction": ("RemoteStopTransaction",),
    "SetVariables": ("ChangeConfiguration",),
    "TriggerMessage": ("TriggerMessage", "ExtendedTriggerMessage"),
}
"""By command of a later version: the commands of 1.6. ExtendedTriggerMessage can ask for more than TriggerMessage."""


def _values(schema: str, *path: str) -> Names:
    """Return a function that returns the enumeration at `path` in a schema; `schema` is its name."""
    return cache(lambda: V16.schemas.values(schema, *path))


def _messages() -> Iterable[str]:
    """Return the names of the messages that can be triggered."""
    names = [V16.schemas.values(f"{action}Request", "requestedMessage") for action in _COMMANDS["TriggerMessage"]]
    return dict.fromkeys(name for some in names for name in some)


def _accepted(tags: Sequence[str]) -> list[Json]:
    return [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in tags]


DIALECT = Dialect(
    fills={
        "trigger_message": Fill(
            ("TriggerMessage.requestedMessage", "ExtendedTriggerMessage.requestedMessage"),
            lambda name: _TRIGGERS.get(name, name),
        ),
        "reset_type": Fill(("Reset.type",), lambda name: _RESETS.get(name, name)),
        "availability_status": Fill(("ChangeAvailability.type",)),
        "evse_id": Fill(
            (
                "RemoteStartTransaction.connectorId",
                "ChangeAvailability.connectorId",
                "UnlockConnector.connectorId",
                "TriggerMessage.connectorId",
                "ExtendedTriggerMessage.connectorId",
            )
        ),
        "set_variables": Fill(("ChangeConfiguration",), to_change, each=True),
        "get_variables": Fill(("GetConfiguration",), to_get, each=True),
        "local_list_tokens": Fill(("SendLocalList.localAuthorizationList",), _accepted),
        "reservation_id": Fill(("ReserveNow.reservationId", "CancelReservation.reservationId")),
        "reserve_id_token": Fill(("ReserveNow.idTag",)),
        "reserve_evse_id": Fill(("ReserveNow.connectorId",)),
    },
    names={
        "boot_status": _values("BootNotificationResponse", "status"),
        "auth_mode": lambda: authorization.MODES,
        "token.status": _values("AuthorizeResponse", "idTagInfo", "status"),
        "trigger_message": _messages,
        "reset_type": _values("ResetRequest", "type"),
        "availability_status": _values("ChangeAvailabilityRequest", "type"),
    },
    commands=_COMMANDS,
    passwords=passwords,
    token_keys=tuple(sorted(TOKENS)),
    longest_token=lambda: V16.schemas.node("AuthorizeRequest", ("idTag",))["maxLength"],
    mode_rules=authorization.mode_rules,
    group_rules=authorization.group_rules,
    expiry_rules=authorization.expiry_rules,
    token_rules=authorization.token_rules,
    token_info=authorization.token_info,
    partner_rules=roaming.partner_rules,
    offline_rules=authorization.offline_rules,
    device_model=DEVICE_MODEL,
    additions=FILES,
    secrets=SECRETS,
    signing=SigningWords(
        "SignCertificate",
        ("", "CertificateSignedMaxChainSize"),
        lambda _, chain: Step("CertificateSigned", {"certificateChain": chain}),
    ),
)
