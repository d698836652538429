"""How configuration keys are read and set in OCPP 1.6 (5.3, 5.8). The case of a key does not matter (7.17)."""

from mock_csms.plans.settable import Settable
from mock_csms.protocol.actions import Json


def _value_in(answer: Json) -> str | None:
    found = answer.get("configurationKey") or []
    return found[0].get("value", "") if found else None


SETTABLE = Settable(
    ask=lambda _, key: ("GetConfiguration", {"key": [key]}),
    value_in=_value_in,
    give=lambda _, key, value: ("ChangeConfiguration", {"key": key, "value": value}),
    statuses_in=lambda answer: [answer["status"]] if "status" in answer else [],
    restart=("Reset", {"type": "Soft"}),
)
