"""Replies that need memory or a decision. All others are the response template of the action's row.

A responder gets the valid request, the row's response filled in, and what it may look at, and returns the response.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from mock_csms.behavior.authorization import Authorization
from mock_csms.behavior.templates import Context
from mock_csms.protocol.actions import Json


class Settings(Protocol):
    """The settings that responders read; `config.Config` has them."""

    @property
    def boot_statuses(self) -> Sequence[str]: ...
    @property
    def boot_interval(self) -> int: ...
    @property
    def total_cost(self) -> float: ...
    @property
    def final_cost(self) -> float | None: ...
    @property
    def authorization(self) -> Authorization: ...


Responder: TypeAlias = Callable[[Json, Json, Context, Settings], Json]


def boot_notification(_: Json, response: Json, context: Context, settings: Settings) -> Json:
    """Answer with the next status of the sequence; it stays on its last one (B01, B02, B03)."""
    turn = min(context.station.boots, len(settings.boot_statuses)) - 1
    return response | {"status": settings.boot_statuses[turn], "interval": settings.boot_interval}


def authorize(request: Json, response: Json, context: Context, settings: Settings) -> Json:
    """Tell the status of the token asked for (C01)."""
    info = settings.authorization.id_token_info(request["idToken"]["idToken"], context.now)
    return response | {"idTokenInfo": info}


def transaction_event(request: Json, response: Json, context: Context, settings: Settings) -> Json:
    """Judge the token exactly when the event carries one (E01.FR.11), and tell the cost (I02, I03)."""
    if "idToken" in request:
        response = authorize(request, response, context, settings)
    cost = {"Updated": settings.total_cost, "Ended": settings.final_cost}.get(request["eventType"])
    return response if cost is None else response | {"totalCost": cost}


RESPONDERS: Mapping[str, Responder] = {
    "BootNotification": boot_notification,
    "Authorize": authorize,
    "TransactionEvent": transaction_event,
}
"""By action."""
