"""Starts the mock CSMS: `python server.py …` is the command `mock-csms …`."""

try:
    from mock_csms.__main__ import main

    STATUS = main() if __name__ == "__main__" else 0
except KeyboardInterrupt:  # before `main` could see to it
    STATUS = 130
if __name__ == "__main__":
    raise SystemExit(STATUS)
