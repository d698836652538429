"""The mock's certificate authority, which signs certificates for tests while the mock runs.

With `--tls auto` its key is in the state directory. Otherwise the key is made from the seed, so that the same `--seed`
gives the same root. Neither key is secret, so the authority must not be used outside tests.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_csms.protocol.actions import Json
from mock_csms.runtime.clock import Chance

if TYPE_CHECKING:
    from mock_csms.runtime.pki.folder import PkiFolder
    from mock_csms.runtime.pki.making import Issuer

_NAME = "mock-csms test root"
_DAY = 86_400.0
_LIFE_OF_ROOT, _LIFE = 7300 * _DAY, 365 * _DAY
_OCSP_LIFE = 7 * _DAY
"""How long an OCSP response is valid; a station keeps it that long."""
_GARBAGE = "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n"


class Pki:
    """One certificate authority. Its key and its root are made when they are first needed."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._secret = 0
        self._root = ""
        self._folder: PkiFolder | None = None
        self._firmware: Issuer | None = None
        """What signs firmware."""
        self.statuses: Mapping[int | None, str] = {}
        """The status in OCSP responses, by serial number; the key None has the status of all other certificates."""

    def use(self, folder: "PkiFolder | None") -> None:
        """Sign with the authority in these files; None: with the one that is made from the seed."""
        self._folder = folder

    def root(self, now: float) -> str:
        """Return the root certificate in PEM; it stays the same while the mock runs. `now` is in seconds since 1970."""
        from mock_csms.protocol import x509  # noqa: PLC0415 - only those who ask for certificates wait for it

        if self._folder is not None:
            return Path(self._folder.files("root").chain).read_text("utf-8")
        if not self._root:
            self._secret = self._new_secret()
            self._root = x509.self_signed(_NAME, self._secret, (now - _LIFE, now + _LIFE_OF_ROOT))
        return self._root

    def hashes(self, now: float) -> Json:
        """Return the CertificateHashData of the root certificate, with SHA-256 (M04.FR.02)."""
        from mock_csms.protocol.v2.certificates import hash_data  # noqa: PLC0415 - as above

        root = self.root(now)
        return hash_data(root, root)

    def chain(self, csr: str, now: float) -> str:
        """Return a certificate for a CSR (A02.FR.04), followed by those of its authorities, in PEM.

        If the CSR is invalid, the certificate is for a new key that nobody has.
        """
        from mock_csms.protocol import x509  # noqa: PLC0415 - as above

        if x509.read_request(csr) is None:
            csr = x509.request("mock-csms test station", "mock-csms", self._chance.new_integer())
        if self._folder is not None:
            return "".join(self._parts(csr, "on", now))
        root, times = self.root(now), (now - _DAY, now + _LIFE)
        return (x509.issue(csr, root, self._secret, times) or "") + root

    def signed(self, csr: str, kind: str, now: float, longest: int) -> str:
        """Return the chain that `--sign KIND` sends for a valid CSR, in PEM, the station's certificate first.

        If it would have more than `longest` characters, certificates of authorities at its end are left out.
        """
        if kind == "garbage":
            return _GARBAGE
        parts = self._parts(csr, kind, now)
        while len(parts) > 1 and sum(map(len, parts)) > longest:
            parts.pop()
        return "".join(parts)

    def _parts(self, csr: str, kind: str, now: float) -> list[str]:
        """Return the certificates of a chain, each in PEM."""
        from mock_csms.runtime.pki import making, wrong  # noqa: PLC0415 - as above

        request = making.read_csr(csr)
        times = (now - 30 * _DAY, now - _DAY) if kind == "expired" else (now - _DAY, now + _LIFE)
        name = wrong.WRONG_SERIAL if kind == "wrong-cn" else making.common_name_of(request)
        organization = making.organization_of(request)
        subject = None if kind == "wrong-cn" else request.subject
        wish = making.Wish(common_name=name, organization=organization, times=times, subject=subject)
        key = making.new_ec() if kind == "other-key" else request
        signer = making.stranger(now) if kind == "wrong-ca" else self._signer(now)
        return [making.certificate_pem(each) for each in (making.certificate(wish, key, signer), signer.certificate)]

    def _signer(self, now: float) -> "Issuer":
        """Return the authority that signs certificates of stations."""
        from mock_csms.runtime.pki.making import Issuer, derived_key, read_certificates  # noqa: PLC0415 - as above

        if self._folder is not None:
            return self._folder.signer()
        return Issuer(read_certificates(self.root(now))[0], derived_key(self._secret))

    def sign_firmware(self, sha256: bytes, now: float) -> tuple[str, str]:
        """Return the signature of a firmware with that SHA-256, in base64, and the certificate for it, in PEM.

        The root itself has issued the certificate: there is nothing between them (whitepaper, L01).
        """
        from mock_csms.runtime.pki import making  # noqa: PLC0415 - as above

        if self._firmware is None:
            root = self._folder.root() if self._folder is not None else self._signer(now)
            key, times = making.new_rsa(), (now - _DAY, now + _LIFE)
            wish = making.Wish(common_name="mock-csms test manufacturer", times=times)
            self._firmware = making.Issuer(making.certificate(wish, key, root), key)
        signature = making.signature(sha256, self._firmware.key)
        return b64encode(signature).decode(), making.certificate_pem(self._firmware.certificate)

    def status(self, hashes: tuple[str, ...], now: float) -> str:
        """Return a signed OCSP response in base64 (M06.FR.06), with the status that is set for the serial number.

        `hashes` are the algorithm, the hash of the issuer's name, the hash of the issuer's key, and the serial number,
        as in a request. Returns an empty text if they cannot be parsed.
        """
        from mock_csms.runtime.pki.ocsp import response  # noqa: PLC0415 - as above

        algorithm, name, key, serial = hashes
        try:
            number = int(serial, 16)
            status = self.statuses.get(number, self.statuses.get(None, "good"))
            asked: Any = (algorithm, bytes.fromhex(name), bytes.fromhex(key), number)
            times = (datetime.fromtimestamp(now, UTC), datetime.fromtimestamp(now + _OCSP_LIFE, UTC))
            return b64encode(response(asked, status, times, self._signer(now))).decode()
        except (ValueError, KeyError, OverflowError):
            return ""

    def _new_secret(self) -> int:
        from hashlib import sha256  # noqa: PLC0415 - as above

        seed = sha256(f"{self._chance.new_id()}{self._chance.new_id()}".encode()).digest()
        return int.from_bytes(seed[:31])
