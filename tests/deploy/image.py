"""The image of deploy/Containerfile, built by buildah and run by runc, without a container engine and a registry."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.house import ROOT

BASE = "localhost/base:test"
IMAGE = "localhost/mock-csms:test"
_OF_WHEELS = ("libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libgcc_s.so.1", "libstdc++.so.6")
"""Libraries that every wheel may need (PEP 600), beside those of Python."""
_LONG = 600.0
"""How many seconds a step of a build may take on a slow machine."""


def why_not() -> str:
    """Return why images cannot be built and run here; empty if they can."""
    if "IMAGE" not in os.environ:
        return "`task image` builds and runs the image, which takes a minute or two"
    if missing := [name for name in ("buildah", "runc") if shutil.which(name) is None]:
        return f"{' and '.join(missing)} not installed"
    return "" if os.geteuid() == 0 else "building and running images needs root here"


def execute(*words: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a program to its end, which must be good, and return its stdout."""
    done = subprocess.run(
        [*map(str, words)],
        capture_output=True,
        text=True,
        timeout=_LONG,
        check=False,
        cwd=cwd,
        env=os.environ | environment,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def problem_of_runc(folder: Path) -> str:
    """Return why runc cannot run a container here, where rights or control groups may be missing; empty if it can."""
    root = folder / "rootfs"
    root.mkdir(parents=True)
    _copy_to("/bin/sh", root / "bin")
    _copy_libraries(root / "bin" / "sh", root)
    execute("runc", "spec", cwd=folder)
    spec = json.loads((folder / "config.json").read_text())
    spec["process"] |= {"terminal": False, "args": ["/bin/sh", "-c", "exit 0"]}
    (folder / "config.json").write_text(json.dumps(spec))
    command = ["runc", "run", "--bundle", str(folder), f"probe-{os.getpid()}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONG, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]


class Builder:
    """buildah, with a store of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._policy = folder / "policy.json"
        self._policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')

    def buildah(self, command: str, *words: str | Path) -> str:
        """Run a command of buildah, and return its output."""
        store = ("--root", self.folder / "store", "--runroot", self.folder / "run", "--storage-driver", "vfs")
        verifies = ("--signature-policy", self._policy) if command in ("bud", "commit", "from") else ()
        return execute("buildah", *store, command, *verifies, *words, BUILDAH_ISOLATION="chroot").strip()

    def make_base(self) -> None:
        """Make the base image, from the Python that runs this test: no registry is needed."""
        files = self.folder / "base"
        _copy_python(files)
        container = self.buildah("from", "scratch")
        self.buildah("copy", "--quiet", container, files, "/")
        self.buildah("commit", "--quiet", container, BASE)
        shutil.rmtree(files)

    def build(self) -> None:
        """Build the image, from wheels that pip collects as it would for an installation."""
        wheels = self.folder / "wheels"
        execute(sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", wheels, ROOT, "poetry-core>=2,<3")
        for wheel in wheels.glob("mock_csms-*"):
            wheel.unlink()  # the Containerfile makes it
        self.buildah(
            "bud",
            *("--format", "docker", "--quiet", "--tag", IMAGE, "--file", ROOT / "deploy" / "Containerfile"),
            *("--build-arg", f"BASE={BASE}", "--build-arg", "PIP_NO_INDEX=1"),
            *("--build-arg", "PIP_FIND_LINKS=/wheels", "--volume", f"{wheels}:/wheels:ro"),
            ROOT,
        )

    def config(self) -> dict[str, Any]:
        """Return the configuration of the image, as a container engine reads it."""
        found: dict[str, Any] = json.loads(self.buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
        return found

    @cached_property
    def root(self) -> Path:
        """The folder with the files of the image. No test may change them."""
        return Path(self.buildah("mount", self.buildah("from", IMAGE)))

    def remove(self) -> None:
        """Remove all containers and images of the store."""
        self.buildah("rm", "--all")
        self.buildah("rmi", "--all", "--force")


def _copy_python(files: Path) -> None:
    """Copy Python without other packages, pip, a shell, and the libraries that they need."""
    library, programs = files / "usr/local/lib", files / "usr/local/bin"
    standard = Path(sysconfig.get_path("stdlib"))
    home = library / standard.name
    left_out = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "tkinter", "_tkinter*", "*.pyc")
    shutil.copytree(standard, home, ignore=left_out)
    import pip

    shutil.copytree(Path(pip.__file__).parent, home / "site-packages" / "pip")
    programs.mkdir(parents=True)
    program = Path(os.path.realpath(sys.executable))
    shutil.copy(program, programs / "python3")
    _copy_to("/bin/sh", files / "bin")
    _copy_to(str(shutil.which("mkdir")), files / "bin")
    (files / "tmp").mkdir()
    (files / "tmp").chmod(0o1777)
    for path in [program, *(standard / "lib-dynload").glob("*.so"), *(files / "bin").iterdir()]:
        if "tkinter" not in path.name:
            _copy_libraries(path, files)


def _copy_to(path: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.realpath(path), folder / Path(path).name)


def _copy_libraries(program: Path, files: Path) -> None:
    """Copy the shared libraries of a program, and beside them those for wheels, to where the loader finds them."""
    for line in execute("ldd", program).splitlines():
        path = next((word for word in line.split() if word.startswith("/")), "")
        others = [Path(path).with_name(name) for name in _OF_WHEELS] if Path(path).name.startswith("libc.") else []
        for library in filter(Path.exists, [Path(path), *others] if path else []):
            place = files / str(library).lstrip("/")
            if not place.exists():
                _copy_to(str(library), place.parent)
