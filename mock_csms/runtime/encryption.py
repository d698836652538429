"""TLS as set by the flags: certificates, decisions about clients, and events. It is loaded only with such a flag."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

from mock_csms.behavior.handshake_faults import RefusedFaults, TlsFault, TlsFaults
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import TLS12, Agreement, Offer
from mock_csms.runtime import clock
from mock_csms.runtime.broken_handshakes import Broken
from mock_csms.runtime.pki.authority import Pki
from mock_csms.runtime.pki.folder import PkiFolder
from mock_csms.runtime.pki.names import server_names
from mock_csms.runtime.transport.tls.contexts import OLD_SUITES, SUITES, Chain, TlsSettings, context_of
from mock_csms.runtime.transport.tls.handling import Failure, Handling
from mock_csms.runtime.transport.tls.layer import Secured
from mock_csms.runtime.transport.tls.opening import Above
from mock_csms.runtime.transport.tls.preparing import prepared
from mock_csms.runtime.transport.tls.reasons import BROKEN_OFF, LEFT
from mock_csms.settings import Config
from mock_csms.settings.encryption import ACCEPT, VERSIONS
from mock_csms.twin.events import Event, Failed, TlsAgreed, TlsFailed, TlsOffered

_WITH_CERTIFICATE = 3


class TlsServer:
    """The TLS side of the mock's port. Raises OSError if a file cannot be used."""

    def __init__(self, config: Config, pki: Pki, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._folder = _folder_of(config)
        pki.use(self._folder)
        signs = self._folder is not None or bool(config.sign)
        self._settings = _settings_of(config, self._folder, [pki.root(clock.now())] if signs else [])
        self._usual = Handling(context=prepared(self._settings))
        self._broken: dict[str, Broken] = {}
        self._refusals = RefusedFaults()
        self._wanted: tuple[TlsFault, ...] = ()
        self._set_faults(config.tls_fault)

    def configure(self, config: Config) -> None:
        """Use the TLS faults of these settings. If they are the same as before, their counts stay."""
        if config.tls_fault != self._wanted:
            try:
                self._set_faults(config.tls_fault)
            except OSError as error:
                self._publish(Failed(clock.now(), "", f"--tls-fault was not changed: {error.filename}: {error}"))

    def _set_faults(self, faults: tuple[TlsFault, ...]) -> None:
        for kind in dict.fromkeys(fault.kind for fault in faults):
            if kind not in self._broken:
                self._broken[kind] = Broken(kind, self._settings, self._folder, self._usual)
        self._wanted, self._faults = faults, TlsFaults(faults)

    def context(self) -> ssl.SSLContext:
        """Return the same certificates, versions and suites, for a server that asks for no client certificate."""
        return context_of(replace(self._settings, trusted=(), must_have_certificate=False, accepts_any=False))

    def between(self, above: Above, socket: asyncio.Transport, buffer: memoryview) -> Secured:
        """Return the TLS layer between a connection and its socket."""
        return Secured(above, socket, buffer, self)

    def offered(self, offer: Offer) -> Handling:
        """Publish the offer of a client, and return how to handle its handshake."""
        is_compressed = any(offer.compressions)
        versions, suites = offer.version_names, offer.suite_names
        self._publish(TlsOffered(clock.now(), "", versions, suites, offer.server_name, is_compressed))
        kind = self._faults.next(clock.now())
        return self._broken[kind].handling(offer) if kind else self._usual

    def agreed(self, agreement: Agreement, handling: Handling) -> Agreement:
        """Publish that a handshake succeeded; return it with the faults that such a client has refused before."""
        certificate = _described(agreement.certificate)
        version, suite = agreement.version, agreement.suite
        self._publish(TlsAgreed(clock.now(), "", version, suite, certificate, agreement.doubt, handling.fault))
        return replace(agreement, refused=self._refusals.take(agreement.offer))

    def failed(self, failure: Failure, handling: Handling | None) -> None:
        """Publish that a handshake has failed."""
        certificate, fault = _described(failure.certificate), handling.fault if handling else ""
        self._publish(TlsFailed(clock.now(), "", failure.reason, failure.by, failure.alert, certificate, fault))
        has_refused = failure.by == "station" or failure.reason in (BROKEN_OFF, LEFT)
        if fault and has_refused and failure.offer is not None:
            self._refusals.note(failure.offer, fault)


def _folder_of(config: Config) -> PkiFolder | None:
    """Return the files of the test authority; missing files are made. None without --tls auto."""
    if config.tls is None or config.state_dir is None:
        return None
    folder = PkiFolder(config.state_dir, server_names(config.host, config.tls_name), clock.now())
    folder.make()
    return folder


def _settings_of(config: Config, folder: PkiFolder | None, own: Sequence[str]) -> TlsSettings:
    """Return the TLS settings for correct handshakes; `own` has the roots of the mock's own authority."""
    if folder is not None:
        chains = [Chain(files.chain, files.key) for files in folder.servers()]
    else:
        keys = config.tls_key or [None] * len(config.tls_cert)
        chains = [Chain(file, key) for file, key in zip(config.tls_cert, keys, strict=True)]
    profiles = config.security_profile
    wants_certificate = not profiles or _WITH_CERTIFICATE in profiles
    return TlsSettings(
        chains=chains,
        oldest=VERSIONS[config.tls_min],
        newest=VERSIONS[config.tls_max],
        suites=SUITES if VERSIONS[config.tls_min] >= TLS12 else OLD_SUITES,
        trusted=[*own, *_trusted(config)] if wants_certificate else (),
        must_have_certificate=_WITH_CERTIFICATE in profiles and 2 not in profiles,
        accepts_any=config.tls_client == ACCEPT,
        key_log=config.tls_keylog,
    )


def _trusted(config: Config) -> list[str]:
    """Return the certificates in the file of --tls-client-ca; empty without the flag."""
    return [Path(config.tls_client_ca).read_text("utf-8")] if config.tls_client_ca else []


def _described(certificate: str) -> str:
    """Return the description of a certificate in one line; empty without a certificate."""
    if not certificate:
        return ""
    from mock_csms.protocol.x509 import described  # noqa: PLC0415 - only client certificates need it

    return described(certificate)
