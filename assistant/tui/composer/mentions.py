"""What a question names by `@`: files go with it whole, folders limit it to their collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from assistant.core.errors import AssistantError
from assistant.core.grounding import mentions
from assistant.core.grounding.mentions import FileMention
from assistant.core.ports.library import Library
from assistant.tui.library.scope import home_of
from assistant.tui.toolkit import disk
from assistant.tui.toolkit.threads import aside, from_disk


class FolderNotAddedError(AssistantError):
    """A question names folders that belong to no collection.

    Attributes:
        paths: those folders, absolute.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        names = ", ".join(f"{disk.name_of(path)}/" for path in paths)
        super().__init__(
            f"{names} has to be added before it can be asked.", "The question waits in the prompt."
        )
        self.paths = tuple(paths)


@dataclass(frozen=True)
class Taken:
    """A question, and what goes with it."""

    text: str
    attached: tuple[str, ...] = ()


async def take_along(library: Library, question: str, before: Sequence[str] = ()) -> Taken:
    """Find what a question names.

    Args:
        before: what went with the question that is edited; found again wherever the program was
            started this time.

    Raises:
        FolderNotAddedError: it names folders that are in no collection.
        AssistantError: the disk or the library does not answer.
    """
    if "@" not in question:
        return Taken(question)
    found = await from_disk(_places, question, before)
    attached = tuple(dict.fromkeys(path for _, path, kind in found if kind == "file"))
    folders = [(mention, path) for mention, path, kind in found if kind == "folder"]
    if not folders:
        return Taken(question, attached)
    homes = await collections_of(library, [path for _, path in folders])
    missing = [path for (_, path), name in zip(folders, homes, strict=True) if name is None]
    if missing:
        raise FolderNotAddedError(missing)
    for (mention, _), name in reversed(list(zip(folders, homes, strict=True))):
        spelled = mentions.spell(name or "")
        question = f"{question[: mention.start]}{spelled}{question[mention.end :]}"
    return Taken(question, attached)


async def limited_to(question: str, folders: Sequence[str], collection: str) -> str:
    """A question that names a collection instead of the folders that were put into it."""
    for mention, path, _ in reversed(await from_disk(_places, question, ())):
        if path in folders:
            spelled = mentions.spell(collection)
            question = f"{question[: mention.start]}{spelled}{question[mention.end :]}"
    return question


async def collections_of(library: Library, paths: Sequence[str]) -> list[str | None]:
    """The collection that each path belongs to; None for those that belong to none.

    Raises:
        LibraryError: the library does not answer.
    """
    if await aside(library.is_empty):
        return [None] * len(paths)
    known = await aside(library.collections)
    real = await from_disk(lambda: [disk.real(path) for path in paths])
    return [home_of(path, known) for path in real]


def _places(question: str, before: Sequence[str]) -> list[tuple[FileMention, str, disk.Kind]]:
    """What is named, its absolute path, and what is there."""
    known = {PurePath(path).name: path for path in before}

    def where(path: str) -> str:
        return path if disk.exists(path) else known.get(PurePath(path).name, path)

    found = mentions.files_in(question, lambda path: disk.exists(where(path)))
    places = [(mention, disk.absolute(where(mention.path))) for mention in found]
    kinds = [disk.kind_of(path) for _, path in places]
    return [(*place, kind) for place, kind in zip(places, kinds, strict=True) if kind is not None]
