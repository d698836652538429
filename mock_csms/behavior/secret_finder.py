"""Finds the secrets in a setting, for those who must know whether there are any."""

from collections.abc import Sequence
from typing import Any

from mock_csms.behavior.secrets import Secrets
from mock_csms.protocol.masks import is_masked, masked


class SecretFinder(Secrets):
    """Collects the secrets that it finds, for those who must know whether there is any."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def hide(self, text: str) -> str:
        """Collect a secret."""
        if text:
            self.found.append(text)
        return masked(text)

    hide_line = hide


def secrets_in(value: Any) -> Sequence[str]:
    """Return the secrets in a text or another JSON value, such as a setting as a user wrote it."""
    finder = SecretFinder()
    if isinstance(value, str):
        finder.words(value)
    else:
        finder.learn(value)
    return finder.found


def is_masked_in(value: Any) -> bool:
    """Whether a mask stands in place of a secret in such a value, as in a setting that was copied from a record."""
    return any(map(is_masked, secrets_in(value)))
