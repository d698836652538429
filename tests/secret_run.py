"""Secrets in all fields of messages and settings that may have one, and a run that sends them with all outputs on."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.raw import logged, until, with_basic_auth
from tests.records import Run
from tests.wire import BOOT, HANDSHAKE, PATIENCE, Mock

NOW = "2026-01-01T00:00:00Z"
PASSWORD, OLD = "pw-Aa11-0123456789", "pw-Bb22-9876543210"
KEY = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n"


def variable(value: str, name: str = "BasicAuthPassword", component: str = "SecurityCtrlr") -> dict[str, Any]:
    """Return an item of SetVariables."""
    return {"attributeValue": value, "component": {"name": component}, "variable": {"name": name}}


def profile(password: str, key: str, url: str) -> dict[str, Any]:
    """Return a request of SetNetworkProfile."""
    vpn = {"server": "vpn.local", "user": "u", "password": password, "key": key, "type": "IPSec"}
    apn = {"apn": "internet", "apnPassword": "apn-Cc33-0000000001", "simPin": 48159, "apnAuthentication": "AUTO"}
    more = {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppInterface": "Wired0", "securityProfile": 1}
    data = {"ocppCsmsUrl": url, "messageTimeout": 30, "apn": apn, "vpn": vpn, **more}
    return {"configurationSlot": 1, "connectionData": data}


COMMANDS: dict[str, list[dict[str, Any]]] = {
    "SetVariables": [
        {"setVariableData": [variable(PASSWORD)]},
        {"setVariableData": [variable("pw-Dd44-0123456789", "basicauthpassword", "SECURITYCTRLR")]},
        {"setVariableData": [variable("pin-Ee55-42", "VendorThing", "Vendor")]},
    ],
    "SetNetworkProfile": [profile("vpn-Ff66-00000000001", "key-Gg77-x", "wss://me:url-Hh88-x@csms.local/x")],
    "GetLog": [
        {
            "logType": "SecurityLog",
            "requestId": 1,
            "log": {"remoteLocation": "ftp://me:url-Ii99-p@ss@host/x?sig=sig-Jj10-x&a=b"},
        }
    ],
    "UpdateFirmware": [
        {
            "requestId": 2,
            "firmware": {"location": "https://me:url-Kk11-/x@h/f", "retrieveDateTime": NOW},
        }
    ],
    "PublishFirmware": [{"location": "http://me:url-Ll12-x@h/f", "checksum": "0" * 32, "requestId": 3}],
    "DataTransfer": [
        {"vendorId": "v", "data": KEY.format("keyMm13ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
        {"vendorId": "v", "data": json.dumps({"a": [{"apiKey": 'key-Nn14-"x"'}]})},
    ],
    "InstallCertificate": [
        {"certificateType": "CSMSRootCertificate", "certificate": KEY.format("keyOo15ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    ],
}
"""The payloads of the commands in the configuration file."""


FLAGGED = {"setVariableData": [variable("sent-Ai34-x")]}
"""The payload of the command of the command line."""


def config_of(folder: Path) -> str:
    """Write a configuration file with these commands, each on every new connection, and return its path."""
    lines = ['set-variables = "SecurityCtrlr.BasicAuthPassword=pw-Pp16-flagged"']
    for action, payloads in COMMANDS.items():
        for payload in payloads:
            lines += ["[[command]]", f'action = "{action}"', f"payload = {json.dumps(json.dumps(payload))}"]
    path = folder / "settings.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


REPORT = {
    "requestId": 1,
    "generatedAt": NOW,
    "seqNo": 0,
    "reportData": [
        {
            **{key: item for key, item in variable("", name, component).items() if key != "attributeValue"},
            "variableAttribute": [{"value": value, "mutability": mutability}],
            "variableCharacteristics": {"dataType": "string", "maxLimit": 5, "supportsMonitoring": False},
        }
        for component, name, value, mutability in (
            ("SecurityCtrlr", "BasicAuthPassword", "pw-Qq17-reported", "ReadWrite"),
            ("Vendor", "VendorThing", "pin-Rr18-reported", "WriteOnly"),
        )
    ],
}
EVENT = {
    "generatedAt": NOW,
    "seqNo": 0,
    "eventData": [
        {
            "eventId": 1,
            "timestamp": NOW,
            "trigger": "Delta",
            "actualValue": "pw-Ss19-event",
            "eventNotificationType": "HardWiredNotification",
            "techInfo": f"was {PASSWORD}, is ftp://me:url-Tt20-x@h",
            "component": {"name": "SecurityCtrlr"},
            "variable": {"name": "BasicAuthPassword"},
        }
    ],
}
FRAMES: list[str | bytes] = [
    json.dumps([2, "r", "NotifyReport", REPORT]),
    json.dumps([2, "e", "NotifyEvent", EVENT]),
    json.dumps([2, "d", "DataTransfer", {"vendorId": "v", "data": {"wifiPassword": "pw-Uu21-vendor"}}]),
    json.dumps([2, "u", "NoSuchAction", {"password": "pw-Vv22-unknown"}]),
    '[2,"s","DataTransfer",{"vendorId":"v","data":{"\\u0070assword" : "pw-Ww23-escaped"}}]',
    '[2,"w","DataTransfer",{"vendorId":"v","password":"pw-Xx24-twice","password":"pw-Yy25-twice"}]',
    '[2,"c","SetVariables",{"setVariableData":[{"attributeValue":"pw-Zz26-cut',
    f'[2,"c","DataTransfer",{{"vendorId":"v","data":"I got {PASSWORD[:15]}',
    json.dumps([2, "b", "NotifyReport", REPORT]).encode(),
    json.dumps([2, "n", "SecurityEventNotification", {"type": f"had {PASSWORD}", "timestamp": NOW}]),
    json.dumps([2, "k", "SignCertificate", {"csr": KEY.format("keyAb27ABCDEFGHIJKLMNOPQRSTUVWXYZ")}]),
    json.dumps([2, "l", "SecurityEventNotification", {"type": "x" * 51, "password": "pw-Ac28-invalid"}]),
]
"""The frames that the station sends."""

FIRST = "SetVariables.command[setVariableData.0"
"""The beginning of rules for a command about some variable."""


class Outputs:
    """The content of each output of a run, by its name, and the texts that the station received."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.received: list[str] = []

    def holding(self, secret: str) -> list[str]:
        """Return the names of the outputs that contain a secret, also with JSON escapes."""
        forms = {secret.encode(), json.dumps(secret)[1:-1].encode()}
        return [name for name, data in self.written.items() if any(form in data for form in forms)]


