"""Ctrl-C while a command starts. This is set up before the slow imports, so that a user can interrupt those too."""

import os


def end_at_once_on_interrupt() -> None:
    """Let Ctrl-C end the process with status 130, until the command handles signals itself.

    Nothing is lost, because nothing was written yet. With Python's own handler the user would see a traceback, or other
    code could swallow the KeyboardInterrupt.
    """
    try:
        import signal  # noqa: PLC0415 - slow to import

        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    except KeyboardInterrupt:
        os._exit(130)
