"""Summary of documents: one run over their parts, with what earlier runs have read of them.

What a part says is kept with the conversation as soon as it is known. So a summary that was stopped
goes on where it was, and of a document that has changed only the parts that did are read again.
"""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import PurePath
from threading import Event
from time import monotonic
from typing import Final, NamedTuple

from pydantic import ValidationError

from assistant.core.errors import LibraryError, NotFoundError, UnreadableFileError
from assistant.core.ports.library import Library
from assistant.core.ports.messages import MessageStore
from assistant.core.summarising.intent import WholeRequest
from assistant.core.summarising.outline import PART_CHARS, DocumentSection, Part, outline
from assistant.core.summarising.points import (
    SummaryLine,
    best_of_section,
    chosen_lines,
    distinct,
    lines_of,
    sum_up,
)
from assistant.core.summarising.reading import (
    MIN_SUPPORTED,
    TRIAL,
    PartSummary,
    PartWriter,
    part_key,
    passages_of,
    read_part,
)
from assistant.core.summarising.writing import SummaryText, language_of
from assistant.core.values.documents import Passage
from assistant.core.values.events import Cited, Retrieved, SectionRead, Summarised, Wrote
from assistant.core.values.library import FileText, SearchResult

POINTS: Final = 5
"""Sentences of a summary where nobody says how many."""

BOOK_PARTS: Final = 60
"""Parts from which on a model reads of each only its most central sentences: a book would take it
an hour otherwise. All of it is read for these."""

_PROMPT_TOKENS: Final = 400
"""Of a window, what the words around a part and the answer take."""

_CHARS_PER_TOKEN: Final = 2
"""As few as there are in any language that is written in letters."""

_MIN_PART: Final = 1200

SummaryEvent = SectionRead | Wrote | Cited | Retrieved | Summarised


class Chapter(NamedTuple):
    """What is told of under one heading: a section of a document, or one of several documents."""

    file: FileText
    heading: str
    parts: tuple[Part, ...]
    place: tuple[int, int] | None
    """Its pages."""


