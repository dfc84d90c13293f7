"""Import of conversations: from our JSON and Markdown, and from exports of other programs."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from assistant.core.errors import TranscriptError
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.transfer.json_documents import JsonDocument, json_documents
from assistant.core.transfer.markdown import from_markdown, is_markdown
from assistant.core.transfer.other_programs.formats import conversations_in, read_conversation
from assistant.core.transfer.other_programs.message_lists import is_message
from assistant.core.transfer.problems import ProblemLine, problem_lines
from assistant.core.trust import open_file
from assistant.core.values.base import Value
from assistant.core.values.transcript import (
    FORMAT,
    Adoption,
    ParsedTranscripts,
    ReadingProblem,
    from_json,
    left_out,
)
from assistant.language.messages import N_, _, localized, ngettext

MAX_FILE_BYTES = 1_000_000_000
READ_BYTES = 2**20
"""Of one file; ChatGPT's archives of years hold some 200 MB of conversations."""

SUFFIXES = (".json", ".jsonl", ".ndjson", ".md", ".zip")
"""In this order: JSON holds the most."""

_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.json")


class ImportResult(Value):
    """Result of importing one file."""

    path: str
    """The file, and the member of an archive after it."""
    adoptions: tuple[Adoption, ...] = ()
    problems: tuple[ReadingProblem, ...] = ()
    is_refused: bool = False
    """Whether the file, or a conversation in it, could not be read at all."""


def import_from(store: ConversationCatalog, paths: Iterable[Path]) -> Iterator[ImportResult]:
    """Import all conversations of these files and folders; what is there already stays as it is.

    A file that cannot be read is reported and does not keep the others from being read.
    """
    for path in paths:
        for file in _files(path):
            try:
                for name, parsed in _parse_file(file):
                    adoptions = tuple(store.adopt(each) for each in parsed.transcripts)
                    yield ImportResult(
                        path=name,
                        adoptions=adoptions,
                        problems=parsed.problems,
                        is_refused=parsed.is_damaged,
                    )
            except TranscriptError as failure:
                cause = f"{localized(failure.message)} {localized(failure.hint)}".strip()
                problem = ReadingProblem(cause=cause, place=failure.place)
                yield ImportResult(path=str(file), problems=(problem,), is_refused=True)


