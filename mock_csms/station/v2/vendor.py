"""DataTransfer (P01): this vendor has defined no messages."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Answer, Given
from mock_csms.station.v2.device import Device


def data_transfer(device: Device, payload: Json, _: Moment) -> Given:
    """Accept data for the station's own vendor without a messageId (P01.FR.05, P01.FR.06)."""
    if payload["vendorId"] != device.identity.vendor:
        return device, {"status": "UnknownVendorId"}, []
    return device, {"status": "UnknownMessageId"} if "messageId" in payload else ACCEPTED, []


ANSWERS: Mapping[str, Answer] = {
    "DataTransfer": data_transfer,
}
