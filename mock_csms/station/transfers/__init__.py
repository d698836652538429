"""Transfers of files between the station and a server: HTTP, HTTPS, FTP and SFTP. Loaded with the first transfer."""