def all_problems(results: Iterable[ImportResult]) -> list[ProblemLine]:
    """Problems of all results, one line for each cause."""
    return problem_lines(
        (result.path, problem, result.is_refused)
        for result in results
        for problem in result.problems
    )


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
        with open_file(path) as file:
            is_archive = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            if is_archive:
                yield from _members(path)
                return
            content = _read(file)
            saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as failure:
        raise TranscriptError(f"It cannot be read: {failure.strerror}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise TranscriptError(f"It is too big: more than {MAX_FILE_BYTES:,} bytes.")
    for parsed in read_each(path.name, content, saved):
        yield str(path), parsed


def _read(file: IO[bytes]) -> bytes:
    """What a file holds, up to what is too much; a buffer for the most is never asked for."""
    content = bytearray()
    while len(content) <= MAX_FILE_BYTES and (piece := file.read(READ_BYTES)):
        content += piece
    return bytes(content)


def _members(path: Path) -> Iterator[tuple[str, ParsedTranscripts]]:
    """Conversations in an archive; of what else is in it only the number is reported."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            wanted = [member for member in members if _is_wanted(member.filename)]
            if not wanted:
                raise TranscriptError("It has no conversations.json.", KINDS_HINT)
            for member in sorted(wanted, key=lambda member: member.filename):
                with archive.open(member) as file:
                    content = _read(file)
                if len(content) > MAX_FILE_BYTES:
                    raise TranscriptError(f"{member.filename} in it is too big.")
                name = f"{path} {member.filename}"
                for parsed in read_each(member.filename, content, _member_time(member)):
                    yield name, parsed
            others = len(members) - len(wanted)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as failure:
        raise TranscriptError(f"It is not an archive that can be read: {failure}.") from None
    except (OSError, EOFError) as failure:
        raise TranscriptError(f"It is damaged: {failure}.") from None
    if others:
        cause = ngettext(
            "{files:,} other file in it, such as an image, was not imported.",
            "{files:,} other files in it, such as images, were not imported.",
            others,
            files=others,
        )
        yield str(path), ParsedTranscripts(problems=(ReadingProblem(cause=cause),))


def _member_time(member: zipfile.ZipInfo) -> datetime:
    """When a member was written, as far as the archive tells; its zone is unknown."""
    try:
        return datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return datetime.now(UTC)


def _is_wanted(name: str) -> bool:
    return _CONVERSATIONS.fullmatch(PurePosixPath(name).name) is not None


NO_CONVERSATION = N_("It has no conversation in a known format.")
KINDS_HINT = N_(
    "Conversations are read from our JSON and Markdown, from exports of ChatGPT, Claude, Open "
    "WebUI, LM Studio and LibreChat, and from lists of messages as JSON or JSON lines."
)


def read(name: str, content: bytes, saved: datetime | None = None) -> ParsedTranscripts:
    """The conversations in a file; see `read_each`."""
    return join_readings(read_each(name, content, saved or datetime.now(UTC)))


def read_each(name: str, content: bytes, saved: datetime) -> Iterator[ParsedTranscripts]:
    """The conversations in a file, one at a time: an export of many years is a big file.

    Args:
        name: of the file; its suffix tells JSON lines.
        saved: when it was written, for conversations without any time.

    Raises:
        TranscriptError: it holds none.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TranscriptError("It is not UTF-8 text.", KINDS_HINT) from None
    if is_markdown(text):
        yield from_markdown(text)
        return
    yield from _from_json(name, text, saved)


def join_readings(readings: Iterable[ParsedTranscripts]) -> ParsedTranscripts:
    """Several readings as one."""
    found = list(readings)
    return ParsedTranscripts(
        transcripts=tuple(each for parsed in found for each in parsed.transcripts),
        problems=tuple(each for parsed in found for each in parsed.problems),
        is_damaged=any(parsed.is_damaged for parsed in found),
    )


def _from_json(name: str, text: str, saved: datetime) -> Iterator[ParsedTranscripts]:
    """The conversations of a JSON file, and at the end what of it cannot be read."""
    is_known = False
    refused: list[TranscriptError] = []
    problems: list[ReadingProblem] = []
    for document in _joined_messages(json_documents(name, text)):
        place = _("entry {place}", place=document.place)
        if document.damage:
            where = _("character {character:,}", character=document.character)
            damage = localized(document.damage)
            message = f"It is damaged: {document.damage}."
            refused.append(TranscriptError(message, KINDS_HINT, place=where))
            problems.append(left_out(place, _("it is damaged, {damage}", damage=damage)))
            continue
        for each in conversations_in(document.value):
            try:
                reading = _from_document(each, document.place, saved)
            except TranscriptError as failure:
                refused.append(failure)
                problems.append(ReadingProblem(place=place, cause=localized(failure.message)))
                continue
            if reading is not None:
                is_known = True
                yield reading
            else:
                cause = _("left out: it is not a conversation.")
                problems.append(ReadingProblem(place=place, cause=cause))
    if not is_known:
        raise refused[0] if refused else TranscriptError(NO_CONVERSATION, KINDS_HINT)
    yield ParsedTranscripts(problems=tuple(problems), is_damaged=bool(refused))


def _joined_messages(documents: Iterator[JsonDocument]) -> Iterator[JsonDocument]:
    """Documents, where those that are single messages are the messages of one conversation."""
    messages: list[Any] = []
    place = 1
    for document in documents:
        if is_message(document.value):
            messages.append(document.value)
            place = document.place if len(messages) == 1 else place
        else:
            yield document
    if messages:
        yield JsonDocument(place, messages)


def _from_document(document: Any, place: int, saved: datetime) -> ParsedTranscripts | None:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return from_json(document)
    return read_conversation(document, place, saved)
