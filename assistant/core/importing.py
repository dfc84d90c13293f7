"""Files with conversations, taken in: single ones, folders, the archive that ChatGPT sends."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from assistant.core.errors import TranscriptError
from assistant.core.models import Value
from assistant.core.ports import ConversationStore
from assistant.core.transcript import Adoption, Reading
from assistant.core.transcript_reading import KINDS, read_each

MOST_BYTES = 1_000_000_000
"""Of one file; ChatGPT's archives of years hold some 200 MB of conversations."""

SUFFIXES = (".json", ".md", ".zip")
"""In this order: JSON holds the most."""

_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.json")


class Imported(Value):
    """What became of some conversations of one file."""

    path: str
    """The file, and the member of an archive after it."""
    adoptions: tuple[Adoption, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read, or not kept as it was; one sentence each."""
    is_refused: bool = False
    """Whether the file, or the rest of it, could not be read at all."""


def import_from(store: ConversationStore, paths: Iterable[Path]) -> Iterator[Imported]:
    """Take in all conversations that are there; what is there already stays as it is.

    A file that cannot be read is told and does not keep the others from being read.
    """
    for path in paths:
        for file in _files(path):
            try:
                for name, reading in _readings(file):
                    adoptions = tuple(store.adopt(each) for each in reading.transcripts)
                    yield Imported(path=name, adoptions=adoptions, problems=reading.problems)
            except TranscriptError as failure:
                yield Imported(path=str(file), problems=(failure.message,), is_refused=True)


def _files(path: Path) -> list[Path]:
    """The file itself, or what of a folder may hold conversations, at any depth."""
    if not path.is_dir():
        return [path]
    found = (each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
    return sorted(
        (each for each in found if each.is_file()),
        key=lambda each: (SUFFIXES.index(each.suffix.lower()), each),
    )


def _readings(path: Path) -> Iterator[tuple[str, Reading]]:
    try:
        with path.open("rb") as file:
            is_archive = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            if is_archive:
                yield from _members(path)
                return
            content = file.read(MOST_BYTES + 1)
    except OSError as failure:
        raise TranscriptError(f"{path} cannot be read: {failure.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise TranscriptError(f"{path} is too big: more than {MOST_BYTES:,} bytes.")
    for reading in read_each(path.name, content):
        yield str(path), reading


def _members(path: Path) -> Iterator[tuple[str, Reading]]:
    """The conversations in an archive; what else is in it is told by its number."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            wanted = [member for member in members if _is_wanted(member.filename)]
            if not wanted:
                raise TranscriptError(f"{path.name} holds no conversations.json.", KINDS)
            for member in sorted(wanted, key=lambda member: member.filename):
                with archive.open(member) as file:
                    content = file.read(MOST_BYTES + 1)
                if len(content) > MOST_BYTES:
                    raise TranscriptError(f"{member.filename} in {path.name} is too big.")
                for reading in read_each(member.filename, content):
                    yield f"{path} {member.filename}", reading
            others = len(members) - len(wanted)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as failure:
        raise TranscriptError(f"{path.name} is no archive that can be read: {failure}.") from None
    except (OSError, EOFError) as failure:
        raise TranscriptError(f"{path.name} is damaged: {failure}.") from None
    if others:
        told = f"{others:,} other files of {path.name}, such as images, were not taken in."
        yield str(path), Reading(problems=(told,))


def _is_wanted(name: str) -> bool:
    return _CONVERSATIONS.fullmatch(PurePosixPath(name).name) is not None
