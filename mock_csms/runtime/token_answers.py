"""The answers for single tokens, from the settings and from changes at run time."""

from collections.abc import Mapping, Sequence

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.names import did_you_mean


class TokenAnswers:
    """The answers for tokens. The case of their ids does not matter."""

    def __init__(self) -> None:
        self._given: Sequence[tuple[str, TokenAnswer]] = ()
        """Those of the settings, with their folded ids."""
        self._source: Sequence[TokenAnswer] = ()
        self._own: dict[str, TokenAnswer | None] = {}
        """By folded id: the answers that were set at run time; None if the answer was removed."""
        self.all: Sequence[TokenAnswer] = ()
        """All answers, those that were set at run time first."""
        self._by_id: dict[str, TokenAnswer] = {}

    def use(self, given: Sequence[TokenAnswer]) -> None:
        """Use these answers of the settings; those that were set at run time stay in place of them."""
        if given is not self._source:
            self._source, self._given = given, [(folded(each.id), each) for each in given]
            self._join()

    def find(self, id_: str) -> TokenAnswer | None:
        """Return the answer for a token; None if there is none."""
        return self._by_id.get(folded(id_))

    def set(self, answer: TokenAnswer) -> None:
        """Set the answer for a token, in place of that of the settings."""
        self._own[folded(answer.id)] = answer
        self._join()

    def remove(self, id_: str) -> None:
        """Remove the answer for a token. Raises LookupError if there is none."""
        if self.find(id_) is None:
            raise LookupError(f"there is no token {id_!r}{did_you_mean(id_, [each.id for each in self.all])}")
        self._own[folded(id_)] = None
        self._join()

    def clear(self) -> None:
        """Drop the answers that were set at run time."""
        self.restore({})

    @property
    def changes(self) -> Mapping[str, TokenAnswer | None]:
        """The answers that were set at run time, for `restore`."""
        return dict(self._own)

    def restore(self, changes: Mapping[str, TokenAnswer | None]) -> None:
        """Return to the changes of an earlier time."""
        self._own = dict(changes)
        self._join()

    def _join(self) -> None:
        own = [(key, each) for key, each in self._own.items() if each is not None]
        pairs = [*own, *(pair for pair in self._given if pair[0] not in self._own)]
        self.all = tuple([answer for _, answer in pairs])
        self._by_id = dict(reversed(pairs))
