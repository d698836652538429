"""A small station as a program: it boots until it is Accepted, accepts Reset, and then boots again."""

import json
import sys
import time

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


def boot(socket: ClientConnection, reason: str) -> None:
    """Send BootNotifications until one is answered with Accepted."""
    status = ""
    while status != "Accepted":
        payload = {"reason": reason, "chargingStation": {"model": "M", "vendorName": "V"}}
        socket.send(json.dumps([2, "boot", "BootNotification", payload]))
        answer = json.loads(socket.recv())[2]
        status = answer["status"]
        time.sleep(0 if status == "Accepted" else answer["interval"])


with connect(sys.argv[1], subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as own:
    boot(own, "PowerUp")
    for text in own:
        _, id_, action, _ = json.loads(text)
        if action == "Reset":
            own.send(json.dumps([3, id_, {"status": "Accepted"}]))
            boot(own, "RemoteReset")
        else:
            own.send(json.dumps([4, id_, "NotSupported", "this station can only reset", {}]))
