"""The command `mock-csms`: read the flags, serve until a signal, and tell by the exit status how it went."""

from collections.abc import Sequence

from mock_csms.config import Config
from mock_csms.frontends.arguments import parse

DESCRIPTION = "A mock CSMS for OCPP 2.0.1: answers what a charging station sends, and commands it, as the flags say."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with those arguments, or the process's own, and return its exit status."""
    config = parse("mock-csms", DESCRIPTION, Config, arguments)
    import asyncio  # noqa: PLC0415 - --help and a usage error do not wait for the machinery

    from mock_csms.frontends.serve import serve  # noqa: PLC0415 - as above

    return asyncio.run(serve(config))
