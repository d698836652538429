"""Starts the mock CSMS: `python server.py …` is the command `mock-csms …`."""

from mock_csms.frontends.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
