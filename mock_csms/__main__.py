"""The process of a command: `python -m mock_csms` is `mock-csms`.

Little is imported before a process can be interrupted: the rest of the program takes a while to load.
"""

import gc
import os


def main() -> int:
    """Be the command `mock-csms`, and return its exit status."""
    end_at_once_on_interrupt()
    gc.disable()  # nothing that is loaded at the start is garbage; `serve` enables it
    from mock_csms.frontends import cli  # noqa: PLC0415 - see above

    return cli.main()


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


if __name__ == "__main__":
    raise SystemExit(main())
