"""Looks at what is about to be added, before anything is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Final

from assistant.core.errors import AssistantError
from assistant.core.ports.library import Library
from assistant.core.values.library import Collection, Scanned, Survey, Waiting
from assistant.tui.toolkit import disk
from assistant.tui.toolkit.disk import Kind

CHARACTERS_PER_TOKEN: Final = 3.5
"""Of ordinary English and Portuguese; enough to tell what would not fit a window by far."""


@dataclass(frozen=True)
class Known:
    """The collections there are."""

    collections: tuple[Collection, ...]


@dataclass(frozen=True)
class Weighed:
    """How much a single file would be to read whole."""

    tokens: int = 0
    """Roughly."""
    problem: str = ""
    """Why it gives no text."""


Looked = Waiting | Scanned | Survey | Known | Weighed


@dataclass(frozen=True)
class Offer:
    """Folders and files that may be added."""

    paths: tuple[str, ...]
    """Absolute."""
    kinds: tuple[Kind | None, ...]

    @property
    def is_single_file(self) -> bool:
        return self.kinds == ("file",)

    @property
    def folders(self) -> Sequence[str]:
        pairs = zip(self.paths, self.kinds, strict=True)
        return [path for path, kind in pairs if kind == "folder"]

    def with_more(self, other: "Offer") -> "Offer":
        """Both together."""
        kinds = dict(zip(self.paths + other.paths, self.kinds + other.kinds, strict=True))
        return Offer(tuple(kinds), tuple(kinds.values()))


def look_at(paths: Sequence[str]) -> Offer:
    """What is at these paths; asks the disk."""
    whole = tuple(dict.fromkeys(disk.absolute(path) for path in paths))
    return Offer(whole, tuple(disk.kind_of(path) for path in whole))


def look(library: Library, offer: Offer, collection: str, stop: Event) -> Iterator[Looked]:
    """What there is to be told of an offer, as it becomes known.

    Raises:
        AssistantError: a path is not there, or the library cannot be used.
    """
    if not library.is_empty():
        yield Known(tuple(library.collections()))
    yield from library.survey(offer.paths, collection, stop)
    if offer.is_single_file and not stop.is_set():
        yield _weigh(library, offer.paths[0], stop)


def _weigh(library: Library, path: str, stop: Event) -> Weighed:
    try:
        file = library.read(path, stop)
    except AssistantError as failure:
        # It may be added all the same, and be read when it has changed.
        return Weighed(problem=failure.message)
    return Weighed(round(len(file.document.text) / CHARACTERS_PER_TOKEN) if file else 0)
