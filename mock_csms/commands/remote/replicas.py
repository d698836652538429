"""Asks the replicas of a mock: all of them at the same time, or only the one that has a station.

A load balancer that hashes identities gives each station to one replica (docs/scale.md). Each replica knows only its
own stations, so the subcommands ask all of them and join the results.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from mock_csms.commands.remote.asking import Asked, Run
from mock_csms.commands.remote.client import NO_STATION, ApiClient, CannotDo
from mock_csms.commands.remote.shown import Report
from mock_csms.protocol.records import replace
from mock_csms.watch.statuses import Status, gravest

Result = TypeVar("Result")
Answers: TypeAlias = tuple[Mapping[ApiClient, Result], Mapping[ApiClient, CannotDo]]
"""The results and the failures of replicas."""
RunOne: TypeAlias = Callable[[ApiClient, Asked], Report]
"""Executes a subcommand at one replica. Raises CannotDo."""


def outcomes(
    clients: Sequence[ApiClient], ask: Callable[[ApiClient], Result]
) -> Iterator[tuple[ApiClient, Result | CannotDo]]:
    """Call `ask` with each client, at the same time, and yield its results and failures as they come."""
    if len(clients) == 1:
        yield clients[0], _outcome(clients[0], ask)
        return
    came = SimpleQueue[tuple[ApiClient, Result | CannotDo]]()

    def put(client: ApiClient) -> None:
        came.put((client, _outcome(client, ask)))

    for client in clients:
        threading.Thread(target=put, args=(client,), daemon=True).start()
    for _ in clients:
        yield came.get()


def _outcome(client: ApiClient, ask: Callable[[ApiClient], Result]) -> Result | CannotDo:
    try:
        return ask(client)
    except CannotDo as failure:
        return failure


def ask_all(clients: Sequence[ApiClient], ask: Callable[[ApiClient], Result]) -> Answers[Result]:
    """Call `ask` with each client, and return the results and the failures. Raises CannotDo if all failed.

    That a replica does not know a station is no failure if another one does.
    """
    return checked(*tell_apart(clients, dict(outcomes(clients, ask))))


def tell_apart(clients: Sequence[ApiClient], came: Mapping[ApiClient, Result | CannotDo]) -> Answers[Result]:
    """Return outcomes as results and failures, in the order of the clients."""
    results, failures = dict[ApiClient, Result](), dict[ApiClient, CannotDo]()
    for client in clients:
        outcome = came[client]
        if isinstance(outcome, CannotDo):
            failures[client] = outcome
        else:
            results[client] = outcome
    return results, failures


def checked(results: Mapping[ApiClient, Result], failures: Mapping[ApiClient, CannotDo]) -> Answers[Result]:
    """Return results and failures, without those of replicas that do not know the station.

    Raises CannotDo if there is no result.
    """
    if not results:
        raise _all_failed(failures)
    return results, {client: failure for client, failure in failures.items() if failure.status != NO_STATION}


def _all_failed(failures: Mapping[ApiClient, CannotDo]) -> CannotDo:
    """Return the failure that is left when no replica has a result. Each reason is told once."""
    graver = [failure for failure in failures.values() if failure.status != NO_STATION]
    told = graver or [*failures.values()][:1]
    status = gravest(*(Status(failure.status) for failure in told))
    return CannotDo(status, "; ".join(dict.fromkeys(map(str, told))))


def status_of(statuses: Sequence[int], failures: Mapping[ApiClient, CannotDo]) -> int:
    """Return the exit status of a subcommand that ended with these statuses and failures."""
    return int(gravest(*map(Status, [*statuses, *(failure.status for failure in failures.values())])))


def notes_of(failures: Mapping[ApiClient, CannotDo]) -> list[str]:
    """Return a line for each failure, which names the replica."""
    return [f"error: {named(client, str(failure))}" for client, failure in failures.items()]


def named(client: ApiClient, text: str) -> str:
    """Return a text with the name of the replica before it, unless it has it already."""
    return text if client.name in text else f"{client.name}: {text}"


def each(run: RunOne) -> Run:
    """Return a function that runs a subcommand at each replica, and joins the reports."""

    def run_at_each(clients: Sequence[ApiClient], asked: Asked) -> Report:
        return _joined(clients, *ask_all(clients, lambda client: run(client, asked)))

    return run_at_each


def _joined(
    clients: Sequence[ApiClient], reports: Mapping[ApiClient, Report], failures: Mapping[ApiClient, CannotDo]
) -> Report:
    """Return one report for all replicas; with several of them it says which replica each part is from."""
    if len(clients) == 1:
        return next(iter(reports.values()))
    values: list[Any] = []
    for client, report in reports.items():
        values += [_with_replica(client, value) for value in report.values]
    if values and all(isinstance(value, list) for value in values):
        values = [[row for value in values for row in value]]
    heads = [report.head for report in reports.values() if report.head]
    pairs = [*reports.items()]
    return Report(
        status=status_of([report.status for report in reports.values()], failures),
        values=values,
        head=("replica", *heads[0]) if heads else (),
        rows=[(client.name, *row) for client, report in pairs for row in report.rows],
        lines=[f"{client.name}: {line}" for client, report in pairs for line in report.lines],
        notes=[*(f"{client.name}: {note}" for client, report in pairs for note in report.notes), *notes_of(failures)],
    )


def _with_replica(client: ApiClient, value: Any) -> Any:
    """Return a JSON value with the URL of its replica in each object."""
    if isinstance(value, list):
        return [_with_replica(client, row) for row in value]
    return {"replica": client.url, **value} if isinstance(value, dict) else value


# One station.


def at_station(run: RunOne) -> Run:
    """Return a function that runs a subcommand at the replica that has the station."""

    def run_there(clients: Sequence[ApiClient], asked: Asked) -> Report:
        return run(locate(clients, asked.place["station"]), asked)

    return run_there


def locate(clients: Sequence[ApiClient], station: str) -> ApiClient:
    """Return the replica to which a station is connected; if there is none, the last one that it used.

    Raises CannotDo if no replica knows the station, or if it may be connected to a replica that does not answer.
    """
    if len(clients) == 1:
        return clients[0]
    rows, failures = ask_all(clients, lambda client: client.ask("read_station", {"station": station}).value["row"])
    newest = max(rows, key=lambda client: (rows[client]["connected"], rows[client]["seen"] or ""))
    if failures and not rows[newest]["connected"]:
        reasons = "; ".join(named(client, str(failure)) for client, failure in failures.items())
        raise CannotDo(status_of([], failures), f"{station} is not connected to the other replicas; {reasons}")
    return newest


# The first one.


def first(run: RunOne) -> Run:
    """Return a function that runs a subcommand at each replica until one of them reports status 0.

    Without that it joins the reports.
    """

    def run_until_met(clients: Sequence[ApiClient], asked: Asked) -> Report:
        came = dict[ApiClient, Report | CannotDo]()
        for client, outcome in outcomes(clients, lambda client: run(client, asked)):
            came[client] = outcome
            if isinstance(outcome, Report) and outcome.status == 0:
                failures = {one: each for one, each in came.items() if isinstance(each, CannotDo)}
                return replace(outcome, notes=[*outcome.notes, *notes_of(failures)])

        return _joined(clients, *checked(*tell_apart(clients, came)))

    return run_until_met
