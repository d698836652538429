"""The causes of the events of transactions: why an EVSE changes, and what the events say about it."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Cause(Record):
    """Why an EVSE changes."""

    trigger: str
    """The triggerReason of the event."""
    stopped_reason: str = "Local"
    """The stoppedReason, if the transaction ends."""
    stops: bool = False
    """Whether `stopped_reason` also applies if the transaction ends later."""
    is_end: bool = False
    """Whether the transaction ends independent of TxStopPoint."""
    token: Json | None = None
    """The idToken with which a driver stopped it (E07.FR.02)."""


PLUGGED = Cause("CablePluggedIn")
AUTHORIZED = Cause("Authorized")
REMOTE_START = Cause("RemoteStart")
STOPPED = Cause("StopAuthorized", "Local", stops=True)
MASTER_PASS = Cause("StopAuthorized", "MasterPass", stops=True)
REMOTE_STOP = Cause("RemoteStop", "Remote", stops=True)
DEAUTHORIZED = Cause("Deauthorized", "DeAuthorized", stops=True)
SUSPENDED = Cause("ChargingStateChanged", "DeAuthorized")
UNPLUGGED = Cause("EVCommunicationLost", "EVDisconnected")
NO_VEHICLE = Cause("EVConnectTimeout", "Timeout", is_end=True)
RESET = Cause("ResetCommand", "ImmediateReset", is_end=True)
ARRIVED = Cause("EVDetected")
DEPARTED = Cause("EVDeparted")
PAUSED = Cause("ChargingStateChanged", "StoppedByEV")
STATE_CHANGED = Cause("ChargingStateChanged")
SIGNED = Cause("SignedDataReceived")
RATE_CHANGED = Cause("ChargingRateChanged")
POWER_LOSS = Cause("AbnormalCondition", "PowerLoss", is_end=True)
