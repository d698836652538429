"""Executes the commands of docs/scale.md at free ports: three replicas behind HAProxy, with 300 stations."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.deploy.balancers import API, APIS, REPLICAS, STATIONS, at_ports, free_ports
from tests.house import ROOT
from tests.wire import PATIENCE, SERVER

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
START, LIST, END = (block.strip() for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[:3])
LISTED = re.findall(r"^```\n(replica .*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0].splitlines()
INSTALLS = START.splitlines()[:2]
STATION = [sys.executable, "-m", "mock_csms.station"]
COUNT = 300
BETWEEN = f"""
until [ "$(mock-csms stations --api $ALL --connected true --json | grep -o '"connected":true' | wc -l)" = {COUNT} ]; do
    sleep 0.3
done
"""
"""Instead of a person, who types slowly: waits for the stations."""


def test_five_commands() -> None:
    """Five commands lead to three replicas; the first two only install, and CI does the same."""
    commands = START.splitlines()
    assert len(commands) == 5
    assert [command.split()[0] for command in commands] == ["sudo", "python3", "for", "haproxy", "mock-station"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for words in ("apt-get install -y", "haproxy", "python3 -m venv .venv && .venv/bin/pip install"):
        assert words in "\n".join(INSTALLS)
        assert words in script


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed")
def test_the_commands(tmp_path: Path) -> None:
    """The commands do what the page says: the stations are listed with their replicas, and one verdict ends the run."""
    named = (STATIONS, API, *REPLICAS, *APIS)
    ports = dict(zip(named, free_ports(len(named)), strict=True))
    programs, deploy = tmp_path / "bin", tmp_path / "deploy"
    programs.mkdir()
    deploy.mkdir()
    for name, words in {"mock-csms": SERVER, "mock-station": STATION}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
        (programs / name).chmod(0o755)
    configuration = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    (deploy / "haproxy.cfg").write_text(at_ports(configuration, ports))
    mocks, haproxy, stations = START.removeprefix("\n".join(INSTALLS)).strip().splitlines()
    for number, (port, api) in enumerate(zip(REPLICAS, APIS, strict=True), start=1):
        given = f"--port {port} --api {api}"  # the loop of the page has these three turns
        assert mocks.replace("$n", str(number)).partition(" --fail")[0].endswith(given)
    turns = [mocks.partition("; do ")[2].removesuffix(" done").replace("$n", str(number)) for number in (1, 2, 3)]
    ready = [f"until mock-csms ready {port} 2>/dev/null; do sleep 0.1; done" for port in (*REPLICAS, STATIONS)]
    lines = [*turns, *ready[:3], haproxy, ready[3], stations, BETWEEN, LIST, END, "kill $(jobs -p)", "wait"]
    script = at_ports("\n".join([f"ALL={','.join(map(str, APIS))}", *lines]), ports)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    words = ["bash", "-c", script]
    ended = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )
    listed = [re.split(" {2,}", line) for line in ended.stdout.splitlines() if re.search("CS-|^replica .*model$", line)]
    shown = [re.split(" {2,}", at_ports(line, ports)) for line in LISTED]
    assert [row for row in shown if row not in listed] == [], ended.stdout[:2000] + ended.stderr
    assert len(listed) == COUNT + 1
    assert {row[0] for row in listed[1:]} == {f"127.0.0.1:{ports[api]}" for api in APIS}
    assert "passed: the exit status would be 0" in ended.stdout
    assert len(ElementTree.parse(tmp_path / "report.xml").getroot()) == 3
