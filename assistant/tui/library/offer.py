"""Preview of files to be added, before anything is done."""

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
class KnownCollections:
    """Collections of the library."""

    collections: tuple[Collection, ...]


@dataclass(frozen=True)
class FileTokenEstimate:
    """Estimated tokens of a single file."""

    tokens: int = 0
    """Roughly."""
    problem: str = ""
    """Why it gives no text."""


OfferEvent = Waiting | Scanned | Survey | KnownCollections | FileTokenEstimate


@dataclass(frozen=True)
class FilesToAdd:
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

    def with_more(self, other: "FilesToAdd") -> "FilesToAdd":
        """Both offers together."""
        kinds = dict(zip(self.paths + other.paths, self.kinds + other.kinds, strict=True))
        return FilesToAdd(tuple(kinds), tuple(kinds.values()))


def offer_of(paths: Sequence[str]) -> FilesToAdd:
    """Offer of the paths as they are on the disk; blocks."""
    whole = tuple(dict.fromkeys(disk.absolute(path) for path in paths))
    return FilesToAdd(whole, tuple(disk.kind_of(path) for path in whole))


def preview_offer(
    library: Library, offer: FilesToAdd, collection: str, stop: Event
) -> Iterator[OfferEvent]:
    """Preview of an offer as it becomes known: collections, survey, tokens of a single file.

    Raises:
        AssistantError: a path is not there, or the library cannot be used.
    """
    if not library.is_empty():
        yield KnownCollections(tuple(library.collections()))
    yield from library.survey(offer.paths, collection, stop)
    if offer.is_single_file and not stop.is_set():
        yield _estimate_tokens(library, offer.paths[0], stop)


def _estimate_tokens(library: Library, path: str, stop: Event) -> FileTokenEstimate:
    try:
        file = library.read(path, stop)
    except AssistantError as failure:
        # It may be added all the same, and be read when it has changed.
        return FileTokenEstimate(problem=failure.message)
    return FileTokenEstimate(round(len(file.document.text) / CHARACTERS_PER_TOKEN) if file else 0)