class PartReader:
    """Reads parts, and keeps what they say; tells how long the rest takes."""

    def __init__(
        self,
        store: MessageStore,
        library: Library,
        conversation_id: str,
        writer: PartWriter | None,
        window: int,
    ) -> None:
        self.library = library
        self.writer = writer
        self.written = self.supported = 0
        self._store = store
        self._conversation_id = conversation_id
        self.part_chars = PART_CHARS
        if writer is not None:
            fits = (window - _PROMPT_TOKENS) * _CHARS_PER_TOKEN
            self.part_chars = max(_MIN_PART, min(PART_CHARS, fits))
        self.skims = False
        """Whether the model reads only the most central sentences of each part."""
        self._tried = 0
        self._left: dict[str, int] = {}
        """Characters of the parts that are still to be read, by key."""
        self._seconds = self._chars = 0.0
        self._kept: dict[str, PartSummary] = {}
        self._keys: dict[tuple[str, int], str] = {}

    def plan(self, file: FileText, parts: Sequence[Part]) -> None:
        """Find out which parts of a file are to be read."""
        writer = None if self.skims else self.writer
        for part in parts:
            key = part_key(file.document, part, writer, self.part_chars)
            self._keys[file.path, part.start] = key
            kept = self._store.section_summary(self._conversation_id, key)
            with suppress(ValidationError):
                if kept is not None:
                    self._kept[key] = PartSummary.model_validate_json(kept)
            if key not in self._kept:
                self._left[key] = part.end - part.start

    @property
    def to_read(self) -> int:
        """How many parts are still to be read."""
        return len(self._left)

    @property
    def seconds_left(self) -> float | None:
        """Seconds for what is still to be read; None before anything was."""
        if not self._chars:
            return None
        return self._seconds / self._chars * sum(self._left.values())

    def read(self, file: FileText, part: Part, stop: Event) -> PartSummary | None:
        """What a part says; None when stopped."""
        key = self._keys[file.path, part.start]
        summary = self._kept.get(key)
        if summary is None:
            began = monotonic()
            writer = None if self.skims else self.useful_writer
            summary = read_part(self.library, file, part, writer, stop)
            if summary is None:
                return None
            self._store.keep_section_summary(self._conversation_id, key, summary.model_dump_json())
            self._kept[key] = summary
            self._seconds += monotonic() - began
            self._chars += part.end - part.start
        self._left.pop(key, None)
        self._count(summary.written, summary.supported)
        return summary

    def sum_up(
        self,
        lines: Sequence[SummaryLine],
        passages: Sequence[Passage],
        count: int,
        wish: str,
        stop: Event,
    ) -> list[SummaryLine]:
        """So many sentences for all lines: the model's where they are supported, and of the lines.

        Args:
            passages: where the lines stand, in their order.
        """
        began = monotonic()
        write = partial(self._write_points, stop=stop)
        points = sum_up(self.library, lines, passages, write, count, wish, stop)
        self._seconds += monotonic() - began
        if not stop.is_set():
            self._count(points.written, points.supported)
        return list(points.lines)

    def _count(self, written: int, supported: int) -> None:
        self._tried += bool(written)
        self.written += written
        self.supported += supported

    @property
    def useful_writer(self) -> PartWriter | None:
        """The model, unless it was tried and the documents support next to nothing of it."""
        fails = self.supported < MIN_SUPPORTED * self.written
        return None if self._tried >= TRIAL and fails else self.writer

    def _write_points(self, values: dict[str, str], stop: Event) -> str:
        """What the model makes of the notes of all sections; asked the same again, what it made."""
        assert self.writer is not None
        prompt = self.writer.prompts.internal("points").text
        named = json.dumps([self.writer.model.name, prompt, values], sort_keys=True)
        key = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
        kept = self._store.section_summary(self._conversation_id, key)
        if kept is not None:
            return kept
        text = self.writer.write("points", values, stop)
        if not stop.is_set():
            self._store.keep_section_summary(self._conversation_id, key, text)
        return text


