"""Settings: their defaults, combinations and errors, and the commands that they make."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import Field, FrozenInstanceError, fields, replace
from typing import Any

import pytest

from mock_csms.behavior.commands import Step
from mock_csms.behavior.templates import SAMPLE, rfc3339
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.versions import V201, versions
from mock_csms.settings import Config, assembly, values
from mock_csms.settings.calls import command_payload
from mock_csms.settings.checking import check
from mock_csms.settings.flags import Source, flag, flag_of, option, part, read

SETTINGS = {setting.name: setting for setting in fields(Config)}
WITH_TEXT = [setting for setting in SETTINGS.values() if flag_of(setting).parse and flag_of(setting).forms is None]


def configure(**texts: Any) -> Config:
    """Return the settings for these flags, checked as the program does it before it listens."""
    config = read(Config, [Source(texts)])
    check(config)
    return config


def sent(action: str, **texts: Any) -> Any:
    """Return the payload of a command with these settings, filled with sample values."""
    return command_payload(configure(**texts), Step(action), V201)(SAMPLE)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("host", "127.0.0.1"),
        ("port", 9000),
        ("boot_status", "Accepted"),
        ("boot_status_sequence", ()),
        ("boot_interval", 60),
        ("total_cost", None),
        ("final_cost", None),
        ("auth_mode", "normal"),
        ("whitelist", ("valid_token", "test_token", "authorized_user")),
        ("blacklist", ("blocked_token", "invalid_user")),
        ("offline", False),
        ("auth_group_id", None),
        ("auth_cache_expiry", None),
        ("command", None),
        ("delay", None),
        ("period", None),
        ("commands", ()),
        ("after", "connect"),
        ("station", "*"),
        ("rerun_commands", False),
        ("trigger_message", "StatusNotification"),
        ("reset_type", "Immediate"),
        ("availability_status", "Operative"),
        ("reservation_id", 1),
        ("reserve_id_token", "reserved_token"),
        ("reserve_evse_id", 1),
        ("call_timeout", 30.0),
        ("ping_interval", 20.0),
        ("ping_timeout", 20.0),
        ("no_compression", False),
        ("max_message_size", 1048576),
        ("log_level", "INFO"),
        ("ready_file", None),
    ],
)
def test_stable_defaults(name: str, default: object) -> None:
    """The names and defaults that users rely on do not change."""
    assert getattr(configure(), name) == default


@pytest.mark.parametrize(("name", "short"), [("command", "-c"), ("delay", "-d"), ("period", "-p")])
def test_stable_short_names(name: str, short: str) -> None:
    """The three flags with a short name keep it."""
    assert flag_of(SETTINGS[name]).short == short


@pytest.mark.parametrize("setting", WITH_TEXT, ids=lambda setting: str(setting.name))
def test_the_error_of_a_bad_value_names_its_flag(setting: Field[Any]) -> None:
    """Gate: every flag with a value refuses an empty one, in one line that begins with the flag."""
    bad: Any = [""] if flag_of(setting).takes_list else ""
    with pytest.raises(ValueError, match=rf"\A{option(setting.name)}: .+\Z"):
        configure(**{setting.name: bad})


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: str(setting.name))
def test_every_flag_says_what_it_does(setting: Field[Any]) -> None:
    """Gate: every flag has a help text, and a metavar if it takes a value."""
    declared = flag_of(setting)
    assert declared.help
    assert bool(declared.metavar) == (declared.parse is not None and declared.forms is None)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: str(setting.name))
def test_flags_refer_to_existing_settings_and_properties(setting: Field[Any]) -> None:
    """Gate: rivals and needs are settings, and every property that a flag fills exists in each version of OCPP."""
    declared = flag_of(setting)
    assert {*declared.rivals, *declared.needs} <= SETTINGS.keys()
    for place in declared.sets:
        action, *path = place.split(".")
        for version in versions():
            kind = "Request" if version.actions[action].sent_by(Sender.CSMS) else "Response"
            assert version.schemas.node(f"{action}{kind}", path)


def test_settings_are_made_of_keywords_and_never_change() -> None:
    """What is not given has its default; an unknown keyword, a change and a deletion are errors."""
    config = Config(port=1, redact=True)
    assert (config.port, config.redact, config.host) == (1, True, "127.0.0.1")
    assert replace(config, port=2) == Config(port=2, redact=True) != config
    assert Config() == Config(port=9000)
    assert config != OneMore(port=1, redact=True)
    with pytest.raises(TypeError, match=re.escape("Config() has no setting 'prot'")):
        Config(prot=1)  # type: ignore[call-arg] # the error is the point
    with pytest.raises(FrozenInstanceError):
        config.port = 3  # type: ignore[misc] # as above
    with pytest.raises(FrozenInstanceError):
        del config.port
    assert config.port == 1


@part
class OneMore(Config):
    """The settings and one additional setting."""

    heartbeat_offset: float | None = flag(
        None,
        "shift `currentTime` in answers to Heartbeat by this many seconds",
        values.number(-values.LONGEST),
        "SEC",
        sets=("Heartbeat.currentTime",),
        written=lambda seconds: f"{{{{now{seconds:+f}}}}}",
    )


@pytest.mark.parametrize(("texts", "seconds"), [({}, 0), ({"heartbeat_offset": "90"}, 90)])
def test_a_new_flag_is_one_field(texts: Mapping[str, Any], seconds: float) -> None:
    """A new flag that changes an answer only needs a field, with the paths that it fills and the form of its value."""
    answers = assembly.defaults(read(OneMore, [Source(texts)]), V201)
    assert answers["Heartbeat"](SAMPLE)["currentTime"] == rfc3339(seconds)


def test_the_spelling_of_flags() -> None:
    """Flags have hyphens where settings have underscores."""
    assert option("boot_status_sequence") == "--boot-status-sequence"


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (
            {"boot_status": "Pending", "boot_status_sequence": "Pending"},
            "--boot-status-sequence and --boot-status cannot be used together",
        ),
        ({"command": "Reset", "commands": "Reset:1", "delay": "1"}, "--command and --commands cannot be used together"),
        ({"command": "Reset", "delay": "1", "period": "1"}, "--delay and --period cannot be used together"),
        ({"delay": "1"}, "--delay needs --command"),
        ({"period": "1"}, "--period needs --command"),
        ({"payload": "{}"}, "--payload needs --command"),
        ({"payload": "{}", "commands": "Reset:1"}, "--payload needs --command"),
    ],
)
def test_settings_that_exclude_or_need_others(texts: Mapping[str, Any], problem: str) -> None:
    """Settings that exclude each other, or lack one that they need, are refused with both names."""
    with pytest.raises(ValueError, match=rf"\A{problem}\Z"):
        configure(**texts)


@pytest.mark.parametrize(
    "texts",
    [
        {"command": "Reset"},
        {"command": "Reset", "payload": "{}"},
        {"command": "Reset", "delay": "0"},
        {"command": "Reset", "period": "1"},
        {"command": "Reset", "delay": "0", "payload": "{}"},
        {"commands": "Reset:0"},
        {"boot_status_sequence": "Pending"},
    ],
)
def test_settings_with_those_they_need(texts: Mapping[str, Any]) -> None:
    """Settings are accepted together with those that they need."""
    configure(**texts)


def test_a_switch_is_on_when_it_is_given() -> None:
    """A switch is true if it is given, else false."""
    config = configure(offline=True, rerun_commands=True)
    assert (config.offline, config.rerun_commands, config.no_compression) == (True, True, False)


def test_a_later_source_wins() -> None:
    """The later of two sources of a setting wins, and removes a rival setting of the earlier source."""
    sources = [
        Source({"port": "1", "boot_status": "Pending"}),
        Source({"port": "2", "boot_status_sequence": "Rejected"}),
    ]
    config = read(Config, sources)
    assert (config.port, config.boot_status, config.boot_status_sequence) == (2, "Accepted", ("Rejected",))


def test_an_error_says_where() -> None:
    """An error names a setting as it is written in its source."""
    with pytest.raises(ValueError, match=r"\Ahere port: 'x' is not a whole number\Z"):
        read(Config, [Source({"port": "x"}, where=lambda name: f"here {name}")])


@pytest.mark.parametrize(
    ("action", "texts", "path", "value"),
    [
        ("TriggerMessage", {"trigger_message": "heartbeat"}, "requestedMessage", "Heartbeat"),
        ("TriggerMessage", {"trigger_message": "SignV2GCertificate"}, "requestedMessage", "SignV2GCertificate"),
        ("Reset", {}, "type", "Immediate"),
        ("Reset", {"reset_type": "onidle"}, "type", "OnIdle"),
        ("ChangeAvailability", {"availability_status": "inoperative"}, "operationalStatus", "Inoperative"),
        ("SetVariables", {}, "setVariableData.0.attributeValue", "30"),
        ("SetVariables", {"set_variables": "C.V=a,b"}, "setVariableData.0.attributeValue", "a,b"),
        ("SetVariables", {"set_variables": "C.V=1,D.W=2"}, "setVariableData.1.component.name", "D"),
        ("GetVariables", {}, "getVariableData.0.variable.name", "AvailabilityState"),
        ("GetVariables", {"get_variables": "C.V,D.W"}, "getVariableData.1.variable.name", "W"),
        ("SendLocalList", {}, "localAuthorizationList.0.idToken.idToken", "test_token"),
        ("SendLocalList", {"local_list_tokens": ["A", "B"]}, "localAuthorizationList.1.idToken.idToken", "B"),
        ("ReserveNow", {}, "idToken.idToken", "reserved_token"),
        ("ReserveNow", {"reservation_id": "7"}, "id", 7),
        ("ReserveNow", {"reserve_id_token": "R"}, "idToken.idToken", "R"),
        ("ReserveNow", {"reserve_id_token": "R"}, "idToken.type", "ISO14443"),
        ("ReserveNow", {"reserve_evse_id": "3"}, "evseId", 3),
        ("CancelReservation", {"reservation_id": "7"}, "reservationId", 7),
        ("RequestStopTransaction", {}, "transactionId", "test_transaction_123"),
        ("SetNetworkProfile", {}, "connectionData.ocppCsmsUrl", "ws://127.0.0.1:9000"),
    ],
)
def test_flags_change_the_payload_of_a_command(action: str, texts: Mapping[str, Any], path: str, value: object) -> None:
    """The payload of a command is its default with the settings for it merged in."""
    payload = sent(action, **texts)
    assert not V201.schemas.request_violations(action, payload)
    for step in path.split("."):
        payload = payload[int(step) if step.isdigit() else step]
    assert payload == value


@pytest.mark.parametrize("action", ["SetVariables", "GetVariables"])
def test_no_attribute_type_is_sent(action: str) -> None:
    """SetVariables and GetVariables have no attributeType, by default and with flags: Actual is the default."""
    texts = {"set_variables": "C.V=1", "get_variables": "C.V"}
    assert "attributeType" not in repr(sent(action)) + repr(sent(action, **texts))


@pytest.mark.parametrize(
    ("texts", "payload"),
    [
        ({"payload": '{"evseId": 2}'}, {"type": "Immediate", "evseId": 2}),
        ({"payload": '{"type": "OnIdle"}'}, {"type": "OnIdle"}),
        ({"payload": '{"type": "OnIdle"}', "reset_type": "Immediate"}, {"type": "OnIdle"}),
        (
            {"payload": '{"customData": {"vendorId": "{{station}}"}}'},
            {"type": "Immediate", "customData": {"vendorId": "station"}},
        ),
        (
            {"payload": '{"customData": {"vendorId": "{{{{station}}"}}'},
            {"type": "Immediate", "customData": {"vendorId": "{{station}}"}},
        ),
    ],
)
def test_payload_is_merged_into_the_command(texts: Mapping[str, Any], payload: Any) -> None:
    """--payload is merged into the default payload, after the other flags, and may have placeholders."""
    config = configure(command="Reset", delay="0", **texts)
    [step] = assembly.scripts(config)[0].steps
    assert command_payload(config, step, V201)(SAMPLE) == payload


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"payload": '{"type": null}'}, "type: is missing"),
        ({"payload": '{"type": 1}'}, 'type: 1 is not of type "string"'),
        ({"payload": '{"tpye": "OnIdle"}'}, "tpye: is not a property of the schema"),
        ({"payload": '{"type": "{{nwo}}"}'}, "{{nwo}} is not a placeholder; did you mean 'now'?"),
        ({"payload": '{"a\\nb": 1}'}, "is not a property of the schema"),
    ],
)
def test_an_invalid_payload_is_refused(texts: Mapping[str, Any], problem: str) -> None:
    """A command that breaks its schema, or has an unknown placeholder, is refused before the port is opened."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        configure(command="Reset", delay="0", **texts)