def flags_of(folder: Path) -> list[str]:
    """Return flags that switch on every output, with secrets in the settings."""
    flags = [word for name in ("trace", "events", "junit", "diagram") for word in (f"--{name}", str(folder / name))]
    flags += ["--state-dir", str(folder / "state"), "--ready-file", str(folder / "ready")]
    flags += ["--config", config_of(folder), "--log-level", "DEBUG", "--fail-on-findings", "warning"]
    flags += ["--basic-auth", f"CS-1:{OLD}", "--call-timeout", "0.5", "--within", "60"]
    flags += ["--fault", f"{FIRST}.variable.name=VendorThing]", "truncate"]
    flags += ["--fault", f"{FIRST}.attributeValue=sent-Ai34-x]", "malformed"]
    flags += ["--reply", "DataTransfer", '{"data":{"password":"rule-Ah33-x"}}', "--payload", json.dumps(FLAGGED)]
    flags += ["--command", "SetVariables", "--expect", "DataTransfer[data.password=want-Ak36-x]"]
    return flags


async def misuse(mock: Mock) -> None:
    """Send handshakes with secrets in the wrong places."""
    for path, credentials in [
        ("/CS-2?password=path-Af31-x", f"CS-2:head-Ae30-{OLD}"),
        (f"ws://me:user-Ag32-x@{mock.host}/CS-2", "CS-2:head-Ae30-other"),
        (f"/CS-2?x=1&token={OLD}", f"{OLD}:x"),
    ]:
        async with mock.tcp() as raw:
            await raw.get(path, with_basic_auth(HANDSHAKE, credentials))


async def play(socket: ClientConnection, outputs: Outputs) -> None:
    """Send all frames, and answer all commands; the answers repeat the secrets of the commands."""
    await socket.send(json.dumps([2, "boot", "BootNotification", BOOT]))
    for frame in FRAMES:
        await socket.send(frame)
    commands = 0
    while commands < sum(map(len, COMMANDS.values())) + 1:
        text = str(await asyncio.wait_for(socket.recv(), PATIENCE))
        outputs.received.append(text)
        commands += text.startswith(("[2", "{2"))
        if (answer := answer_to(text)) is not None:
            await socket.send(json.dumps(answer))
    await socket.send(json.dumps([2, "end", "Heartbeat", {}]))
    while json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))[1] != "end":
        pass


def answer_to(text: str) -> list[Any] | None:
    """Return an answer to a command that repeats the secrets in it; None for anything else."""
    try:
        message: list[Any] = json.loads(text)
    except ValueError:
        return None
    if message[0] != 2:
        return None
    _, id_, action, payload = message
    if action == "SetVariables":
        return [3, id_, {"setVariableResult": [_result(payload["setVariableData"][0])]}]
    details = {"got": payload, "told": "Authorization: Basic told-Ad29-x"}
    return [4, id_, "GenericError", f"no: {json.dumps(payload)}"[:255], details]


def _result(item: dict[str, Any]) -> dict[str, Any]:
    result = {"reasonCode": "x", "additionalInfo": f"it is {item['attributeValue']}"}
    same = {key: item[key] for key in ("component", "variable")}
    return {**same, "attributeStatus": "Accepted", "attributeStatusInfo": result}


async def outputs_of_a_run(folder: Path) -> Outputs:
    """Return the outputs of a mock that gets all secrets."""
    outputs, settings = Outputs(), folder / "settings.toml"
    async with Run(*flags_of(folder)) as mock:
        await misuse(mock)
        url, header = f"{mock.url}/CS-1", with_basic_auth("", f"CS-1:{OLD}").strip().partition(": ")[2]
        async with connect(
            url,
            subprotocols=[Subprotocol("ocpp2.0.1")],
            additional_headers={"Authorization": header},
            ping_interval=None,
            proxy=None,
        ) as socket:
            await play(socket, outputs)
        settings.write_text(settings.read_text().replace("pw-Pp16", "hup-Aj35").replace("me:url", "me:hup-Aj35"))
        mock.process.send_signal(signal.SIGHUP)
        await until(logged(mock, "set-variables: changed"))
        settings.write_text('boot-interval = ["password=hup-Aj35-x"]')
        mock.process.send_signal(signal.SIGHUP)
        await until(logged(mock, "ERROR"))
        outputs.written["stdout"] = (await mock.ended()).encode()
        outputs.written["stderr"] = mock.log.encode()
    settings.unlink()
    outputs.written |= {str(path.name): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return outputs
