"""Ctrl-C while a command starts. This is set up before the slow imports, so that a user can stop those too."""

import os


def end_at_once_on_interrupt() -> None:
    """Let a Ctrl-C end the process with status 130, until the command handles signals itself.

    Nothing is lost, because nothing was written yet. A KeyboardInterrupt would show a traceback, or be swallowed by
    the code that happened to run.
    """
    try:
        import signal  # noqa: PLC0415 - what it imports takes a while

        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    except KeyboardInterrupt:
        os._exit(130)
