"""Makes the `World` of a mock: time, random numbers, certificates and ids of transactions for its templates."""

from collections.abc import Callable

from mock_csms.behavior.file_offers import FileOffers
from mock_csms.behavior.roaming import Partners
from mock_csms.behavior.templates import Authority, World
from mock_csms.behavior.v16.transactions import TransactionIds
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.numbers import Numbers
from mock_csms.runtime.pki.authority import Pki


class WorldMaker:
    """Makes a new world when the settings change; certificates and ids of transactions stay.

    `reserve`: see `Numbers`.
    """

    def __init__(self, chance: Chance, reserve: Callable[[int], int | None]) -> None:
        self.pki = pki = Pki(chance)
        """Makes the certificates."""
        self.files: FileOffers | None = None
        """What the file server offers."""
        self.partners: Partners | None = None
        """What other platforms say."""
        self._authority = Authority(pki.root, pki.hashes, pki.chain, pki.status)
        self._transactions = TransactionIds(Numbers(chance, reserve).fresh)
        self._chance = chance

    def world(self, url: str, write_time: Callable[[float], str]) -> World:
        """Return the world of a mock with that URL; `write_time` formats its timestamps."""
        chance = self._chance
        own = (chance.new_integer, chance.new_id, chance.fraction)
        return World(url, write_time, *own, self._authority, self._transactions.of, self.files, self.partners)
