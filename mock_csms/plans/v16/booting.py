"""How the mock answers boots of OCPP 1.6 (4.2)."""

from mock_csms.protocol.actions import Json


def answers_boot(status: str, interval: float, times: int = 1) -> tuple[str, Json]:
    """Return a rule for `configure(reply=…)` that answers the next boots with this status and interval."""
    return f"BootNotification*{times}", {"status": status, "interval": max(1, int(interval))}