def test_a_deep_payload_is_sent_or_refused() -> None:
    """A deeply nested payload causes no error except ValueError."""
    with suppress(ValueError):
        configure(command="DataTransfer", delay="0", payload='{"data": ' + '{"a": ' * 900 + "1" + "}" * 901)


@pytest.mark.parametrize(
    "texts",
    [
        {"set_variables": "C.V={{now}}"},
        {"set_variables": "C.V={{anything}}"},
        {"local_list_tokens": ["{{T}}"]},
        {"reserve_id_token": "{{T"},
    ],
)
def test_only_payloads_have_placeholders(texts: Mapping[str, Any]) -> None:
    """Braces in values of flags other than payloads are sent as typed."""
    action = {"set_variables": "SetVariables", "local_list_tokens": "SendLocalList", "reserve_id_token": "ReserveNow"}
    [(name, text)] = texts.items()
    typed = text[0] if isinstance(text, list) else text.removeprefix("C.V=")
    assert repr(typed) in repr(sent(action[name], commands=f"{action[name]}:0", **texts))


@pytest.mark.parametrize(
    ("texts", "steps", "period"),
    [
        ({}, [], None),
        ({"command": "Reset"}, [("Reset", 0)], None),
        ({"command": "Reset", "delay": "2"}, [("Reset", 2)], None),
        ({"command": "Reset", "delay": "0"}, [("Reset", 0)], None),
        ({"command": "Reset", "period": "5"}, [("Reset", 5)], 5),
        ({"commands": "Reset:2,ClearCache:0"}, [("Reset", 2), ("ClearCache", 0)], None),
    ],
)
def test_the_script_of_commands(texts: Mapping[str, Any], steps: list[tuple[str, float]], period: float | None) -> None:
    """The flags for commands define which commands are sent, after which delays, and with which period."""
    scripts = assembly.scripts(configure(**texts))
    assert [(step.action, step.delay) for script in scripts for step in script.steps] == steps
    assert [script.period for script in scripts] == [period] * bool(steps)


@pytest.mark.parametrize("action", [name for name, row in V201.actions.items() if row.sent_by(Sender.CSMS)])
def test_every_default_payload_is_valid(action: str) -> None:
    """Each of the 40 commands has a default payload that is valid with the default settings."""
    assert not V201.schemas.request_violations(action, sent(action, commands=f"{action}:0"))
