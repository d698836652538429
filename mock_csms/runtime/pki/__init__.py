"""Keys and certificates that the mock makes; they need random numbers and a clock.

`making` makes one certificate, `wrong` knows each way in which one can be wrong, `folder` keeps them in files, and
`authority` signs what stations ask for while the mock runs. Beside `protocol/x509.py` only this folder knows the
`cryptography` library, and it is loaded when it is used first.
"""