class DocumentSummary:
    """One run over documents: sections as they are read, then the points of all of them."""

    def __init__(self, library: Library, reader: PartReader, request: WholeRequest) -> None:
        self._library = library
        self._reader = reader
        self._request = request
        self._lines: list[SummaryLine] = []
        self._unread: list[str] = []

    def run(
        self, paths: Sequence[str], existing: str, stop: Event
    ) -> Generator[SummaryEvent, None, bool]:
        """Sum up documents.

        Args:
            paths: the files; one that gives no text is told of, if others do.
            existing: what the answer holds already, of a run that was stopped.

        Returns:
            Whether it came to its end.
        """
        files = list(self._files(paths, stop))
        if stop.is_set():
            return False
        chapters = _chapters(files, self._reader.part_chars)
        self._reader.skims = sum(len(each.parts) for each in chapters) > BOOK_PARTS
        for each in chapters:
            self._reader.plan(each.file, each.parts)
        text = SummaryText(language_of(" ".join(f.document.text[:4000] for f in files)), existing)
        total = self._reader.to_read
        for chapter in chapters:
            most = min(2 + len(chapter.parts) // 4, POINTS)
            if len(chapters) == 1:
                most = self._request.points or POINTS
            lines = yield from self._chapter(chapter, text, most, total, stop)
            if lines is None:
                break
            self._lines += lines
            if len(chapters) > 1 and lines:
                yield from _show_chapter(chapter, lines, text)
        ended = not stop.is_set()
        if ended:
            yield from self._points(files, text, stop)
        reader = self._reader
        yield Summarised(
            parts=sum(len(each.parts) for each in chapters),
            read=total - reader.to_read,
            left=reader.to_read,
            written=reader.written,
            supported=reader.supported,
        )
        yield Cited(citations=text.citations)
        if text.used:
            found = SearchResult(evidence=1.0, sufficient=True)
            yield Retrieved(result=found, used=text.used, collections=())
        return ended and not stop.is_set()

    def _files(self, paths: Sequence[str], stop: Event) -> Iterator[FileText]:
        """The files that give text."""
        failure: LibraryError | NotFoundError | None = None
        found = False
        for path in paths:
            try:
                file = self._library.read(path, stop)
            except (UnreadableFileError, NotFoundError) as unreadable:
                failure = unreadable
                self._unread.append(PurePath(path).name)
                continue
            if file is None:
                return
            found = True
            yield file
        if failure is not None and not found:
            raise failure

    def _chapter(
        self, chapter: Chapter, text: SummaryText, most: int, total: int, stop: Event
    ) -> Generator[SummaryEvent, None, list[SummaryLine] | None]:
        """So many lines of a chapter; None when stopped."""
        parts: list[list[SummaryLine]] = []
        for part in chapter.parts:
            yield SectionRead(
                done=total - self._reader.to_read,
                total=total,
                seconds_left=self._reader.seconds_left,
                name=chapter.heading,
                pages=chapter.place,
            )
            summary = self._reader.read(chapter.file, part, stop)
            if summary is None:
                return None
            text.know(passages_of(chapter.file, part))
            parts.append(lines_of(chapter.file, part.start, summary))
        said = [lines for lines in parts if lines]
        if not said:
            return []
        if self._reader.skims and self._reader.useful_writer is not None:
            lines = distinct([line for each in said for line in each])
            passages = [text.passage_of(line) for line in lines]
            chosen = self._reader.sum_up(lines, passages, most, "", stop)
        else:
            chosen = best_of_section(self._library, said, most, stop)
        return None if stop.is_set() else chosen

    def _points(
        self, files: Sequence[FileText], text: SummaryText, stop: Event
    ) -> Iterator[SummaryEvent]:
        """What all of it says, in a few sentences."""
        reader, request = self._reader, self._request
        lines = distinct(self._lines)
        if not lines:
            names = ", ".join(PurePath(file.path).name for file in files)
            yield from _wrote(text.write(text.label("nothing", names)))
            return
        count = request.points or min(POINTS, len(lines))
        if reader.useful_writer is not None and len(lines) > count:
            passages = [text.passage_of(line) for line in lines]
            points = reader.sum_up(lines, passages, count, request.wish, stop)
        else:
            points = chosen_lines(self._library, lines, count, stop, request.wish)
        if stop.is_set():
            return
        yield from _wrote(text.heading(text.label("points")))
        for number, line in enumerate(points, 1):
            yield from _wrote(text.line(line, f"{number}."))
        if self._unread:
            yield from _wrote(text.write("\n\n" + text.label("unread", ", ".join(self._unread))))


def _chapters(files: Sequence[FileText], part_chars: int) -> list[Chapter]:
    """The sections of one document, or several documents, each as a whole."""
    outlines = [(file, outline(file.document, part_chars)) for file in files]
    if len(files) == 1:
        [(file, sections)] = outlines
        return [Chapter(file, each.heading, each.parts, each.pages) for each in sections]
    return [
        Chapter(file, PurePath(file.path).name, _all_parts(sections), None)
        for file, sections in outlines
        if sections
    ]


def _all_parts(sections: Sequence[DocumentSection]) -> tuple[Part, ...]:
    return tuple(part for section in sections for part in section.parts)


def _show_chapter(
    chapter: Chapter, lines: Sequence[SummaryLine], text: SummaryText
) -> Iterator[SummaryEvent]:
    place = ""
    if chapter.place is not None:
        first, last = chapter.place
        one = first == last
        place = text.label("whole page", first) if one else text.label("whole pages", first, last)
    heading = chapter.heading or place[:1].upper() + place[1:]
    if heading:
        yield from _wrote(text.heading(heading, place if chapter.heading else ""))
    elif not text.is_empty:
        yield from _wrote(text.write("\n"))
    for line in lines:
        yield from _wrote(text.line(line))
    yield Cited(citations=text.citations)


def _wrote(piece: str) -> Iterator[Wrote]:
    if piece:
        yield Wrote(text=piece)
