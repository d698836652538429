"""What the file server puts into the commands of OCPP 2.x that name files."""

from collections.abc import Mapping

from mock_csms.behavior.file_offers import OfferedFile
from mock_csms.behavior.file_templates import Addition, with_firmware, with_firmware_in_place_of, with_upload
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.fragments import FIRMWARE_MD5, FIRMWARE_URL, LOG_URL


def _signature(file: OfferedFile) -> Json:
    return {"signingCertificate": file.certificate, "signature": file.signature}


def _checksum(file: OfferedFile) -> Json:
    return {"checksum": file.md5}


FILES: Mapping[str, Addition] = {
    "GetLog": with_upload("log", "remoteLocation", LOG_URL),
    "PublishFirmware": with_firmware("", FIRMWARE_URL, _checksum),
    "UnpublishFirmware": with_firmware_in_place_of({"checksum": FIRMWARE_MD5}, _checksum),
    "UpdateFirmware": with_firmware("firmware", FIRMWARE_URL, _signature),
}
"""By action: the template that changes its default payload (L01, L03, L04, N01)."""
