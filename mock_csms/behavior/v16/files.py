"""What the file server puts into the commands of OCPP 1.6 that name files."""

from collections.abc import Mapping

from mock_csms.behavior.file_offers import OfferedFile
from mock_csms.behavior.file_templates import Addition, with_firmware, with_upload
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v16.v16 import DIAGNOSTICS_URL, FIRMWARE_URL, LOG_URL


def _signature(file: OfferedFile) -> Json:
    return {"signingCertificate": file.certificate, "signature": file.signature}


FILES: Mapping[str, Addition] = {
    "GetDiagnostics": with_upload("", "location", DIAGNOSTICS_URL),
    "GetLog": with_upload("log", "remoteLocation", LOG_URL),
    "SignedUpdateFirmware": with_firmware("firmware", FIRMWARE_URL, _signature),
    "UpdateFirmware": with_firmware("", FIRMWARE_URL),
}
"""By action: the template that changes its default payload (specification, 8; whitepaper, L01 and N01)."""
