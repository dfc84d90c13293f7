"""Import of conversations: from our JSON and Markdown, and from the archive ChatGPT sends."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.core.errors import TranscriptError
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.transfer.chatgpt import from_chatgpt, is_chatgpt
from assistant.core.transfer.markdown import from_markdown, is_markdown
from assistant.core.values.base import Value
from assistant.core.values.transcript import FORMAT, Adoption, ParsedTranscripts, from_json

MAX_FILE_BYTES = 1_000_000_000
"""Of one file; ChatGPT's archives of years hold some 200 MB of conversations."""

SUFFIXES = (".json", ".md", ".zip")
"""In this order: JSON holds the most."""

_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.json")


class ImportResult(Value):
    """Result of importing one file."""

    path: str
    """The file, and the member of an archive after it."""
    adoptions: tuple[Adoption, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read, or not kept as it was; one sentence each."""
    is_refused: bool = False
    """Whether the file, or the rest of it, could not be read at all."""


def import_from(store: ConversationCatalog, paths: Iterable[Path]) -> Iterator[ImportResult]:
    """Import all conversations of these files and folders; what is there already stays as it is.

    A file that cannot be read is reported and does not keep the others from being read.
    """
    for path in paths:
        for file in _files(path):
            try:
                for name, parsed in _parse_file(file):
                    adoptions = tuple(store.adopt(each) for each in parsed.transcripts)
                    yield ImportResult(path=name, adoptions=adoptions, problems=parsed.problems)
            except TranscriptError as failure:
                yield ImportResult(path=str(file), problems=(failure.message,), is_refused=True)


def _files(path: Path) -> list[Path]:
    """The file itself, or what of a folder may hold conversations, at any depth."""
    if not path.is_dir():
        return [path]
    found = (each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
    return sorted(
        (each for each in found if each.is_file()),
        key=lambda each: (SUFFIXES.index(each.suffix.lower()), each),
    )


def _parse_file(path: Path) -> Iterator[tuple[str, ParsedTranscripts]]:
    try:
        with path.open("rb") as file:
            is_archive = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            if is_archive:
                yield from _members(path)
                return
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as failure:
        raise TranscriptError(f"{path} cannot be read: {failure.strerror}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise TranscriptError(f"{path} is too big: more than {MAX_FILE_BYTES:,} bytes.")
    for parsed in read_each(path.name, content):
        yield str(path), parsed


def _members(path: Path) -> Iterator[tuple[str, ParsedTranscripts]]:
    """Conversations in an archive; of what else is in it only the number is reported."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            wanted = [member for member in members if _is_wanted(member.filename)]
            if not wanted:
                raise TranscriptError(f"{path.name} holds no conversations.json.", KINDS_HINT)
            for member in sorted(wanted, key=lambda member: member.filename):
                with archive.open(member) as file:
                    content = file.read(MAX_FILE_BYTES + 1)
                if len(content) > MAX_FILE_BYTES:
                    raise TranscriptError(f"{member.filename} in {path.name} is too big.")
                for parsed in read_each(member.filename, content):
                    yield f"{path} {member.filename}", parsed
            others = len(members) - len(wanted)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as failure:
        raise TranscriptError(f"{path.name} is no archive that can be read: {failure}.") from None
    except (OSError, EOFError) as failure:
        raise TranscriptError(f"{path.name} is damaged: {failure}.") from None
    if others:
        problem = f"{others:,} other files of {path.name}, such as images, were not taken in."
        yield str(path), ParsedTranscripts(problems=(problem,))


def _is_wanted(name: str) -> bool:
    return _CONVERSATIONS.fullmatch(PurePosixPath(name).name) is not None


KINDS_HINT = "Conversations are read from JSON and Markdown of ours and from ChatGPT's export."

_WHITE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read(name: str, content: bytes) -> ParsedTranscripts:
    """The conversations in a file; see `read_each`."""
    return join_readings(read_each(name, content))


def read_each(name: str, content: bytes) -> Iterator[ParsedTranscripts]:
    """The conversations in a file, one at a time: an export of many years is a big file.

    Args:
        name: of the file, for errors.

    Raises:
        TranscriptError: it holds none, or cannot be read from some place on.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TranscriptError(f"{name} is no text in UTF-8.", KINDS_HINT) from None
    if is_markdown(text):
        yield from_markdown(text)
        return
    is_known = False
    for place, document in enumerate(_documents(name, text), 1):
        reading = _from_document(document, place)
        is_known = is_known or bool(reading.transcripts) or is_chatgpt(document)
        yield reading
    if not is_known:
        raise TranscriptError(f"{name} holds no conversation.", KINDS_HINT)


def join_readings(readings: Iterable[ParsedTranscripts]) -> ParsedTranscripts:
    """Several readings as one."""
    found = list(readings)
    return ParsedTranscripts(
        transcripts=tuple(each for parsed in found for each in parsed.transcripts),
        problems=tuple(each for parsed in found for each in parsed.problems),
    )


def _documents(name: str, text: str) -> Iterator[Any]:
    """A JSON object, or all values of a JSON list, one at a time."""
    decoder = json.JSONDecoder()
    place = _skipped(text, 0)
    is_list = text[place : place + 1] == "["
    if not is_list and text[place : place + 1] != "{":
        return
    has_surrogates = _SURROGATE.search(text) is not None
    place = _skipped(text, place + 1) if is_list else place
    try:
        while not (is_list and text[place : place + 1] == "]"):
            document, end = decoder.raw_decode(text, place)
            yield _storable(document) if has_surrogates else document
            place = _skipped(text, end)
            if not is_list:
                break
            if text[place : place + 1] == ",":
                place = _skipped(text, place + 1)
            elif text[place : place + 1] != "]":
                raise ValueError(f"a comma is missing at character {place}")
        if text[place + is_list :].strip():
            raise ValueError(f"there is more after its end, from character {place} on")
    except ValueError as failure:
        raise TranscriptError(f"{name} is damaged: {failure}.", KINDS_HINT) from None
    except RecursionError:
        raise TranscriptError(f"{name} is nested too deeply.", KINDS_HINT) from None


def _skipped(text: str, place: int) -> int:
    """The next place without white space."""
    found = _WHITE.match(text, place)
    return found.end() if found else place


def _from_document(document: Any, place: int) -> ParsedTranscripts:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return from_json(document)
    return from_chatgpt([document], place)


def _storable(value: Any) -> Any:
    """Without lone surrogates, which JSON can spell and no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value
