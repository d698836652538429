"""Files over SFTP, with asyncssh, which is an optional dependency. The key of the server is not checked."""

import asyncio
import logging

import asyncssh

from mock_csms.station.cues import MoveProblem
from mock_csms.station.transfers.wanted import Sums, Target, TransferFailed

_AT_ONCE = 64 * 1024
_ANYBODY = "anonymous"


async def exchange(target: Target, sums: Sums, patience: float) -> None:
    """Download or upload a file. Raises TransferFailed, TimeoutError or OSError."""
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    try:
        async with asyncio.timeout(patience):
            connection = await asyncssh.connect(
                target.host,
                target.port,
                username=target.user or _ANYBODY,
                password=target.password,
                known_hosts=None,
                client_keys=None,
                config=None,
            )
        try:
            await _move(connection, target, sums, patience)
        finally:
            connection.abort()
    except (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied) as error:
        raise TransferFailed(MoveProblem.DENIED, error.reason) from None
    except asyncssh.SFTPOpUnsupported as error:
        raise TransferFailed(MoveProblem.UNSUPPORTED, error.reason) from None
    except asyncssh.Error as error:
        raise TransferFailed(MoveProblem.FAILED, error.reason) from None


async def _move(connection: asyncssh.SSHClientConnection, target: Target, sums: Sums, patience: float) -> None:
    async with asyncio.timeout(patience):
        client = await connection.start_sftp_client()
        file = await client.open(f"/{target.plain_path}", "rb" if target.content is None else "wb")
    if target.content is not None:
        async with asyncio.timeout(patience):
            await file.write(target.content)
            await file.close()
        return
    while True:
        async with asyncio.timeout(patience):
            data = await file.read(_AT_ONCE)
        if not data:
            return
        sums.add(data if isinstance(data, bytes) else data.encode())
