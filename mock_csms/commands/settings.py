"""Reads the settings of a run from files, environment and command line."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.commands.arguments import command_line_source
from mock_csms.settings import Config
from mock_csms.settings.flags import Source, read
from mock_csms.settings.sources import environment_source, file_source


def gather(parsed: Mapping[str, Any]) -> Sequence[Source]:
    """Return the sources of settings, the one with the highest priority last. Raises ValueError for an unreadable file.

    parsed: the command line, as argparse returns it.
    """
    files = [file_source(Config, path) for path in parsed.get("config", ())]
    return [*files, environment_source(Config), command_line_source(Config, parsed)]


def read_config(sources: Sequence[Source]) -> Config:
    """Return the settings of these sources. Raises ValueError with one line that says where and what is wrong."""
    return read(Config, sources)
