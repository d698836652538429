"""The file server (--files): HTTP and HTTPS on one port, FTP and SFTP; only a start with the flag loads this.

`shelf` is the folder, `transfers` are the attempts to get or put a file, with their faults and events; the protocols
use both.
"""
