"""Certificates in messages of OCPP 2.x: requests for certificates, and OCSP responses."""

from mock_csms.behavior.commands import Step
from mock_csms.behavior.signing import SigningWords
from mock_csms.behavior.templates import Context, Template
from mock_csms.protocol.actions import Json


def _signed(asked: Json, chain: str) -> Step:
    """Return the command that sends a certificate chain of the requested type (A02.FR.05, A03.FR.13)."""
    type_ = asked.get("certificateType")
    more = {"certificateType": type_} if isinstance(type_, str) else {}
    return Step("CertificateSigned", {"certificateChain": chain, **more})


SIGNING = SigningWords("SignCertificate", ("SecurityCtrlr", "MaxCertificateChainSize"), _signed)
"""The messages by which a station asks for a certificate."""


def with_ocsp_response(template: Template) -> Template:
    """Return a template with a signed OCSP response for the certificate that a GetCertificateStatus asks for (M06)."""

    def fill(context: Context) -> Json:
        answer: Json = template(context)
        asked = context.request.get("ocspRequestData") if isinstance(context.request, dict) else None
        hashes = asked if isinstance(asked, dict) else {}
        names = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
        response = context.world.authority.status(tuple(str(hashes.get(name)) for name in names), context.now)
        return {**answer, "ocspResult": response} if response else {"status": "Failed"}

    return fill
