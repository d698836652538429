"""The files that the file server offers to stations, and how commands get their locations (--files)."""

from collections.abc import Callable

from mock_csms.protocol.records import Record


class OfferedFile(Record):
    """A file that stations may download as firmware."""

    signature: str
    """Its signature with SHA-256 and RSA-PSS, in base64 (L01.FR.12)."""
    certificate: str
    """The certificate for the signature, in PEM."""
    md5: str
    """Its MD5 in hexadecimal digits, as in PublishFirmware (L03)."""


class FileOffers(Record):
    """The locations for downloads and uploads of stations. `url` gets the URL by which the station reaches the mock."""

    url: Callable[[str], str]
    """Returns the URL of the file server for such a station, without a slash at its end."""
    firmware: Callable[[], str]
    """Returns the path of the firmware to offer, without a slash in front."""
    file: Callable[[str], OfferedFile | None]
    """Returns the signature and the checksum of the file at a path; None if the server has no such file."""
