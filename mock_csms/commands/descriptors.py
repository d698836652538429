"""Standard input, output and error of a process that was started without them (`>&-`)."""

import os
import sys


def open_missing() -> None:
    """Open the null device for each closed standard stream.

    Otherwise the next file or socket would get the number of the stream, and Python could not write to the stream.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is not None:
            continue
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number, which is this one
            os.set_inheritable(number, True)  # noqa: FBT003 - its signature
        setattr(sys, name, open(number, mode, encoding="utf-8", errors="backslashreplace"))  # noqa: SIM115, PTH123 - it stays open; a number is no path
