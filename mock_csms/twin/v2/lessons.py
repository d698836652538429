"""The lessons of OCPP 2.x: which message calls which function to update the twin."""

from collections.abc import Sequence

from mock_csms.twin.common.lessons import CONNECTIONS, booting
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import call, command, refusal, response, result, when
from mock_csms.twin.v2 import (
    boots,
    connections,
    connectors,
    firmware,
    local_list,
    reservations,
    resets,
    transactions,
    variables,
)
from mock_csms.twin.v2.connections import LEAVING
from mock_csms.twin.v2.occasions import driven
from mock_csms.twin.v2.reservations import ENDING

_STATUSES = call("StatusNotification", "NotifyEvent")

LESSONS: Sequence[Lesson] = (
    *CONNECTIONS,
    lesson(connections.will_leave, result(*LEAVING)),
    lesson(connections.gets_connection_settings, command("SetVariables")),
    lesson(connections.may_get_password, when("spoiled"), any_payload=True),
    *booting(boots.asked, boots.commanded),
    lesson(boots.was_set, result("SetVariables")),
    lesson(connectors.reported, _STATUSES),
    lesson(reservations.reserved, result("ReserveNow")),
    lesson(reservations.cancelling, command("CancelReservation")),
    lesson(reservations.cancelled, result("CancelReservation")),
    lesson(reservations.ended, call("ReservationStatusUpdate")),
    lesson(reservations.used, call("Authorize"), driven()),
    lesson(reservations.charges, driven()),
    lesson(reservations.unread, call(*ENDING), when("malformed"), any_payload=True),
    lesson(resets.answered, result("Reset")),
    lesson(resets.installed, call("FirmwareStatusNotification")),
    lesson(resets.booted, call("BootNotification")),
    lesson(resets.ended, call("TransactionEvent.Ended")),
    lesson(firmware.asked, command("UpdateFirmware")),
    lesson(firmware.answered, result("UpdateFirmware")),
    lesson(firmware.reported, call(firmware.STATUS), when("malformed"), any_payload=True),
    lesson(firmware.alarmed, call(firmware.EVENT)),
    lesson(firmware.lost, when("disconnected")),
    lesson(local_list.sent, result("SendLocalList")),
    lesson(local_list.reported, result("GetLocalListVersion")),
    lesson(local_list.forget, call("BootNotification"), when("spoiled", "unanswered"), any_payload=True),
    lesson(transactions.reported, call("TransactionEvent"), any_payload=True),
    lesson(transactions.failed, refusal("TransactionEvent"), when("spoiled"), any_payload=True),
    lesson(transactions.priced, response("TransactionEvent"), result("CostUpdated"), any_payload=True),
    lesson(transactions.was_denied, result("GetTransactionStatus", "RequestStopTransaction")),
    lesson(transactions.was_free, _STATUSES),
    lesson(variables.reported, call("NotifyReport")),
    lesson(variables.got, result("GetVariables")),
    lesson(variables.was_set, result("SetVariables")),
    lesson(variables.may_change, command("SetVariables"), when("spoiled"), call("BootNotification"), any_payload=True),
)
"""All lessons, in the order in which they are applied."""
