"""Which of the user's files a conversation is about: how it is chosen, and how it is told."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from assistant.core.library import DEFAULT_COLLECTION, Collection
from assistant.tui import text
from assistant.tui.amounts import count
from assistant.tui.disk import name_of
from assistant.tui.holdings import Holdings
from assistant.tui.looking import Offer

LONGEST_NAME: Final = 80
"""Characters of a collection's name."""
NAMED: Final = 2
"""Collections that are told by name."""


def joined(chosen: Sequence[str] | None, collection: str) -> tuple[str, ...]:
    """The collections of a conversation to which this one is added.

    A conversation about all files becomes one about these: that is what they were added for.
    """
    return tuple(dict.fromkeys([*(chosen or ()), collection]))


def label(chosen: Sequence[str] | None, holdings: Holdings, *, fall_back: bool) -> str:
    """The files of a conversation in a few words; empty when there are none."""
    if holdings.is_empty or chosen == ():
        return ""
    if chosen is None:
        return "all files"
    names = ", ".join(text.line(name, 24).plain for name in chosen[:NAMED])
    more = f" + {len(chosen) - NAMED}" if len(chosen) > NAMED else ""
    return f"{names}{more}{_counted(chosen, holdings)}{', or the model' if fall_back else ''}"


def _counted(chosen: Sequence[str], holdings: Holdings) -> str:
    if holdings.status is None:
        return ""
    known = [holdings.named(name) for name in chosen]
    if None in known:
        return " (not there)" if len(chosen) == 1 else ""
    return f" ({count(sum(each.files for each in known if each), 'file')})"


def collection_for(offer: Offer, known: Sequence[Collection], proposed: str) -> str:
    """Where an offer goes unless the user says otherwise: where its first path belongs already,
    else a collection called after the folder, else the one for loose files."""
    there = home_of(offer.paths[0], known)
    if there is not None:
        return there
    name = name_of(offer.folders[0]).strip("/") if len(offer.folders) == 1 else ""
    # The library takes no name with marks that cannot be seen.
    visible = "".join(mark if mark.isprintable() else " " for mark in name)
    return text.line(visible, LONGEST_NAME).plain or proposed or DEFAULT_COLLECTION


def home_of(path: str, known: Sequence[Collection]) -> str | None:
    """The collection that a path belongs to; the one whose folder is nearest."""
    homes = [
        (len(root), collection.name)
        for collection in known
        for root in collection.roots
        if path == root or PurePath(path).is_relative_to(root)
    ]
    return max(homes)[1] if homes else None
