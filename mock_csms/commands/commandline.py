"""The command line of a run without secrets, for output."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.secrets import Secrets
from mock_csms.settings.flags import flag_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_MASK = "***"


def shown(program: str, words: Sequence[str], secrets: Collection[str]) -> str:
    """Return a command line as a shell would read it, with `secrets` and all other secrets masked."""
    masks = Secrets()
    for word in words:  # a secret in one word may be repeated in another
        masks.words(word)
    return shlex.join([program, *(masks.words(_masked(word, secrets)) for word in words)])


def secrets_in(settings: "type[DataclassInstance]", parsed: Mapping[str, Any]) -> Collection[str]:
    """Return the values in a parsed command line that must not be shown."""
    given = [parsed.get(setting.name) for setting in fields(settings) if flag_of(setting).is_secret]
    return [text for value in given for text in ([value] if isinstance(value, str) else value or ())]


def _masked(word: str, secrets: Collection[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        word = word.replace(secret, _MASK) if secret else word
    return word
