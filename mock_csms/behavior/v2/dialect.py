"""The dialect of OCPP 2.0.1."""

from collections.abc import Sequence
from functools import cache, partial

from mock_csms.behavior.dialect import Dialect, Fill, Names
from mock_csms.behavior.v2 import authorization
from mock_csms.behavior.v2.costs import cost_rules
from mock_csms.behavior.v2.device_model import DEVICE_MODEL, variable
from mock_csms.behavior.v2.secrets import SECRETS
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.identifiers import CUSTOM, TOKENS
from mock_csms.protocol.versions import V201


def _values(schema: str, *path: str) -> Names:
    """Return the function that returns the values of the enumeration at `path` in the schema called `schema`."""
    return cache(lambda: V201.schemas.values(schema, *path))


def _to_set(values: Sequence[tuple[str, str, str]]) -> list[Json]:
    return [{"attributeValue": value, **variable(component, name)} for component, name, value in values]


def _to_get(names: Sequence[tuple[str, str]]) -> list[Json]:
    return [variable(*name) for name in names]


def _accepted(tokens: Sequence[str]) -> list[Json]:
    return [
        {"idToken": {"idToken": token, "type": "ISO14443"}, "idTokenInfo": {"status": "Accepted"}} for token in tokens
    ]


DIALECT = Dialect(
    fills={
        "trigger_message": Fill(("TriggerMessage.requestedMessage",)),
        "reset_type": Fill(("Reset.type",)),
        "availability_status": Fill(("ChangeAvailability.operationalStatus",)),
        "set_variables": Fill(("SetVariables.setVariableData",), _to_set),
        "get_variables": Fill(("GetVariables.getVariableData",), _to_get),
        "local_list_tokens": Fill(("SendLocalList.localAuthorizationList",), _accepted),
        "reservation_id": Fill(("ReserveNow.id", "CancelReservation.reservationId")),
        "reserve_id_token": Fill(("ReserveNow.idToken.idToken",)),
        "reserve_evse_id": Fill(("ReserveNow.evseId",)),
    },
    names={
        "boot_status": _values("BootNotificationResponse", "status"),
        "auth_mode": lambda: authorization.MODES,
        "token.status": _values("AuthorizeResponse", "idTokenInfo", "status"),
        "token.type": _values("AuthorizeRequest", "idToken", "type"),
        "token.certificate": _values("AuthorizeResponse", authorization.CERTIFICATE_STATUS),
        "trigger_message": _values("TriggerMessageRequest", "requestedMessage"),
        "reset_type": _values("ResetRequest", "type"),
        "availability_status": _values("ChangeAvailabilityRequest", "operationalStatus"),
    },
    short_names={"trigger_message": {"signcertificate": "SignChargingStationCertificate"}},
    token_keys=tuple(sorted(TOKENS)),
    longest_token=lambda: V201.schemas.node("AuthorizeRequest", ("idToken", "idToken"))["maxLength"],
    mode_rules=authorization.mode_rules,
    group_rules=authorization.group_rules,
    expiry_rules=authorization.expiry_rules,
    token_rules=authorization.token_rules,
    offline_rules=authorization.offline_rules,
    cost_rules=partial(cost_rules, "Updated"),
    final_cost_rules=partial(cost_rules, "Ended"),
    additions={"Authorize": authorization.with_certificate_status},
    completions={"Authorize": authorization.fit_certificate_status},
    filler=lambda size: {CUSTOM: {"vendorId": "mock-csms", "filler": "x" * size}},
    secrets=SECRETS,
    device_model=DEVICE_MODEL,
)
