"""Uploads in forms (multipart/form-data, RFC 7578), and the names that stations give to their files (RFC 6266)."""

import mmap
import re
from email.message import Message

from mock_csms.control.files.shelf import Upload

_LONGEST_HEAD = 8192
"""How many bytes the head of a part of a form may have."""


def name_in(disposition: str) -> str:
    """Return the file name in a Content-Disposition header; empty if it has none."""
    return _header("Content-Disposition", disposition).get_filename("") if disposition else ""


def unpack(content_type: str, incoming: Upload) -> str:
    """Reduce the upload of a form to the first file in it, and return the name of that file.

    Other uploads stay as they are, and so does a form without a file.
    """
    header = _header("Content-Type", content_type or "application/octet-stream")
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not incoming.size:
        return ""
    incoming.flush()
    with incoming.temporary.open("r+b") as file:
        with mmap.mmap(file.fileno(), 0) as content:
            name, begin, end = _first_file(content, boundary.encode())
            if not name:
                return ""
            content.move(0, begin, end - begin)
        file.truncate(end - begin)
    return name


def _first_file(content: mmap.mmap, boundary: bytes) -> tuple[str, int, int]:
    """Return the name of the first file in a form, and the start and end of its bytes; an empty name without a file."""
    mark = b"--" + boundary
    at = content.find(mark)
    while at >= 0:
        begin = content.find(b"\r\n\r\n", at)
        end = content.find(b"\r\n" + mark, at + len(mark))
        if begin < 0 or begin - at > _LONGEST_HEAD or end < 0:
            break
        head = content[at:begin].decode(errors="replace")
        found = re.search(r"^content-disposition:(.*)$", head, re.IGNORECASE | re.MULTILINE)
        name = name_in(found[1].strip()) if found else ""
        if name:
            return name, begin + 4, max(end, begin + 4)
        at = content.find(mark, end + 2)
    return "", 0, 0


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = re.sub(r"[\r\n]", " ", value)
    return message
