"""Misbehaviours with files, certificates and the password, which the cases of test plans find."""

from mock_csms.protocol.records import replace
from mock_csms.station.misbehaviour import Kinds, Misbehaviour, answers, has, ignores, instead, never, patched, sends
from mock_csms.station.v2.misbehaviours.encryption import KINDS as OF_TLS

_FIRMWARE, _SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"

KINDS: Kinds = {
    "firmware-always-fine": Misbehaviour(
        "reports that firmware was installed, although that failed",
        (),
        acts=sends(
            _FIRMWARE, patched(status="Installed"), lambda payload: f"{payload.get('status')}".endswith("Failed")
        ),
    ),
    "uploads-always-fine": Misbehaviour(
        "reports that diagnostics were uploaded, although that failed",
        (),
        acts=sends("DiagnosticsStatusNotification", patched(status="Uploaded"), has(status="UploadFailed")),
    ),
    "silent-logs": Misbehaviour("does not report its uploads of logs", (), acts=sends("LogStatusNotification", never)),
    "unverified-firmware": Misbehaviour(
        "does not report that a signature was verified", (), acts=sends(_SIGNED, never, has(status="SignatureVerified"))
    ),
    "trusts-any-firmware": Misbehaviour(
        "reports that a wrong signature was verified",
        (),
        acts=sends(_SIGNED, patched(status="SignatureVerified"), has(status="InvalidSignature")),
    ),
    "keeps-certificates": Misbehaviour("does not delete certificates", (), effect=ignores("DeleteCertificate")),
    "never-signs": Misbehaviour("sends no CSR", (), acts=sends("SignCertificate", never)),
    "takes-every-certificate": Misbehaviour(
        "accepts every certificate", (), answer=answers("CertificateSigned", instead("Rejected", "Accepted"))
    ),
    "takes-no-certificate": Misbehaviour(
        "rejects every certificate", (), answer=answers("CertificateSigned", instead("Accepted", "Rejected"))
    ),
    "trusts-any-central-system": replace(OF_TLS["trusts-any-certificate"], checks=()),
    "hides-wrong-central-system": Misbehaviour(
        "does not report that it has refused a certificate of the CSMS",
        (),
        acts=sends("SecurityEventNotification", never, has(type="InvalidCentralSystemCertificate")),
    ),
    "old-key": Misbehaviour(
        "keeps using the password with which it was started",
        (),
        handshake=lambda first, handshake: replace(handshake, authorization=first.authorization),
    ),
}
"""By name in `--misbehave`."""
