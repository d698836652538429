"""`python -m mock_csms.station` is the command `mock-station`."""

from mock_csms.frontends.station import main

if __name__ == "__main__":
    raise SystemExit(main())
