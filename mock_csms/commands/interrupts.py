"""Ctrl-C while a command starts; little is imported before a process can be interrupted: the rest takes a while."""

import os


def end_at_once_on_interrupt() -> None:
    """Let a Ctrl-C end the process with status 130, until the command sees to its signals itself.

    Nothing was written before that, so that nothing is lost. An exception instead would be told as a traceback, or be
    swallowed by what happened to run.
    """
    try:
        import signal  # noqa: PLC0415 - what it imports takes a while

        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    except KeyboardInterrupt:
        os._exit(130)
