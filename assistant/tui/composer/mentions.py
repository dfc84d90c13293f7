"""Mentions in a question: `@` files go with it whole, folders limit it to their collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from assistant.core.errors import AssistantError
from assistant.core.grounding import mentions
from assistant.core.grounding.mentions import FileMention
from assistant.core.ports.library import Library
from assistant.language.messages import _
from assistant.tui.library.scope import collection_of_path
from assistant.tui.toolkit import disk
from assistant.tui.toolkit.threads import in_thread, with_timeout


class FolderNotAddedError(AssistantError):
    """A question names folders that belong to no collection.

    Attributes:
        paths: those folders, absolute.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        names = ", ".join(f"{disk.name_of(path)}/" for path in paths)
        super().__init__(
            _("Not added yet: {names}.", names=names),
            _("Your question is still in the prompt."),
        )
        self.paths = tuple(paths)


@dataclass(frozen=True)
class QuestionWithFiles:
    """Question with the files that are attached to it."""

    text: str
    attached: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """What looks like a file in it and is none."""


async def resolve_mentions(
    library: Library, question: str, before: Sequence[str] = ()
) -> QuestionWithFiles:
    """Resolve the files and folders that a question mentions; blocks.

    Args:
        before: what went with the question that is edited; found again wherever the program was
            started this time.

    Raises:
        FolderNotAddedError: it names folders that are in no collection.
        AssistantError: the disk or the library does not answer.
    """
    if "@" not in question:
        return QuestionWithFiles(question)
    found = await with_timeout(_mentioned_paths, question, before)
    attached = tuple(dict.fromkeys(path for _unused, path, kind in found if kind == "file"))
    folders = [(mention, path) for mention, path, kind in found if kind == "folder"]
    known = {mentions.composed(PurePath(path).name) for path in before}
    lost = await with_timeout(
        mentions.missing_files,
        question,
        lambda path: disk.exists(path) or mentions.composed(PurePath(path).name) in known,
    )
    if not folders:
        return QuestionWithFiles(question, attached, lost)
    homes = await collections_of(library, [path for _unused, path in folders])
    missing = [path for (_unused, path), name in zip(folders, homes, strict=True) if name is None]
    if missing:
        raise FolderNotAddedError(missing)
    for (mention, _unused), name in reversed(list(zip(folders, homes, strict=True))):
        spelled = mentions.spell_collection(name or "")
        question = f"{question[: mention.start]}{spelled}{question[mention.end :]}"
    return QuestionWithFiles(question, attached, lost)


async def replace_folders(question: str, folders: Sequence[str], collection: str) -> str:
    """Question with a collection in place of the folders that were put into it."""
    for mention, path, _unused in reversed(await with_timeout(_mentioned_paths, question, ())):
        if path in folders:
            spelled = mentions.spell_collection(collection)
            question = f"{question[: mention.start]}{spelled}{question[mention.end :]}"
    return question


async def collections_of(library: Library, paths: Sequence[str]) -> list[str | None]:
    """Collection of each path; None for a path in no collection.

    Raises:
        LibraryError: the library does not answer.
    """
    if await in_thread(library.is_empty):
        return [None] * len(paths)
    known = await in_thread(library.collections)
    real = await with_timeout(lambda: [disk.resolved(path) for path in paths])
    return [collection_of_path(path, known) for path in real]


def _mentioned_paths(
    question: str, before: Sequence[str]
) -> list[tuple[FileMention, str, disk.Kind]]:
    """What is named, its absolute path, and what is there."""
    known = {PurePath(path).name: path for path in before}

    def where(path: str) -> str:
        return path if disk.exists(path) else known.get(PurePath(path).name, path)

    found = mentions.files_in(question, lambda path: disk.exists(where(path)))
    places = [(mention, disk.absolute(where(mention.path))) for mention in found]
    kinds = [disk.kind_of(path) for _unused, path in places]
    return [(*place, kind) for place, kind in zip(places, kinds, strict=True) if kind is not None]
