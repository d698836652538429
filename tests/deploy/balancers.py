"""Load balancers with the configurations of deploy/, at free ports."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.house import ROOT
from tests.wire import PATIENCE

STATIONS, API = 9000, 9001
"""The ports of the balancers in the files and on the pages: for stations, and for the API."""
REPLICAS = (9011, 9012, 9013)
APIS = (9021, 9022, 9023)
"""The ports of the replicas, in the same way."""
_PORT = re.compile(r"\b90[012]\d\b")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def at_ports(text: str, ports: Mapping[int, int]) -> str:
    """Return a text of deploy/ or docs/ with these ports instead of its own."""
    return _PORT.sub(lambda found: str(ports.get(int(found[0]), found[0])), text)


class Balancer:
    """A load balancer as a process. Ports of replicas that are not given are free ones."""

    program = ""
    file = ""
    """Its configuration, in deploy/."""
    words: Sequence[str] = ()
    """How it runs in the foreground; the path of the configuration follows."""

    def __init__(self, folder: Path, ports: Mapping[int, int]) -> None:
        self.port, self.api = free_ports(2)
        text = (ROOT / "deploy" / self.file).read_text(encoding="utf-8")
        configuration = folder / self.file
        configuration.write_text(at_ports(text, {**ports, STATIONS: self.port, API: self.api}), encoding="utf-8")
        self.url = f"ws://127.0.0.1:{self.port}"
        self._log = (folder / "log").open("wb")
        words = [str(shutil.which(self.program)), *self.words, str(configuration)]
        self.process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        self._wait()

    def _wait(self) -> None:
        """Wait until it listens."""
        while True:
            assert self.process.poll() is None, Path(self._log.name).read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), PATIENCE):
                return
            time.sleep(0.01)

    def stop(self) -> None:
        """End it; its connections are cut."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        self._log.close()


class HAProxy(Balancer):
    """HAProxy."""

    program, file = "haproxy", "haproxy.cfg"
    words = ("-db", "-f")


class Nginx(Balancer):
    """nginx."""

    program, file = "nginx", "nginx.conf"
    words = ("-g", "daemon off;", "-p", ".", "-c")
