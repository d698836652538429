"""TLS handshakes with a fault (`--tls-fault`): a wrong certificate, version or cipher suite, or none of these."""

import os

from mock_csms.behavior.handshake_faults import OF_CERTIFICATE
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import SUITES, TLS10, TLS11, TLS12, Offer, server_hello
from mock_csms.runtime.pki.folder import PkiFolder
from mock_csms.runtime.transport.tls.contexts import OLD_SUITES, Chain, TlsSettings
from mock_csms.runtime.transport.tls.handling import Handling
from mock_csms.runtime.transport.tls.preparing import prepared

_VERSIONS = {"tls1.0": TLS10, "tls1.1": TLS11}
_WEAK = ("weak-key", "sha1")
"""Faults whose certificate OpenSSL loads only at security level 0."""
_CBC = {number: name for number, name in SUITES.items() if name.startswith(("AES", "ECDHE")) and "GCM" not in name}
_WEAK_SUITES = {number: name for number, name in _CBC.items() if name.endswith(("SHA", "SHA256", "SHA384"))}
"""Cipher suites that a station should refuse, and that OpenSSL still supports."""
_RC4, _AES128_SHA = 0x0005, 0x002F
_PACE = 0.25
"""The pause in seconds between two pieces of a slow handshake."""


class Broken:
    """Makes handshakes with one kind of fault. Raises OSError if a file that it needs cannot be made."""

    def __init__(self, kind: str, settings: TlsSettings, folder: PkiFolder | None, usual: Handling) -> None:
        self._kind = kind
        self._usual = usual
        broken = _settings_for(kind, settings, folder)
        self._context = prepared(broken) if broken else None

    def handling(self, offer: Offer) -> Handling:
        """Return how to handle a client with this offer."""
        if self._kind in OF_CERTIFICATE:
            return Handling(context=self._context, fault=self._kind)
        if self._kind in _VERSIONS:
            return self._with_version(offer, _VERSIONS[self._kind])
        if self._kind == "cipher":
            return self._with_weak_suite(offer)
        is_slow = self._kind == "slow"
        return Handling(
            context=self._usual.context if is_slow else None,
            is_reset=self._kind == "reset",
            is_silent=self._kind == "hang",
            pace=_PACE if is_slow else 0.0,
            fault=self._kind,
        )

    def _with_version(self, offer: Offer, version: int) -> Handling:
        """Handle a client with an old version of TLS.

        If the client did not offer the version, no library would pick it, so the ServerHello is made here.
        """
        if version in offer.versions:
            return Handling(context=self._context, fault=self._kind)
        return Handling(server_hello=server_hello(version, _AES128_SHA, os.urandom(32)), fault=self._kind)

    def _with_weak_suite(self, offer: Offer) -> Handling:
        if TLS12 in offer.versions and not _WEAK_SUITES.keys().isdisjoint(offer.suites):
            return Handling(context=self._context, fault=self._kind)
        return Handling(server_hello=server_hello(TLS12, _RC4, os.urandom(32)), fault=self._kind)


def _settings_for(kind: str, settings: TlsSettings, folder: PkiFolder | None) -> TlsSettings | None:
    """Return the TLS settings for handshakes with that fault; None if the fault needs none."""
    if kind in OF_CERTIFICATE and folder is not None:
        folder.make_wrong([kind])
        chains = [Chain(files.chain, files.key) for files in folder.wrong(kind)]
        return replace(
            settings, chains=chains, suites=f"{settings.suites}:@SECLEVEL=0" if kind in _WEAK else settings.suites
        )
    if kind in _VERSIONS:
        return replace(settings, oldest=_VERSIONS[kind], newest=_VERSIONS[kind], suites=OLD_SUITES)
    if kind == "cipher":
        return replace(settings, newest=TLS12, suites=f"{':'.join(_WEAK_SUITES.values())}:@SECLEVEL=0")
    return None
