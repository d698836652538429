"""Calls that are cut by their outline are shown as their parsed payload requires, whatever their digits are."""

import random
import re
from collections.abc import Iterator, Sequence

import orjson
import pytest

from benchmarks.messages import TRANSACTION_EVENT
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.outlines import outline_of
from mock_csms.protocol.typed import call_reader
from mock_csms.protocol.versions import V21, V201, Version, versions
from mock_csms.runtime.bus import Bus
from mock_csms.twin.answered import AnsweredCall
from mock_csms.watch.console import Console, Look
from mock_csms.watch.gist import gist
from mock_csms.watch.layout import layout_of
from mock_csms.watch.layouts import Layouts
from mock_csms.watch.outlined import outlined
from mock_csms.watch.quick_console import QuickConsole
from tests.watch.test_layouts import TODAY, Out, sample

DIGITS = re.compile(rb"[0-9]")
USUAL = '{"eventType":"Updated","timestamp":"2026-09-21T13:33:20.000Z","triggerReason":"Trigger","seqNo":7'


def answered(call: Call, version: Version, at: float = TODAY, payload: Json | None = None) -> AnsweredCall:
    """Return a call with its answer."""
    text = orjson.dumps([3, call.id, payload or {}])
    return AnsweredCall(at, "CS-1", call, at, text, payload or {}, (), version)


def redigited(text: bytes, chance: random.Random) -> bytes:
    """Return a text with some other digits, often zeros."""
    return DIGITS.sub(lambda digit: chance.choice([digit[0], b"0", b"%d" % chance.randrange(10)]), text)


def calls(version: Version, action: str, chance: random.Random) -> Iterator[Call]:
    """Yield typed calls of an action with few outlines."""
    schema, read = version.schemas.schema(f"{action}Request"), call_reader(version, Sender.STATION).read
    texts = [orjson.dumps([2, "7c3a", action, sample(schema, schema, chance)]) for _ in range(2)]
    texts.append(texts[0].replace(b'"7c3a"', b'"7c3a-%d"' % chance.randrange(10)).replace(b'[2,"', b'[2, "'))
    for number in range(300):
        text = texts[0] if number < 40 else chance.choice(texts)
        call = read(redigited(text, chance))
        if call is not None:
            yield call


def shown(console: type[Console], happened: Sequence[AnsweredCall], look: Look) -> list[bytes]:
    """Return the lines that a console writes about these calls and their answers."""
    out, bus = Out(), Bus()
    made = console(bus, out, look)
    for event in happened:
        bus.publish_answered(event)
    made.tell()
    return b"".join(out.pieces).split(b"\n")


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
async def test_the_lines_are_the_same_for_all_digits(version: Version) -> None:
    """For typed calls of all actions whose digits change, the lines are equal byte by byte."""
    chance = random.Random(version.name)
    for action, row in version.actions.items():
        if row.is_send or not row.sent_by(Sender.STATION):
            continue
        answers = [{}, {"status": "Accepted", "now": "2026-09-21T13:33:20.000Z"}, {"long": "x" * 300}]
        happened = [
            answered(call, version, TODAY + chance.random() / 500, chance.choice(answers))
            for call in calls(version, action, chance)
        ]
        look = chance.choice([Look(), Look(width=80, is_coloured=True)])
        assert shown(QuickConsole, happened, look) == shown(Console, happened, look)


def read(text: str, version: Version = V201) -> Call:
    """Return a typed call."""
    call = call_reader(version, Sender.STATION).read(text.encode())
    assert call is not None
    return call


def test_a_call_with_the_outline_of_another_one() -> None:
    """Such a call is cut without a look at its layout, and the text is the beginning of its gist."""
    text = TRANSACTION_EVENT.replace("@" * 36, f"{7:036}").replace("~" * 24, "2026-09-21T13:33:20.000Z")
    first, second = read(text), read(text.replace("1000000000", "1234567890").replace("15234.125", "98765.432"))
    layout = layout_of(first.text, first, None, V201, 1000)
    assert layout is not None
    known = outlined(first.text, outline_of(first), layout)
    assert known is not None
    assert known.outline == outline_of(second)
    assert known.cut(second.text) == gist(second, None)


