"""The files of the test authority. `--tls auto` keeps them in the state directory, `mock-csms pki` writes all of them.

| file | holds |
| --- | --- |
| `root.pem`, `root.key` | the root that stations have to trust |
| `intermediate.pem`, `.key` | the authority below it, which signs everything else |
| `server-rsa.pem`, `server-ec.pem`, `.key` | the mock's own certificates, each followed by the intermediate one |
| `station.pem`, `station.key` | a certificate for a station with security profile 3 |
| `other-root.pem`, `.key` | another root, for stations that are to change theirs |
| `other-root-signed.pem`, `.key` | the same, but signed by `root.pem`: for AdditionalRootCertificateCheck (M05.FR.10) |
| `root-signed.pem`, `.key` | `root.pem`, but signed by `other-root.pem`: for the way back |
| `wrong/KIND.pem`, `.key` | a server certificate that is wrong in that way; `KIND-ec` is for an EC key |
| `wrong/other-root.pem`, `.key` | a right one below the other root |
| `wrong/station-KIND.pem`, `.key` | a wrong certificate of a station |
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mock_csms.protocol.records import Record, replace
from mock_csms.runtime.pki.making import (
    ORGANIZATION,
    Issuer,
    Wish,
    certificate,
    certificate_pem,
    key_pem,
    new_ec,
    new_rsa,
    read_certificates,
    read_key,
    stranger,
)
from mock_csms.runtime.pki.wrong import DAY, OF_SERVER, OF_STATION, Made, Right, right

_LIFE_OF_AUTHORITY, _LIFE = 7300 * DAY, 365 * DAY
_ALREADY = DAY
"""How many seconds before now a certificate becomes valid, because the clock of a station may be slow."""
_RENEW = 30 * DAY
"""A certificate is replaced if it expires in fewer seconds than this."""
_LOCK = ".pki.lock"
_ROOT_NAME = "mock-csms test root"
OTHER_ROOT = "other-root"
SIGNED = "-signed"
"""The end of the name of a root that the other root has signed."""
SERVERS = ("server-rsa", "server-ec")
_ONLY_RSA = ("weak-key",)


class Files(Record):
    """The paths of a certificate with its chain, and of its key."""

    chain: str
    key: str


class Holder(Record, kw_only=True):
    """The names in the certificate of the station."""

    serial_number: str = "MOCK-0001"
    """Its commonName: the serial number in BootNotification (A00.FR.405). The default is that of mock-station."""
    organization: str = ORGANIZATION


class PkiFolder:
    """The files of one authority. Methods raise OSError if a file cannot be read or written."""

    def __init__(self, directory: str, names: Sequence[str], now: float, holder: Holder | None = None) -> None:
        """Use the files in a directory.

        names: for the server certificates; the first one is their commonName. holder: the names in the station's
        certificate; if None, an existing certificate of a station is kept whatever its names are.
        """
        self._directory = Path(directory)
        self._names = tuple(dict.fromkeys(names))
        self._now = now
        self._keeps_station = holder is None
        self._holder = holder or Holder()

    def make(self) -> None:
        """Make the files that are missing, expire soon or have other names.

        Roots and authorities stay while they are valid.
        """
        with self._locked():
            self._authority()
            for name in SERVERS:
                self._keep(name, self._server(name), self._has_names)
            self._keep("station", self._station(), self._is_of_holder)
            self._sign_each_other(self._root(), self._other_root())

    def make_wrong(self, kinds: Iterable[str]) -> None:
        """Make the wrong server certificates of these kinds.

        Existing ones are replaced, because their dates are old.
        """
        with self._locked():
            for kind in kinds:
                for name, of in self._wrong_ones(kind):
                    self._write(name, self._other_server(of) if kind == OTHER_ROOT else OF_SERVER[kind](of))

    def make_wrong_stations(self) -> None:
        """Make all wrong certificates of a station."""
        with self._locked():
            of = self._station()
            for kind, make in OF_STATION.items():
                self._write(f"wrong/station-{kind}", make(of))

    def signer(self) -> Issuer:
        """Return the authority that signs certificates of stations."""
        with self._locked():
            return self._authority()

    def root(self) -> Issuer:
        """Return the root, which signs for manufacturers."""
        with self._locked():
            return self._root()

    def files(self, name: str) -> Files:
        """Return the paths for a certificate, such as `server-rsa` or `wrong/expired`."""
        path = self._directory / name
        return Files(f"{path}.pem", f"{path}.key")

    def servers(self) -> tuple[Files, ...]:
        """Return the mock's own correct certificates."""
        return tuple(map(self.files, SERVERS))

    def wrong(self, kind: str) -> tuple[Files, ...]:
        """Return the wrong server certificates of that kind."""
        return tuple(self.files(name) for name, _ in self._wrong_ones(kind))

    def lines(self) -> Iterator[str]:
        """Yield a line for users about each file that they need."""
        yield f"{self.files('root').chain}: the root that stations have to trust"
        for name in SERVERS:
            yield f"{self.files(name).chain}: the mock, {', '.join(self._names)}"
        yield f"{self.files('station').chain}, .key: a station with the serial number {self._holder.serial_number}"
        yield f"{self._directory / 'wrong'}: {', '.join(OF_SERVER)}, and wrong certificates of a station"

    def _wrong_ones(self, kind: str) -> Iterator[tuple[str, Right]]:
        yield f"wrong/{kind}", self._server("server-rsa")
        if kind not in _ONLY_RSA:
            yield f"wrong/{kind}-ec", self._server("server-ec")

    # The content of the files.

    def _authority(self) -> Issuer:
        """Return the intermediate authority."""
        return self._signer("intermediate", "mock-csms test authority", self._root())

    def _root(self) -> Issuer:
        return self._signer("root", _ROOT_NAME, None)

    def _other_root(self) -> Issuer:
        return self._signer(OTHER_ROOT, "mock-csms other test root", None)

    def _sign_each_other(self, root: Issuer, other: Issuer) -> None:
        """Let each of two roots sign the other one: with its name and its key."""
        for name, one, by in (("root", root, other), (OTHER_ROOT, other, root)):
            made = self._read(f"{name}{SIGNED}")
            if made is None or not (self._is_current(made) and _is_below(made, by) and _is_same_key(made, one)):
                wish = self._wish("", is_authority=True, subject=one.certificate.subject)
                self._write(f"{name}{SIGNED}", Made((certificate(wish, one.key, by),), one.key))

    def _signer(self, name: str, common_name: str, above: Issuer | None) -> Issuer:
        """Return an authority; a new one if there is none, if it expires soon, or if another root has signed it."""
        made = self._read(name)
        if made is None or not self._is_current(made) or (above and not _is_below(made, above)):
            key, wish = new_rsa(), self._wish(common_name, is_authority=True)
            made = Made((certificate(wish, key, above),), key)
            self._write(name, made)
        return Issuer(made.chain[0], made.key)

    def _server(self, name: str) -> Right:
        key = self._key(name) or (new_rsa() if name == "server-rsa" else new_ec())
        return self._right(self._wish(self._names[0], names=self._names), key)

    def _station(self) -> Right:
        wish = self._wish(self._holder.serial_number, organization=self._holder.organization)
        return self._right(wish, self._key("station") or new_ec())

    def _other_server(self, of: Right) -> Made:
        return right(replace(of, signer=self._other_root()))

    def _right(self, wish: Wish, key: Any) -> Right:
        return Right(wish, key, self._authority(), stranger(self._now), self._now)

    def _wish(self, common_name: str, *, is_authority: bool = False, **more: Any) -> Wish:
        times = (self._now - _ALREADY, self._now + (_LIFE_OF_AUTHORITY if is_authority else _LIFE))
        return Wish(common_name=common_name, times=times, is_authority=is_authority, **more)

    # Whether a certificate can be used again.

    def _keep(self, name: str, of: Right, is_right: Any) -> None:
        made = self._read(name)
        if made is None or not (self._is_current(made) and _is_below(made, of.signer) and is_right(made)):
            self._write(name, right(of))

    def _is_current(self, made: Made) -> bool:
        return bool(made.chain[0].not_valid_after_utc.timestamp() > self._now + _RENEW)

    def _has_names(self, made: Made) -> bool:
        return set(self._names) <= names_of(made.chain[0])

    def _is_of_holder(self, made: Made) -> bool:
        if self._keeps_station:
            return True
        said = made.chain[0].subject.rfc4514_string()
        wish = self._wish(self._holder.serial_number, organization=self._holder.organization)
        return said == certificate(wish, made.key).subject.rfc4514_string()

    # Reading and writing.

    def _read(self, name: str) -> Made | None:
        """Return the certificate and the key under a name; None if there are none. Raises OSError for other content."""
        files = self.files(name)
        if not Path(files.chain).exists() or not Path(files.key).exists():
            return None
        try:
            chain = tuple(read_certificates(Path(files.chain).read_text("utf-8")))
            return Made(chain, self._key(name))
        except ValueError as error:
            raise OSError(0, f"it is no certificate in PEM: {error}", files.chain) from None

    def _key(self, name: str) -> Any:
        """Return the private key under a name; None if there is none."""
        path = Path(self.files(name).key)
        try:
            return read_key(path.read_text("utf-8")) if path.exists() else None
        except ValueError as error:
            raise OSError(0, f"it is no private key in PEM: {error}", str(path)) from None

    def _write(self, name: str, made: Made) -> None:
        """Write a key and then its certificate, so that there is never a certificate without its key."""
        files = self.files(name)
        Path(files.key).parent.mkdir(parents=True, exist_ok=True)
        _replace(files.key, key_pem(made.key), 0o600)
        _replace(files.chain, certificate_pem(*made.chain), 0o644)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the directory, so that several mocks that use it get the same authority."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with (self._directory / _LOCK).open("w") as file:
            try:
                import fcntl  # noqa: PLC0415 - Windows has none
            except ImportError:
                pass
            else:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def names_of(made: Any) -> set[str]:
    """Return the host names and addresses of a certificate."""
    from cryptography import x509  # noqa: PLC0415 - only who needs certificates waits

    try:
        found = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return set()
    return {str(name.value) for name in found}


def _is_below(made: Made, above: Issuer) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above

    try:
        made.chain[0].verify_directly_issued_by(above.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_same_key(made: Made, one: Issuer) -> bool:
    return bool(made.chain[0].public_key() == one.certificate.public_key())


def _replace(path: str, text: str, mode: int) -> None:
    """Write a file in one step, so that readers see either the old or the new content."""
    unfinished = f"{path}.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(unfinished).replace(path)
