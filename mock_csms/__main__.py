"""`python -m mock_csms` is the command `mock-csms`."""

from mock_csms.frontends.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
