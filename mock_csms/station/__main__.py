"""The entry point of `mock-station`, also as `python -m mock_csms.station`."""

from mock_csms.commands.descriptors import open_missing
from mock_csms.commands.interrupts import end_at_once_on_interrupt


def main() -> int:
    """Run the command and return its exit status."""
    end_at_once_on_interrupt()
    open_missing()
    from mock_csms.commands.unneeded import leave_out  # noqa: PLC0415 - it can be interrupted while it loads

    leave_out()
    from mock_csms.commands import station  # noqa: PLC0415 - as above

    return station.main()


if __name__ == "__main__":
    raise SystemExit(main())
