"""The file server (--files): HTTP and HTTPS on one port, FTP and SFTP; only a start with the flag loads this.

`shelf` is the served folder. `transfers` has the attempts to download or upload a file, with their faults and events.
All protocols use both.
"""
