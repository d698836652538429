"""The process of the command `mock-csms`, which is `python -m mock_csms` too."""

import gc
import sys

from mock_csms.commands.descriptors import open_missing
from mock_csms.commands.interrupts import end_at_once_on_interrupt
from mock_csms.commands.remote_words import REMOTE_WORDS


def main() -> int:
    """Run the command `mock-csms`, and return its exit status."""
    end_at_once_on_interrupt()
    open_missing()
    if sys.argv[1:2] == ["ready"]:
        from mock_csms.commands.readiness import ready  # noqa: PLC0415 - it loads nothing else of the program

        return ready(sys.argv[2:])
    gc.disable()  # objects loaded at the start are no garbage; `serve` enables it
    from mock_csms.commands.unneeded import leave_out  # noqa: PLC0415 - it can be interrupted while it loads

    leave_out()
    if sys.argv[1:] and sys.argv[1] in REMOTE_WORDS:
        from mock_csms.commands.remote import table  # noqa: PLC0415 - as above; these load no settings

        return table.main(sys.argv[1:])
    from mock_csms.commands import cli  # noqa: PLC0415 - as above

    return cli.main()


if __name__ == "__main__":
    raise SystemExit(main())
