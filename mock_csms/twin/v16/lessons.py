"""The lessons of OCPP 1.6: which message calls which function to update the twin."""

from collections.abc import Sequence

from mock_csms.twin.common.lessons import CONNECTIONS, booting
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import call, command, response, result, when
from mock_csms.twin.v16 import boots, configuration, connectors, local_list, transactions

LESSONS: Sequence[Lesson] = (
    *CONNECTIONS,
    *booting(boots.asked, boots.commanded),
    lesson(boots.was_set, result("ChangeConfiguration")),
    lesson(boots.resets, result("Reset")),
    lesson(connectors.reported, call("StatusNotification")),
    lesson(transactions.started, response("StartTransaction")),
    lesson(transactions.stopped, call("StopTransaction")),
    lesson(transactions.metered, call("MeterValues")),
    lesson(local_list.sent, result("SendLocalList")),
    lesson(local_list.reported, result("GetLocalListVersion")),
    lesson(local_list.forget, call("BootNotification"), when("spoiled", "unanswered"), any_payload=True),
    lesson(configuration.got, result("GetConfiguration")),
    lesson(configuration.was_set, result("ChangeConfiguration")),
    lesson(configuration.may_change, command("ChangeConfiguration"), call("BootNotification"), any_payload=True),
)
"""All lessons, in the order in which they are applied."""
