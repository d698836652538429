"""Downloads or uploads one file, with the protocol in its location."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec

from mock_csms.station.cues import FileMoved, GetFile, MoveProblem, PutFile
from mock_csms.station.link import Site
from mock_csms.station.transfers.wanted import Sums, Target, TransferFailed, target_of

_PATIENCE = 30.0
"""The seconds without a byte after which a transfer is given up, by the station's clock."""


async def move(act: GetFile | PutFile, site: Site) -> FileMoved:
    """Download or upload a file, and return the result; raises nothing."""
    content, name = (act.content, act.name) if isinstance(act, PutFile) else (None, "")
    target = target_of(act.location, content, name)
    sums, patience = Sums(), site.real(_PATIENCE)
    try:
        await _ways(site.authorities)[target.scheme](target, sums, patience)
    except TransferFailed as error:
        problem, reason = error.problem, str(error)
    except TimeoutError:
        problem, reason = MoveProblem.FAILED, f"no answer within {_PATIENCE:g} s"
    except OSError as error:
        problem, reason = MoveProblem.FAILED, error.strerror or str(error) or "the connection was lost"
    except ValueError as error:  # such as a host that is not a name
        problem, reason = MoveProblem.MALFORMED, str(error)
    else:
        return FileMoved(act.alarm, act.number, None, _told(target, sums), sums.sha256, sums.md5, sums.size)
    return FileMoved(
        act.alarm, act.number, problem, f"cannot {'put' if content is not None else 'get'} {target}: {reason}"
    )


def _told(target: Target, sums: Sums) -> str:
    if target.content is not None:
        return f"has put {len(target.content)} bytes to {target}"
    return f"has got {sums.size} bytes from {target}"


def _ways(authorities: str | None) -> "dict[str, Callable[[Target, Sums, float], Awaitable[None]]]":
    """Return the function of each protocol that transfers a file."""

    async def http(target: Target, sums: Sums, patience: float) -> None:
        from mock_csms.station.transfers.http import exchange  # noqa: PLC0415 - each protocol is loaded when needed

        await exchange(target, sums, patience, authorities)

    async def ftp(target: Target, sums: Sums, patience: float) -> None:
        from mock_csms.station.transfers.ftp import exchange  # noqa: PLC0415 - as above

        await exchange(target, sums, patience)

    async def sftp(target: Target, sums: Sums, patience: float) -> None:
        if find_spec("asyncssh") is None:
            raise TransferFailed(MoveProblem.UNSUPPORTED, "sftp needs asyncssh: pip install 'mock-csms[files]'")
        from mock_csms.station.transfers.sftp import exchange  # noqa: PLC0415 - as above

        await exchange(target, sums, patience)

    return {"http": http, "https": http, "ftp": ftp, "sftp": sftp}
