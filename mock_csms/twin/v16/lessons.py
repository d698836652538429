"""The lessons of OCPP 1.6: which message calls which function to update the twin."""

from collections.abc import Sequence

from mock_csms.twin.common import boots as booting
from mock_csms.twin.common import connections as line
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import call, command, refusal, response, result, when
from mock_csms.twin.v16 import boots, configuration, connectors, local_list, transactions

LESSONS: Sequence[Lesson] = (
    lesson(line.knocked, when("knocked")),
    lesson(line.opened, when("connected")),
    lesson(line.was_refused, when("refused")),
    lesson(line.lost, when("disconnected")),
    lesson(line.message_came, call(), when("result", "error", "stray", "malformed"), any_payload=True),
    lesson(line.answered, response(), refusal(), when("spoiled"), any_payload=True),
    lesson(booting.connected, when("connected")),
    lesson(booting.called, call(), any_payload=True),
    lesson(boots.asked, call("BootNotification")),
    lesson(booting.answered, response("BootNotification"), any_payload=True),
    lesson(booting.refused, refusal("BootNotification"), any_payload=True),
    lesson(booting.answer_spoiled, when("spoiled"), any_payload=True),
    lesson(booting.unread, when("malformed"), any_payload=True),
    lesson(boots.commanded, command(), when("spoiled"), any_payload=True),
    lesson(booting.command_ended, when("result", "error", "unanswered"), any_payload=True),
    lesson(boots.was_set, result("ChangeConfiguration")),
    lesson(booting.beat, call("Heartbeat")),
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
