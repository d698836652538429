"""Finds out whose token a transaction has: that of a command, of an authorization, or one that was pushed."""

from mock_csms.ocpi.cpo.world import Commanded, CpoWorld
from mock_csms.ocpi.mapping.charges import COMMAND, WHITELIST, Charge
from mock_csms.ocpi.mapping.tokens import TokenVerdict, cdr_token
from mock_csms.ocpi.mapping.told import Shown, Told
from mock_csms.ocpi.store import Json
from mock_csms.protocol.identifiers import folded

QUIET = 15 * 60.0
"""For how many seconds after a command its token is not asked about at that station."""


def claim(world: CpoWorld, charge: Charge, told: Told) -> None:
    """Give a charge the token of an eMSP, if a message names one and the charge has none."""
    if charge.token is not None and not charge.reserved_at:
        return
    commanded = command_behind(world, charge.identity, told)
    if commanded is not None:
        charge.token, charge.auth_method = cdr_token(commanded.token), COMMAND
        charge.reference = commanded.reference or charge.reference
    elif told.token is not None and charge.token is None:
        verdict = verdict_about(world, charge.identity, told.token)
        if verdict is not None and verdict.token is not None:
            charge.token, charge.auth_method = cdr_token(verdict.token), verdict.method
            charge.reference = verdict.reference


def command_behind(world: CpoWorld, identity: str, told: Told) -> Commanded | None:
    """Return the command that has led to a transaction; None if none has."""
    for each in reversed(world.commanded):
        if each.identity != identity:
            continue
        if told.remote is not None and each.remote == told.remote:
            return each
        if told.reservation is not None and each.reservation == told.reservation:
            return each
        if told.remote is None and told.token is not None and _is_recent(world, each, told.token.id):
            return each
    return None


def is_commanded(world: CpoWorld, identity: str, uid: str) -> bool:
    """Whether a command has named a token at a station in the last 15 minutes."""
    return any(each.identity == identity and _is_recent(world, each, uid) for each in world.commanded)


def _is_recent(world: CpoWorld, commanded: Commanded, uid: str) -> bool:
    return folded(commanded.token["uid"]) == folded(uid) and world.now() - commanded.at <= QUIET


def verdict_about(world: CpoWorld, identity: str, shown: Shown) -> TokenVerdict | None:
    """Return what was decided about a token at a station, or what a token that was pushed means."""
    verdict = world.verdicts.get((folded(identity), folded(shown.id)))
    if verdict is not None:
        return verdict
    token = pushed_token(world, shown.id)
    return TokenVerdict(None, WHITELIST, token) if token is not None else None


def pushed_token(world: CpoWorld, uid: str) -> Json | None:
    """Return the token with that uid that an eMSP has pushed, of any type."""
    return next((each for each in world.tokens.all() if folded(each["uid"]) == folded(uid)), None)
