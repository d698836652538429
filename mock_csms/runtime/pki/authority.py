"""The mock's certificate authority, which signs certificates for tests.

Its key is made from the seed, so that the same `--seed` makes the same root; it protects nothing.
"""

from mock_csms.runtime.clock import Chance

_NAME = "mock-csms test root"
_DAY = 86_400.0
_LIFE_OF_ROOT, _LIFE = 7300 * _DAY, 365 * _DAY


class Pki:
    """One certificate authority; its key and root are made when they are needed first."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._secret = 0
        self._root = ""

    def root(self, now: float) -> str:
        """Return the root certificate in PEM; it stays the same while the mock runs. `now` is in seconds since 1970."""
        from mock_csms.protocol import x509  # noqa: PLC0415 - only those who ask for certificates wait for it

        if not self._root:
            self._secret = self._new_secret()
            self._root = x509.self_signed(_NAME, self._secret, (now - _LIFE, now + _LIFE_OF_ROOT))
        return self._root

    def chain(self, csr: str, now: float) -> str:
        """Return a certificate for a CSR (A02.FR.04), followed by the root, in PEM.

        Without a valid CSR the certificate is for a key that nobody has.
        """
        from mock_csms.protocol import x509  # noqa: PLC0415 - as above

        root, times = self.root(now), (now - _DAY, now + _LIFE)
        signed = x509.issue(csr, root, self._secret, times) if csr else None
        if not signed:
            request = x509.request("mock-csms test station", "mock-csms", self._chance.new_integer())
            signed = x509.issue(request, root, self._secret, times) or ""
        return signed + root

    def _new_secret(self) -> int:
        from hashlib import sha256  # noqa: PLC0415 - as above

        seed = sha256(f"{self._chance.new_id()}{self._chance.new_id()}".encode()).digest()
        return int.from_bytes(seed[:31])
