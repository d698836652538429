"""The subcommand `mock-csms profile`: prints a profile to fill in, or a first profile of a station that it asks."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mock_csms.commands.arguments import command_line_source, parser_for
from mock_csms.commands.parser import Parser
from mock_csms.commands.stdout import Stdout
from mock_csms.control.python import Csms
from mock_csms.plans.profile_text import profile_text
from mock_csms.plans.v2.learning import Learned, learn
from mock_csms.settings import values
from mock_csms.settings.flags import flag, read, switch
from mock_csms.watch.statuses import Status, to_stderr

DESCRIPTION = (
    "Prints a profile for the test plans: an empty one with comments, or with --learn one that is read from a station."
)


@dataclass(frozen=True, kw_only=True)
class ProfileSettings:
    """The settings of `mock-csms profile`."""

    learn: bool = switch(
        "read the profile from a station; listens, waits for the first station and asks for its variables"
    )
    host: str = flag("127.0.0.1", "address to listen on", values.text, "HOST")
    port: int = flag(9000, "port to listen on; 0 picks a free port", values.integer(0, 65535), "PORT")
    wait_for_station: float = flag(60.0, "seconds to wait for a station", values.number(above=True), "SEC")
    output: str | None = flag(None, "write the profile into this file; it must not exist yet", values.text, "FILE")


def profile(arguments: Sequence[str]) -> int:
    """Print a profile, and return the exit status."""
    parser = parser_for("mock-csms profile", DESCRIPTION, ProfileSettings)
    try:
        settings = read(ProfileSettings, [command_line_source(ProfileSettings, vars(parser.parse_args(arguments)))])
    except ValueError as error:
        parser.error(str(error))
    if settings.output and Path(settings.output).exists():
        parser.error(f"{settings.output}: file exists already")
    if settings.output:
        _check_folder(parser, Path(settings.output))
    learned = None
    if settings.learn:
        learned = _learned(parser, settings)
        if learned is None:
            to_stderr(f"{parser.prog}: no station connected within {settings.wait_for_station:g} s\n")
            return Status.NOTHING_JUDGED
    return _written(parser, settings, profile_text(learned))


def _check_folder(parser: Parser, path: Path) -> None:
    """End with an error if no profile can be written there, before any station is asked."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        reason = "Permission denied" if path.parent.is_dir() else "No such file or directory"
        parser.error(f"{path}: {reason}")


def _learned(parser: Parser, settings: ProfileSettings) -> Learned | None:
    try:
        return asyncio.run(_listen(settings))
    except OSError as error:
        parser.exit(
            Status.FAILED,
            f"{parser.prog}: cannot listen on {settings.host}:{settings.port}: {values.reason_of(error)}\n",
        )


async def _listen(settings: ProfileSettings) -> Learned | None:
    async with Csms(host=settings.host, port=settings.port, checks="none") as csms:
        to_stderr(f"waiting for a station at {csms.url}/IDENTITY\n")
        return await learn(csms, settings.wait_for_station)


def _written(parser: Parser, settings: ProfileSettings, text: str) -> int:
    if settings.output is None:
        out = Stdout()
        out.write(text.encode())
        return out.status
    try:
        with Path(settings.output).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        problem = f"{parser.prog}: error: {settings.output} is incomplete: {values.reason_of(error)}\n"
        parser.exit(Status.NOT_WRITTEN, problem)
    return Status.FINE
