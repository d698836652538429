"""The OCPI side of the mock: its objects, its modules, and the servers and the client that exchange them.

Everything here is pure, except `http/` and `client.py`: the time and chance are arguments, and what waits for I/O is a
generator that yields what it wants (`steps.py`).
"""
