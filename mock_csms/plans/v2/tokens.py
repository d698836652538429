"""The notation of an idToken for people."""

from mock_csms.protocol.actions import Json


def token_text(token: Json) -> str:
    """Return an idToken as `ID:TYPE`, which `parse_token` parses."""
    return f"{token['idToken']}:{token['type']}"
