"""Starts the program as a process without importing it each time: a server imports it once, and forks for each start.

The tests start the program more than a thousand times, and most of these processes spend nearly all their time on
importing the same modules. So each pytest process has one server, which imports the program and runs nothing. A start
is a fork of the server: a process with its own arguments, environment, working directory, streams, signals and exit
status, which runs `server.py`, or the module after `-m`, to the end of the interpreter.

A second server has also loaded pytest and what runs of test plans need; it starts them.

Such a process does not test imports. `test_server`, `test_start` and tests that use `subprocess` start
cold; all tests do with `COLD_STARTS=1`, with coverage, and on a system without fork.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TextIO, cast

ROOT = Path(__file__).resolve().parents[1]
COLD = {"COLD_STARTS", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"}
"""If one of these environment variables is set, all processes start cold."""
IS_WARM = hasattr(os, "fork") and not COLD & os.environ.keys()
PYTEST = ["-m", "pytest"]
PROGRAMS = [[str(ROOT / "server.py")], ["-m", "mock_csms.station"], PYTEST]
"""The beginnings of the command lines of our programs, after the interpreter."""
FOR_THE_INTERPRETER = ("PYTHON", "LC_", "LANG")
"""Prefixes of the variables that Python reads at its start: if they differ, a process starts cold."""
NEEDS_PYTEST = "mock_csms.plans"
NOT_LOADED = ("plugin", "__main__")
"""Ends of the names of plugins, which pytest loads itself, and of modules that each process must run anew."""
NUMBER = struct.Struct("!i")


class Request(NamedTuple):
    """A request to the server, without the streams."""

    words: Sequence[str]
    """A script or `-m` with a module, and the arguments."""
    cwd: str
    env: Mapping[str, str]


class Process(subprocess.Popen[bytes]):
    """A process of the program, used like one of `subprocess`: its words are interpreter, script and arguments.

    It is a child of the server, not of this process; the server writes its status into a pipe.
    """

    _waitpid_lock: Any

    def _execute_child(self, args: Sequence[str], *more: Any) -> None:
        """Ask the server to fork."""
        pipes = more[9:15]  # read and write ends for stdin, stdout and stderr, or -1
        streams = [end if end != -1 else stream for stream, end in enumerate((pipes[0], pipes[3], pipes[5]))]
        reading, writing = os.pipe()
        self._status = reading
        _Server(is_for_pytest=[*args[1:3]] == PYTEST).ask(
            Request(args[1:], str(more[4] or Path.cwd()), more[5] or dict(os.environ)), [*streams, writing]
        )
        os.close(writing)
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined] # subprocess's own
        self.pid = self._number()
        self._child_created = True

    def _number(self) -> int:
        """Return the next number that the server writes."""
        data = os.read(self._status, NUMBER.size)
        assert data, "the server of warm starts is gone"
        return int(NUMBER.unpack(data)[0])

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """Return the process id and the status as waitpid does, or (0, 0) while it runs and nobody waits."""
        if wait_flags & os.WNOHANG and not select.select([self._status], [], [], 0)[0]:
            return 0, 0
        status = self._number()
        os.close(self._status)
        return self.pid, status

    def _internal_poll(self, *_: object, **__: object) -> int | None:
        """Return the status if the process has ended; `subprocess` polls without a lock only if no other thread can."""
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):
            try:
                pid, status = self._try_wait(os.WNOHANG) if self.returncode is None else (0, 0)
                if pid:
                    self._handle_exitstatus(status)  # type: ignore[attr-defined] # subprocess's own
            finally:
                self._waitpid_lock.release()
        return self.returncode


def start(words: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
    """Start the program as `subprocess.Popen` does."""
    texts = [*map(str, words)]
    return (Process if may_be_warm(texts, more.get("env")) else subprocess.Popen)(texts, **more)


def may_be_warm(words: Sequence[str], env: Mapping[str, str] | None) -> bool:
    """Whether this is one of our programs, with an environment in which Python starts as it did for the server."""
    if not IS_WARM or not any([*words[1:]][: len(begin)] == begin for begin in PROGRAMS):
        return False
    differing = {name for name, _ in (env or os.environ).items() ^ os.environ.items()}
    return not any(name.startswith(FOR_THE_INTERPRETER) for name in differing)


def run(
    words: Sequence[str], *, timeout: float, data: bytes | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, with `data` on stdin, as `subprocess.run` does; return what it printed as UTF-8."""
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    with start(words, stdin=None if data is None else subprocess.PIPE, **more) as process:
        try:
            out, err = process.communicate(data, timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(words, process.returncode, out.decode(), err.decode())


@cache
class _Server:
    """The server as its client sees it; there is at most one of each kind."""

    def __init__(self, *, is_for_pytest: bool) -> None:
        self._socket, theirs = socket.socketpair()
        words = [sys.executable, "-m", "tests.warm", str(theirs.fileno()), *(PYTEST if is_for_pytest else [])]
        silent, passed = subprocess.DEVNULL, [theirs.fileno()]
        self._process = subprocess.Popen(words, stdin=silent, stdout=silent, cwd=ROOT, pass_fds=passed)
        theirs.close()
        self._lock = Lock()
        atexit.register(self.end)

    def ask(self, request: Request, files: list[int]) -> None:
        """Ask the server to fork; several threads may do so."""
        data = json.dumps(request).encode()
        with self._lock:
            socket.send_fds(self._socket, [NUMBER.pack(len(data))], files)
            self._socket.sendall(data)

    def end(self) -> None:
        """End the server."""
        self._socket.close()
        self._process.wait()


# In the process of the server.


def load(*, with_pytest: bool) -> None:
    """Import all modules that the program may need; the garbage collector ignores them in each process."""
    if with_pytest:
        importlib.import_module("pytest")
    for path in sorted((ROOT / "mock_csms").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.endswith(NOT_LOADED) and (with_pytest or not name.startswith(NEEDS_PYTEST)):
            importlib.import_module(name)
    for name in sys.modules.keys() & {"mock_csms", "anyio"}:  # else pytest warns that it cannot rewrite them
        sys.modules[name].__doc__ = f"{sys.modules[name].__doc__} PYTEST_DONT_REWRITE"
    gc.freeze()


class Server:
    """Forks, and writes to each client the exit status of its process."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._running: dict[int, int] = {}
        """The pipe for the status of each process, by process id."""
        self._ended, self._wakeup = socket.socketpair()
        self._wakeup.setblocking(False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Request | None:
        """Fork for each request. In a new process return its request; in the server return None in the end."""
        while True:
            ready = select.select([self._asked, self._ended], [], [])[0]
            if self._ended in ready:
                self._ended.recv(4096)
                self._tell_who_ended()
            if self._asked in ready:
                head, files, _, _ = socket.recv_fds(self._asked, NUMBER.size, 4)
                if not head:
                    return None
                request = Request(*json.loads(self._read(*NUMBER.unpack(head))))
                if self._is_new_process(files):
                    return request

    def _read(self, size: int) -> bytes:
        return self._asked.recv(size, socket.MSG_WAITALL)

    def _tell_who_ended(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                status = self._running.pop(ended[0])
                with suppress(BrokenPipeError):  # the client has closed it
                    os.write(status, NUMBER.pack(ended[1]))
                os.close(status)

    def _is_new_process(self, files: Sequence[int]) -> bool:
        """Fork, and return whether this is the new process, whose streams and signals are then its own."""
        *streams, status = files
        pid = os.fork()
        if pid:
            self._running[pid] = status
        else:
            self._leave()
            for number, file in enumerate(streams):
                os.dup2(file, number)
            os.write(status, NUMBER.pack(os.getpid()))  # from now on the process may get signals
            os.close(status)
        for file in streams:
            os.close(file)
        return not pid

    def _leave(self) -> None:
        """Close the files of the server and reset its signals, in the new process."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for end in (self._asked, self._ended, self._wakeup):
            end.close()
        for status in self._running.values():
            os.close(status)


def become(request: Request) -> None:
    """Run the program in this process as Python does with such a command line."""
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    sys.stdin = _stream(0, sys.stdin, "r")
    sys.stdout = _stream(1, sys.stdout, "w")
    sys.stderr = _stream(2, sys.stderr, "w", buffering=1)
    first, *rest = request.words
    if first == "-m":
        sys.argv, sys.path[0] = rest, request.cwd
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = [first, *rest], str(Path(first).parent)
        runpy.run_path(first, run_name="__main__")


def _stream(file: int, old: TextIO, mode: str, buffering: int = -1) -> TextIO:
    """Return a stream as Python makes it at its start."""
    return cast(TextIO, open(file, mode, buffering, old.encoding, old.errors, closefd=False))


class _End:
    """Ends the process without freeing the modules of the server, which takes long."""

    status: int | None = None
    """The exit status, once it is known."""

    def __call__(self) -> None:
        """End at once, unless output cannot be written or there was an error, which Python handles."""
        if self.status is not None:
            with suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(self.status)


def main() -> None:
    """Be the server, and then the program."""
    end = _End()
    atexit.register(end)  # registered first, so that it runs last
    asked = socket.socket(fileno=int(sys.argv[1]))
    load(with_pytest=len(sys.argv) > 2)
    request = Server(asked).serve()
    if request is not None:
        try:
            become(request)
        except SystemExit as error:
            end.status = error.code if isinstance(error.code, int) else None
            raise


if __name__ == "__main__":
    main()
