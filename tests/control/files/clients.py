"""Clients of the file server that use other libraries; each transfers one file, and returns the result in a word."""

import asyncio
import ftplib
import io
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import asyncssh
import httpx

SAME, OTHER, SHORT, KEPT = "the same", "other bytes", "broken off", "kept"
MISSING, REFUSED, SILENCE = "missing", "refused", "silence"
PATIENCE = 0.2
"""How many seconds a client waits when the server must not answer."""


def http(url: str, path: str, content: bytes, *, is_upload: bool, patience: float = 20.0) -> str:
    """Get or put a file over HTTP."""
    try:
        method, body = ("PUT", content) if is_upload else ("GET", None)
        with httpx.Client(timeout=patience, trust_env=False) as client:
            answer = client.request(method, f"{url}/{path}", content=body)
    except httpx.TimeoutException:
        return SILENCE
    except httpx.TransportError:
        return SHORT
    known = {404: MISSING, 401: REFUSED, 201: KEPT}
    return known.get(answer.status_code) or compared(answer.content, content)


def ftp(url: str, path: str, content: bytes, *, is_upload: bool, patience: float = 20.0) -> str:
    """Get or put a file over FTP."""
    parts, got = urlsplit(url), bytearray()
    try:
        with ftplib.FTP(timeout=patience) as client:
            client.connect(parts.hostname or "", parts.port or 0)
            client.login()
            if is_upload:
                client.storbinary(f"STOR {path}", io.BytesIO(content))
                return KEPT
            client.retrbinary(f"RETR {path}", got.extend)
    except TimeoutError:
        return SILENCE
    except ftplib.Error as error:
        return {"550": MISSING, "530": REFUSED, "426": SHORT}[str(error)[:3]]
    return compared(bytes(got), content)


def sftp(url: str, path: str, content: bytes, *, is_upload: bool, patience: float = 20.0) -> str:
    """Get or put a file over SFTP."""

    async def transfer(client: asyncssh.SFTPClient) -> str:
        async with client.open(path, "wb" if is_upload else "rb") as file:
            if is_upload:
                await file.write(content)
                return KEPT
            return compared(await file.read(), content)

    return asyncio.run(_sftp(url, transfer, patience))


ANYBODY: dict[str, Any] = {"username": "x", "known_hosts": None, "config": None, "client_keys": None}
"""The options for SFTP without a login, and without the settings of this machine."""


async def _sftp(url: str, transfer: Callable[[Any], Awaitable[str]], patience: float) -> str:
    parts = urlsplit(url)
    connection = await asyncssh.connect(parts.hostname or "", parts.port or 0, **ANYBODY)
    try:
        client = await connection.start_sftp_client()
        async with asyncio.timeout(patience):
            return await transfer(client)
    except TimeoutError:
        return SILENCE
    except asyncssh.SFTPNoSuchFile:
        return MISSING
    except asyncssh.SFTPPermissionDenied:
        return REFUSED
    except (asyncssh.SFTPError, asyncssh.ConnectionLost):
        return SHORT
    finally:
        connection.abort()


def compared(got: bytes, wanted: bytes) -> str:
    """Return in a word whether a download is right."""
    return SAME if got == wanted else OTHER if len(got) == len(wanted) else SHORT


CLIENTS = {"http": http, "ftp": ftp, "sftp": sftp}
