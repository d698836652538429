"""Odd objects: whatever a CPO sends, the eMSP answers by the book, and no check fails itself."""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.ocpi.emsp import samples
from tests.ocpi.emsp.desk import Desk, Said, page
from tests.ocpi.emsp.stories import authorize, both, pulls, start

ODD: list[Any] = [None, True, -1, 0, 1e308, 2**63 - 1, 1e-300, "", " ", "#NA", "x" * 300, "é", "\x00"]
ODD += [[], {}, [[]], [{}], [None]]
ODD += ["2026-01-01T00:00:00+00:00", "1970-1-1T00:00:00Z", "9999-12-31T23:59:59Z", {"country_code": None}]
BODIES: dict[str, Callable[[], Any]] = {
    "locations/NL/MOC/LOC1": samples.location,
    "locations/NL/MOC/LOC1/CS-1-1": samples.evse,
    "locations/NL/MOC/LOC1/CS-1-1/1": samples.connector,
    "sessions/NL/MOC/S1": samples.session,
    "sessions/S1": samples.session,
    "cdrs": samples.cdr,
    "tariffs/NL/MOC/T1": samples.tariff,
    "tokens/TAG1/authorize": lambda: {"location_id": "LOC1", "evse_uids": ["CS-1-1"]},
    "commands/START_SESSION": lambda: {"token": {"uid": "TAG1"}, "location_id": "LOC1"},
    "hubclientinfo/NL/MOC": lambda: {"country_code": "NL", "party_id": "MOC", "role": "CPO", "status": "CONNECTED"},
    "chargingprofiles/S1": lambda: {"start_date_time": samples.T0, "charging_profile": {"charging_rate_unit": "A"}},
}
ROUNDS = 150


def spoiled(value: Any, chance: random.Random) -> Any:
    """Return a JSON value with one part replaced or removed."""
    value = copy.deepcopy(value)
    node, parents = value, []
    while isinstance(node, dict | list) and node and chance.random() < 0.7:
        key = chance.choice([*node] if isinstance(node, dict) else range(len(node)))
        parents.append((node, key))
        node = node[key]
    if not parents:
        return chance.choice(ODD)
    parent, key = parents[-1]
    if chance.random() < 0.3:
        del parent[key]
    else:
        parent[key] = chance.choice(ODD)
    return value


@pytest.mark.parametrize("seed", range(3))
def test_odd_objects(seed: int) -> None:
    """Requests, lists and answers with odd values get a status of the book, and internal errors do not occur."""
    chance, desk = random.Random(seed), Desk()
    whole = [samples.location(), samples.session(), samples.tariff(), samples.ended(), samples.cdr()]
    for _ in range(ROUNDS):
        path, make = chance.choice([*BODIES.items()])
        body = spoiled(make(), chance) if chance.random() < 0.8 else make()
        method = "POST" if path.startswith(("cdrs", "tokens", "commands")) else chance.choice(["PUT", "PATCH"])
        desk.next_answers = [Said(spoiled({"result": "ACCEPTED", "timeout": 30}, chance))]
        answer = desk.hears(method, f"/ocpi/emsp/2.2.1/{path}", body)
        assert answer.status in (200, 201, 400, 404, 405), (answer, body)
        module = chance.choice(["locations", "sessions", "cdrs", "tariffs"])
        pulls(page([spoiled(chance.choice(whole), chance) for _ in range(3)]), module=module)(desk)
        said = Said(spoiled({"result": "ACCEPTED", "timeout": 30}, chance))
        both(start(said, chance.choice(["ACCEPTED", "", None, 1])), authorize(body=body))(desk)
    desk.found()  # no check has failed itself
