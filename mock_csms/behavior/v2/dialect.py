"""The dialects of OCPP 2.0.1 and 2.1: how settings for every version are expressed in their messages."""

from collections.abc import Mapping, Sequence
from functools import cache, partial

from mock_csms.behavior.dialect import Dialect, Fill, Names
from mock_csms.behavior.v2 import authorization, certificates, roaming
from mock_csms.behavior.v2.additions import ADDITIONS_OF_21
from mock_csms.behavior.v2.costs import cost_rules
from mock_csms.behavior.v2.device_model import DEVICE_MODEL, named
from mock_csms.behavior.v2.files import FILES
from mock_csms.behavior.v2.secrets import SECRETS
from mock_csms.behavior.v16.configuration import variable_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2.identifiers import CUSTOM, TOKEN_TYPES_OF_21, TOKENS
from mock_csms.protocol.versions import V21, V201, Version

_RESETS: Mapping[str, str] = {"Hard": "Immediate", "Soft": "OnIdle"}
"""By type of a Reset in OCPP 1.6: the type in 2.x."""
_TRIGGERS: Mapping[str, str] = {
    "DiagnosticsStatusNotification": "LogStatusNotification",
    "SignChargePointCertificate": "SignChargingStationCertificate",
}
"""By name of a message in OCPP 1.6: the name of the message to trigger in 2.x."""
_COMMANDS: Mapping[str, Sequence[str]] = {
    "ChangeConfiguration": ("SetVariables",),
    "ExtendedTriggerMessage": ("TriggerMessage",),
    "GetConfiguration": ("GetVariables",),
    "GetDiagnostics": ("GetLog",),
    "RemoteStartTransaction": ("RequestStartTransaction",),
    "RemoteStopTransaction": ("RequestStopTransaction",),
    "SignedUpdateFirmware": ("UpdateFirmware",),
}
"""By command of OCPP 1.6: the commands of 2.x."""


_PLACES: Mapping[str, tuple[str, ...]] = {
    "boot_status": ("BootNotificationResponse", "status"),
    "token.status": ("AuthorizeResponse", "idTokenInfo", "status"),
    "token.type": ("AuthorizeRequest", "idToken", "type"),
    "token.certificate": ("AuthorizeResponse", authorization.CERTIFICATE_STATUS),
    "trigger_message": ("TriggerMessageRequest", "requestedMessage"),
    "reset_type": ("ResetRequest", "type"),
    "availability_status": ("ChangeAvailabilityRequest", "operationalStatus"),
}
"""By setting: the schema, and the path of the enumeration in it that lists the values of the setting."""


def _values(version: Version, schema: str, *path: str) -> Names:
    """Return a function that returns the enumeration at `path` in the schema called `schema`."""
    return cache(lambda: version.schemas.values(schema, *path))


def _known(component: str, name: str) -> tuple[str, str] | None:
    """Return the variable of 2.x for a name; None if there is none.

    Without a component it is a configuration key of 1.6.
    """
    return (component, name) if component else variable_of(name)


def _to_set(values: Sequence[tuple[str, str, str]]) -> list[Json]:
    found = [(_known(component, name), value) for component, name, value in values]
    return [{"attributeValue": value, **named(*name)} for name, value in found if name is not None]


def _to_get(names: Sequence[tuple[str, str]]) -> list[Json]:
    return [named(*known) for name in names if (known := _known(*name)) is not None]


def _reset_of_201(name: str) -> str:
    """Return a type of Reset for 2.0.1; only 2.1 has the type that resumes transactions."""
    return _RESETS.get(name, name).removesuffix("AndResume")


def _accepted(tokens: Sequence[str]) -> list[Json]:
    return [
        {"idToken": {"idToken": token, "type": "ISO14443"}, "idTokenInfo": {"status": "Accepted"}} for token in tokens
    ]


DIALECT = Dialect(
    fills={
        "trigger_message": Fill(("TriggerMessage.requestedMessage",), lambda name: _TRIGGERS.get(name, name)),
        "reset_type": Fill(("Reset.type",), _reset_of_201),
        "evse_id": Fill(
            (
                "RequestStartTransaction.evseId",
                "ChangeAvailability.evse.id",
                "UnlockConnector.evseId",
                "TriggerMessage.evse.id",
            )
        ),
        "availability_status": Fill(("ChangeAvailability.operationalStatus",)),
        "set_variables": Fill(("SetVariables.setVariableData",), _to_set),
        "get_variables": Fill(("GetVariables.getVariableData",), _to_get),
        "local_list_tokens": Fill(("SendLocalList.localAuthorizationList",), _accepted),
        "reservation_id": Fill(("ReserveNow.id", "CancelReservation.reservationId")),
        "reserve_id_token": Fill(("ReserveNow.idToken.idToken",)),
        "reserve_evse_id": Fill(("ReserveNow.evseId",)),
    },
    names={name: _values(V201, *place) for name, place in _PLACES.items()} | {"auth_mode": lambda: authorization.MODES},
    commands=_COMMANDS,
    short_names={"trigger_message": {"signcertificate": "SignChargingStationCertificate"}},
    token_keys=tuple(sorted(TOKENS)),
    longest_token=lambda: V201.schemas.node("AuthorizeRequest", ("idToken", "idToken"))["maxLength"],
    mode_rules=authorization.mode_rules,
    group_rules=authorization.group_rules,
    expiry_rules=authorization.expiry_rules,
    token_rules=authorization.token_rules,
    token_info=authorization.token_info,
    partner_rules=roaming.partner_rules,
    tariff_rules=roaming.tariff_rules,
    offline_rules=authorization.offline_rules,
    cost_rules=partial(cost_rules, "Updated"),
    final_cost_rules=partial(cost_rules, "Ended"),
    additions={
        "Authorize": authorization.with_certificate_status,
        "GetCertificateStatus": certificates.with_ocsp_response,
        **FILES,
    },
    signing=certificates.SIGNING,
    completions={"Authorize": authorization.fit_certificate_status},
    filler=lambda size: {CUSTOM: {"vendorId": "mock-csms", "filler": "x" * size}},
    secrets=SECRETS,
    device_model=DEVICE_MODEL,
)


def _names_of_21() -> Mapping[str, Names]:
    """Return the values that settings can have in 2.1, from its own schemas. It allows any type of token."""
    places = {name: place for name, place in _PLACES.items() if name != "token.type"}
    types = {"token.type": lambda: [*DIALECT.names["token.type"](), *TOKEN_TYPES_OF_21]}
    return {**DIALECT.names, **types, **{name: _values(V21, *place) for name, place in places.items()}}


DIALECT_OF_21 = replace(
    DIALECT,
    fills={**DIALECT.fills, "reset_type": Fill(("Reset.type",), lambda name: _RESETS.get(name, name))},
    names=_names_of_21(),
    longest_token=lambda: V21.schemas.node("AuthorizeRequest", ("idToken", "idToken"))["maxLength"],
    additions={**DIALECT.additions, **ADDITIONS_OF_21},
)