@pytest.mark.parametrize(
    ("usual", "probe"),
    [
        (',"numberOfPhasesUsed":3', ',"numberOfPhasesUsed":0'),
        (',"cableMaxCurrent":-3', ',"cableMaxCurrent":-0'),
        (',"cableMaxCurrent":-30', ',"cableMaxCurrent":-10'),
    ],
)
def test_integers(usual: str, probe: str) -> None:
    """A zero in an integer is shown as JSON writes it."""
    layouts = Layouts(300)
    for number, more in enumerate([usual] * 40 + [probe]):
        end = f'{more},"transactionInfo":{{"transactionId":"abc"}}}}]'
        call = read(f'[2,"{number}","TransactionEvent",{USUAL}{end}')
        cut = layouts.cut_answered(answered(call, V201)) or layouts.cut(call.text, call, None, V201)
        assert cut is None or gist(call, None).startswith(cut if isinstance(cut, str) else cut[0])


@pytest.mark.parametrize(("usual", "probe"), [("1.55", "1.50"), ("1.5", "1.0"), ("0.5", "0.0"), ("-0.5", "-0.0")])
def test_fractions(usual: str, probe: str) -> None:
    """A zero in a fraction is shown as JSON writes it."""
    layouts = Layouts(300)
    for number, value in enumerate([usual] * 40 + [probe]):
        samples = f'{{"timestamp":"2026-09-21T13:33:20.000Z","sampledValue":[{{"value":{value}}}]}}'
        call = read(f'[2,"{number}","MeterValues",{{"evseId":1,"meterValue":[{samples}]}}]')
        cut = layouts.cut_answered(answered(call, V201)) or layouts.cut(call.text, call, None, V201)
        assert cut is None or gist(call, None).startswith(cut if isinstance(cut, str) else cut[0])
    assert cut is not None or probe == "1.50"


@pytest.mark.parametrize(
    ("more", "can_be_cut"),
    [
        ('departureTime":"A2"', True),
        ('v2xChargingParameters":{"minChargePower":5}', False),
        ('acChargingParameters":{"energyAmount":5,"evMinCurrent":6,"evMaxCurrent":7,"evMaxVoltage":8}', True),
    ],
)
def test_calls_with_a_digit_in_a_key(more: str, *, can_be_cut: bool) -> None:
    """Calls with the same outline may have different keys, such as _L2 and _L3, so they are left to their layout."""
    needs = f'{{"requestedEnergyTransfer":"DC","{more}}}'
    call = read(f'[2,"1","NotifyEVChargingNeeds",{{"evseId":1,"chargingNeeds":{needs}}}]', V21)
    layout = layout_of(call.text, call, None, V21, 300)
    assert layout is not None
    assert (outlined(call.text, outline_of(call), layout) is not None) is can_be_cut


def test_percent_signs() -> None:
    """A string without digits, which is part of the text for all calls with this outline, may have any character."""
    layouts = Layouts(300)
    for number in range(40):
        call = read(f'[2,"{number}","TransactionEvent",{USUAL},"transactionInfo":{{"transactionId":"%b%d%%"}}}}]')
        cut = layouts.cut_answered(answered(call, V201)) or layouts.cut(call.text, call, None, V201)
        assert cut is None or gist(call, None).startswith(cut if isinstance(cut, str) else cut[0])


def test_the_outline_begins_behind_the_message_id() -> None:
    """The outline has 0 for each digit, also if the message id is not ASCII or follows a space."""
    for head in ('[2,"17"', '[2,"é7"', '[2, "17"'):
        assert outline_of(read(f'{head},"Heartbeat",{{}}]')) == b'","Heartbeat",{}]'
    call = read(f'[2,"1","TransactionEvent",{USUAL},"transactionInfo":{{"transactionId":"a7"}}}}]')
    assert outline_of(call).endswith(b'"seqNo":0,"transactionInfo":{"transactionId":"a0"}}]')
