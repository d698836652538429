"""The reference station as the station under test: a separate process, driven by control lines."""

import asyncio
import sys
import tempfile
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mock_csms.plans.cases import CERTIFICATE, FILES, LASTING, PASSWORD, TLS, Case
from mock_csms.plans.profile import TOKENS, VALID, Profile, Timeouts
from mock_csms.plans.v2.features import START_POINTS, STOP_POINTS
from mock_csms.plans.v2.firmware import BROKEN
from mock_csms.plans.v2.firmware import FILE as FIRMWARE
from mock_csms.protocol.records import replace
from mock_csms.station.v2.features import FEATURES, USUAL_FEATURES

_TIMEOUTS = Timeouts(message=5, boot=20, operator=20, case=120, silence=1, settle=0.1, interval=1, tolerance=0.3)
_ALWAYS = frozenset(
    {
        *("C-01", "C-02", "C-03", "C-06.1", "C-06.2", "C-08", "C10"),
        *(*START_POINTS.values(), *STOP_POINTS.values(), "C-12.1", "C-12.2"),
        *("C-29.1", "C-29.2", "C-29.3", "C-29.4", "C-29.5", "C-29.6"),
        *("C-30", "C-31", "C-32", "C-34", "C-35", "C-36", "C-37", "C-38", "C-39"),
        *("C-48.1", "C-48.2"),
        *("C-49", "C-51", "C-52", "C-53", "C-58", "C-59"),
        *("C-20", "C-47", "C-57", "HFS-2", "AS-3", "AQ-9", "C-28", "C-40", "C-42", "LA-0", "SC-0"),
        *("AQ-1", "AQ-3"),
    }
)
"""The features that it has whatever its flags are."""
REFERENCE = Profile(
    "CS-1",
    (1, 1),
    features=USUAL_FEATURES | _ALWAYS,
    timeouts=_TIMEOUTS,
    firmware="https://firmware.invalid/2.0.bin",
    logs="https://logs.invalid/upload",
    customer=TOKENS[VALID],
)
"""The profile of the reference station."""
REFERENCES: Mapping[str, Profile] = {
    "1.6": replace(REFERENCE, version="1.6", features=frozenset({"HFS-1"})),
    "2.0.1": REFERENCE,
    "2.1": replace(REFERENCE, version="2.1"),
}
"""The same for each version of OCPP."""

_PASSWORD, _PASSWORD_FILE = "reference-station-1", "password"
_WITHOUT_TLS = "--security-profile 1"
_FLAGS = (
    "--evses",
    f"{len(REFERENCE.connectors)}",
    "--connectors",
    f"{REFERENCE.connectors[0]}",
    "--quiet",
)
"""Two EVSEs with a connector each."""
_OF_2 = ("OCPPCommCtrlr.RetryBackOffWaitMinimum=1", "OCPPCommCtrlr.RetryBackOffRandomRange=0")
_VARIABLES: Mapping[str, Sequence[str]] = {
    "1.6": ("RetryBackOffWaitMinimum=1", "RetryBackOffRandomRange=0", "MessageTimeout=3"),
    "2.0.1": (*_OF_2, "OCPPCommCtrlr.MessageTimeout[Default]=3"),
    "2.1": (*_OF_2, "OCPPCommCtrlr.MessageTimeout[Default]=3"),
}
"""By version: a short back-off, so that it reconnects soon, and a short MessageTimeout."""


_SWITCHES: Mapping[str, tuple[str, bool]] = {
    "SC-0": ("SmartChargingCtrlr.Available=false", False),
    "HFS-2": ("CablesAreFixed=true", True),
}
"""Its features that a variable switches: the variable, and whether the station has the feature with it."""
_OF_2X = frozenset({*FEATURES, "SC-0"})
_CHANGEABLE: Mapping[str, frozenset[str]] = {"1.6": frozenset({"HFS-2"}), "2.0.1": _OF_2X, "2.1": _OF_2X}
"""By version: the features that it has or lacks according to its flags."""


def reference_for(profile: Profile, needs: Sequence[str]) -> Profile:
    """Return its profile for a case: it has or lacks what the case needs, if flags can change that."""
    lacked = {need.removeprefix("not ") for need in needs if need.startswith("not ")}
    own = _CHANGEABLE[profile.version]
    features = (profile.features | (own & {*needs})) - (own & lacked)
    return replace(profile, features=features, password=_PASSWORD if PASSWORD in needs else "")


def setting_for(case: Case) -> Hashable:
    """Return what the reference station needs for a case; it is restarted for a case that needs something else."""
    profile = reference_for(REFERENCES[case.versions[0]], case.needs)
    return profile.features, frozenset({PASSWORD, TLS, CERTIFICATE, LASTING} & {*case.needs})


