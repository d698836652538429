"""IdTags: the answers of the CSMS about each, and how the station has used it."""

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded, Mutable, bounded


class Tag(Mutable):
    """One idTag."""

    status: str | None = None
    """The last status from the CSMS; None if there is none yet."""
    parent: str = ""
    """The folded parentIdTag that came with it; empty if there was none."""
    is_parent_known: bool = False
    """Whether the CSMS has answered about it, so that its group is known."""
    said_at: float = 0.0
    """When the CSMS last answered about it."""
    asked_at: float = 0.0
    """When the station last sent an Authorize for it."""
    started_at: float = 0.0
    """When the station last sent a StartTransaction with it."""
    was_accepted: bool = False
    """Whether the CSMS has ever accepted it, so that a cache or list may have it."""


class Tags(Mutable):
    """The idTags that the mock knows. Letter case does not matter (OCPP 1.6, 7.28)."""

    by_tag: Bounded[str, Tag] = bounded(1000)
    """The last thousand, by the folded idTag."""
    has_list: bool = False
    """Whether the station may have a local list."""

    def of(self, tag: str) -> Tag:
        """Return the facts about an idTag, and add it if it is new."""
        key = folded(tag)
        known = self.by_tag.get(key)
        if known is None:
            known = self.by_tag[key] = Tag()
        return known

    def known(self, tag: str) -> Tag:
        """Return the facts about an idTag; for a new idTag, empty facts that are not kept."""
        return self.by_tag.get(folded(tag)) or Tag()
