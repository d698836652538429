"""The layers of rules for the answers to stations, made from the settings. When settings change, the rest stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import is_
from typing import Any, TypeAlias

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import ANY, Answer, Counts, Match, Rule, RuleBook, Spoil
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import Version
from mock_csms.settings import Config
from mock_csms.settings.assembly import broken, defaults, is_fine_elsewhere, is_on, network, respelt, with_ids
from mock_csms.settings.calls import fills_of
from mock_csms.settings.flags import flag_of

Below: TypeAlias = Callable[[Version], Replies]
"""Returns the answers of a version that the rules of users lie over."""

Books: TypeAlias = Mapping[Version, Sequence[RuleBook[Any]]]
"""The rule books in use, by version of OCPP."""

_OVER = ("offline", "require_boot")
"""The settings whose rules do not count when the rules of users are checked."""


class _Layer(Record, eq=False):
    """The rules of one setting."""

    read: Mapping[str, Any]
    """The values of the settings that they were made from."""
    book: RuleBook[Answer]


class Layering:
    """Makes the layers for all versions: one for each setting; later ones override earlier ones."""

    def __init__(self, config: Config, counts: Counts | None = None) -> None:
        self._counts: Counts = {} if counts is None else counts
        self._of: dict[Version, _OfVersion] = {}
        self._below: dict[Version, Replies] = {}
        self.use(config)

    def use(self, config: Config) -> None:
        """Make the layers from these settings from now on."""
        self._config = config
        self._below.clear()

    def replies(self, version: Version) -> Replies:
        """Return the answers to stations of a version."""
        made, config = self._made(version), self._config
        return Replies(defaults(config, version), self.layers(version), made.faults(config), dialect_of(version))

    def layers(self, version: Version) -> Sequence[RuleBook[Answer]]:
        """Return the rules of all settings for a version: a layer for each setting."""
        self.below(version)
        return self._made(version).layers(self._config, self.below)

    def below(self, version: Version) -> Replies:
        """Return the answers without those that users wrote. To try them counts no use of a rule."""
        if version not in self._below:
            layers = self._made(version).below(self._config)
            self._below[version] = Replies(defaults(self._config, version), layers, None, dialect_of(version))
        return self._below[version]

    def books(self, version: Version) -> Sequence[RuleBook[Any]]:
        """Return the books that were made last for a version."""
        return self._made(version).books

    def _made(self, version: Version) -> "_OfVersion":
        if version not in self._of:
            self._of[version] = _OfVersion(version, self._counts)
        return self._of[version]


class _OfVersion:
    """The layers for one version."""

    def __init__(self, version: Version, counts: Counts) -> None:
        self._version = version
        self._dialect = dialect_of(version)
        self._counts = counts
        self._layers: dict[str, _Layer] = {}
        self._rules: RuleBook[Answer] = RuleBook((), counts)
        self._faults: RuleBook[Spoil] = RuleBook((), counts)
        self._fills: Mapping[str, Sequence[Json]] = {}
        self._known: dict[int, tuple[Rule[Answer], Rule[Answer]]] = {}
        """By the `id` of a rule of users that is valid in this version: the rule, and its form in this version."""

    @property
    def books(self) -> Sequence[RuleBook[Any]]:
        return [*(layer.book for layer in self._layers.values()), self._rules, self._faults]

    def faults(self, config: Config) -> RuleBook[Spoil]:
        """Return the rules with faults for outgoing messages: those of users, then the faults of the network."""
        own = [rule for rule in config.rule.faults if rule.match.version in ("", self._version.name)]
        self._faults = self._faults.followed_by([*with_ids("fault", own), *network(config)])
        return self._faults

    def layers(self, config: Config, below: Below) -> Sequence[RuleBook[Answer]]:
        """Return all layers; those of settings are the ones of the last call of `below`."""
        answers, known = config.rule.answers, self._known
        forms = [pair[1] if (pair := known.get(id(rule))) else self._form_of(rule, config, below) for rule in answers]
        if len(known) > len(answers):
            self._known = {id(rule): pair for rule in answers if (pair := known.get(id(rule)))}
        self._rules = self._rules.followed_by(with_ids("rule", filter(None, forms)))
        found = {name: layer.book for name, layer in self._layers.items()} | {"rule": self._rules}
        return [found[setting.name] for setting in fields(config) if setting.name in found]

    def below(self, config: Config) -> Sequence[RuleBook[Answer]]:
        """Make the layers again that have changed, and return copies of those under the rules of users."""
        before, self._layers = self._layers, dict(self._made_again(config))
        changed = set(_under(before)) ^ set(_under(self._layers))
        fills, self._fills = self._fills, fills_of(config, self._version)
        self._forget(
            {action for layer in changed for action in layer.book.actions}
            | {action for action in {*fills, *self._fills} if fills.get(action) != self._fills.get(action)}
        )
        return [layer.book.copied() for layer in _under(self._layers)]

    def _form_of(self, rule: Rule[Answer], config: Config, below: Below) -> Rule[Answer] | None:
        """Return a user's rule in the form for stations of this version; None if it does not apply to them.

        It does not apply if it names another version, or if its payload is invalid in this version but valid in another
        version that the mock speaks. An error code gets the spelling of the version, unless the rule names the version.
        """
        version = self._version
        if rule.match.version:
            return rule if rule.match.version == version.name else None
        form = respelt(rule, version)
        if broken(below(version), rule, version):
            return None if is_fine_elsewhere(config, rule, version, below) else form
        self._known[id(rule)] = rule, form
        return form

    def _made_again(self, config: Config) -> Iterator[tuple[str, _Layer]]:
        """Yield the layer of each setting that is on; the old one if it was made from the same values."""
        for setting in fields(config):
            name, make = setting.name, flag_of(setting).rules
            if make is None or name == "rule" or not is_on(getattr(config, name)):
                continue
            old = self._layers.get(name)
            is_same = old and all(_is_same(value, getattr(config, each)) for each, value in old.read.items())
            if old and is_same:
                yield name, old
                continue
            noted = _Noted(config)
            rules = [*with_ids(name, make(noted, self._dialect))]
            yield name, _Layer(noted.read, old.book.followed_by(rules) if old else RuleBook(rules, self._counts))

    def _forget(self, actions: set[str]) -> None:
        """Forget what is known of the rules about these actions, because the answers below them have changed."""
        if ANY in actions:
            self._known.clear()
        elif actions:
            actions.add(ANY)
            self._known = {key: pair for key, pair in self._known.items() if pair[0].match.action not in actions}


class _Noted:
    """Settings that note which of them are read."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.read: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = self.read[name] = getattr(self._config, name)
        return value


def _under(layers: Mapping[str, _Layer]) -> Sequence[_Layer]:
    """Return the layers against which the rules of users are checked."""
    return [layer for name, layer in layers.items() if name not in _OVER]


def _is_same(value: Any, other: Any) -> bool:
    """Whether two values of a setting are the same object, or sequences of the same objects."""
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(is_, value, other))
    return value is other


def matches_same(before: Books, after: Books, id_: Any) -> bool:
    """Whether a rule is in the books, and matches the same messages as before in every version."""
    matches = [(_match(before[version], id_), _match(after[version], id_)) for version in after]
    return any(after for _, after in matches) and all(before == after for before, after in matches)


def _match(books: Sequence[RuleBook[Any]], id_: Any) -> Match | None:
    return next((book.matches[id_] for book in books if id_ in book.matches), None)