@contextmanager
def reference_home() -> Iterator[Path]:
    """Return a temporary directory for its password, the files to serve to it, and the authority that it trusts."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / _PASSWORD_FILE).write_text(_PASSWORD, encoding="utf-8")
        yield Path(home)


def reference_settings(home: Path, needs: Collection[str]) -> dict[str, Any]:
    """Return the settings of a mock that provides, from `home`, what these needs of cases name: files, and TLS."""
    settings: dict[str, Any] = {"tls": "auto", "state_dir": f"{home / 'authority'}"} if TLS in needs else {}
    if FILES in needs:
        served = home / "files"
        served.mkdir()
        (served / FIRMWARE).write_bytes(b"firmware 2.0 of the reference station\n" * 25)
        (served / BROKEN).touch()
        settings["files"] = f"{served}"
    return settings


class Reference:
    """One `mock-station`, from `start` to `stop`; for other features it is restarted with a new identity.

    `home` is the directory of `reference_home`; `authority` is the one with the root that it trusts; `version` is
    the version of OCPP that it speaks.
    """

    def __init__(
        self,
        flags: Sequence[str] = (),
        authority: str = "",
        home: Path | None = None,
        version: str = REFERENCE.version,
    ) -> None:
        variables = [word for each in _VARIABLES[version] for word in ("--variable", each)]
        self._flags = (*_FLAGS, "--ocpp", version, *variables, *flags)
        self._changeable = _CHANGEABLE[version]
        self._authority = Path(authority)
        self._home = home or Path()
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - it lives as long as the process
        self._process: asyncio.subprocess.Process | None = None
        self._running_with: tuple[frozenset[str], Sequence[str]] | None = None
        self._starts = 0

    @property
    def identity(self) -> str:
        """Its identity: a new one after each restart, so that facts about the old station are not applied to it."""
        return REFERENCE.identity if self._starts < 2 else f"{REFERENCE.identity}-{self._starts}"

    async def start(self, url: str, features: frozenset[str] = REFERENCE.features, needs: Collection[str] = ()) -> None:
        """Start it with these features and let it connect to the CSMS at `url`, unless it already runs with them.

        `needs` are those of the case: they say whether it has a password, and whether it uses TLS. Before and after a
        case that changes it for good, it is started anew.
        """
        secured, is_lasting = self._secured(needs), LASTING in needs
        if self._running_with == (features, secured) and not is_lasting:
            return
        await self._end()
        self._running_with, self._starts = None if is_lasting else (features, secured), self._starts + 1
        own, scheme = ",".join(features & self._changeable & {*FEATURES}), "wss" if self._uses_tls(needs) else "ws"
        address = f"{scheme}://{url.partition('://')[2]}/{self.identity}"
        await self._launch(address, ("--features", own, *self._switched(features), *secured, *self._flags))

    def _switched(self, features: frozenset[str]) -> Sequence[str]:
        """Return the flags of the variables that give the station these features, or remove them."""
        rows = [
            _SWITCHES[id_] for id_ in _SWITCHES if id_ in self._changeable and (id_ in features) is _SWITCHES[id_][1]
        ]
        return [word for variable, _ in rows for word in ("--variable", variable)]

    def _uses_tls(self, needs: Collection[str]) -> bool:
        """Whether the station connects with TLS: if the case needs it, unless its flags set security profile 1."""
        return TLS in needs and _WITHOUT_TLS not in " ".join(self._flags)

    def _secured(self, needs: Collection[str]) -> Sequence[str]:
        """Return its flags for the security profile of a case."""
        password = ("--password-file", f"{self._home / _PASSWORD_FILE}") if PASSWORD in needs else ()
        trusted = ("--ca", f"{self._authority / 'root.pem'}") if self._uses_tls(needs) else ()
        certificate = ("--client-cert", f"{self._authority / 'station.pem'}") if CERTIFICATE in needs else ()
        return (*password, *trusted, *certificate)

    async def _launch(self, url: str, flags: Sequence[str]) -> None:
        words = [sys.executable, "-m", "mock_csms.station", url, *flags]
        self._process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=self._errors
        )

    def type(self, line: str) -> None:
        """Send a control line."""
        if self._process and self._process.stdin:
            self._process.stdin.write(f"{line}\n".encode())

    def problem(self) -> str:
        """Return its exit status and error output if it has ended, else ""."""
        if self._process is None or self._process.returncode is None:
            return ""
        self._errors.seek(0)
        return f"mock-station ended with {self._process.returncode}: {self._errors.read().strip()}"

    async def stop(self) -> None:
        """Stop it."""
        await self._end()
        self._errors.close()

    async def _end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
