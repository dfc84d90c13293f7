"""Outline of a document: its sections, and the parts in which each of them is read.

Sections begin at the headings that divide the document best. Of a document without any, and of one
with very many, sections are runs of about the same length.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from assistant.core.grounding.citations import cut_sentences
from assistant.core.sanitize import one_line
from assistant.core.values.documents import Block, Document

PART_CHARS: Final = 6000
"""Characters that are read at once: some two pages."""

MAX_SECTIONS: Final = 40
"""Sections of a document; a book has longer ones, not more."""

MIN_SECTION_CHARS: Final = 300
"""Characters of a section; a shorter one is read with the one that follows."""

_MAX_HEADING = 80


class Part(NamedTuple):
    """What is read at once of a document."""

    blocks: tuple[Block, ...]

    @property
    def start(self) -> int:
        return self.blocks[0].start

    @property
    def end(self) -> int:
        return self.blocks[-1].end


class DocumentSection(NamedTuple):
    """A section of a document."""

    heading: str
    """Empty where it has none."""
    parts: tuple[Part, ...]

    @property
    def chars(self) -> int:
        return sum(part.end - part.start for part in self.parts)

    @property
    def pages(self) -> tuple[int, int] | None:
        """The first and the last page; None where there are no pages."""
        first, last = self.parts[0].blocks[0], self.parts[-1].blocks[-1]
        if first.page is None or last.page is None:
            return None
        return first.page, max(first.page, last.page_at(last.end - 1) or last.page)


class _Run(NamedTuple):
    heading: str
    blocks: list[Block]

    @property
    def chars(self) -> int:
        return sum(block.end - block.start for block in self.blocks)


def outline(document: Document, part_chars: int = PART_CHARS) -> tuple[DocumentSection, ...]:
    """The sections of a document, in order; none where it says nothing.

    Args:
        part_chars: characters of a part at most.
    """
    blocks = [block for block in _whole(document) if block.kind != "navigation"]
    runs = _even(_long_enough(_by_heading(document, blocks)))
    sections = []
    for run in runs:
        pieces = [piece for block in run.blocks for piece in _cut(document, block, part_chars)]
        sections.append(DocumentSection(run.heading, tuple(_parts(pieces, part_chars))))
    return tuple(sections)


def _whole(document: Document) -> Sequence[Block]:
    """The blocks; a text without any is one."""
    if document.blocks or not document.text.strip():
        return document.blocks
    return (Block(start=0, end=len(document.text)),)


def _by_heading(document: Document, blocks: Sequence[Block]) -> list[_Run]:
    """Runs that begin at the outermost headings of which there are several."""
    levels = [block.level or 1 for block in blocks if block.kind == "heading"]
    enough = [level for level in range(1, 7) if sum(each <= level for each in levels) > 1]
    runs: list[_Run] = []
    for block in blocks:
        begins = enough and block.kind == "heading" and (block.level or 1) <= enough[0]
        if begins or not runs:
            text = block.label or document.text[block.start : block.end] if begins else ""
            runs.append(_Run(one_line(text, _MAX_HEADING), []))
        runs[-1].blocks.append(block)
    return runs


def _long_enough(runs: Iterable[_Run]) -> list[_Run]:
    """Runs of which the short ones are joined with what follows them."""
    joined: list[_Run] = []
    waiting: list[Block] = []
    heading = ""
    for run in runs:
        taken = _Run(run.heading or heading, [*waiting, *run.blocks])
        if taken.chars < MIN_SECTION_CHARS:
            waiting, heading = taken.blocks, taken.heading
        else:
            joined.append(taken)
            waiting, heading = [], ""
    if waiting and joined:
        joined[-1].blocks.extend(waiting)
    elif waiting:
        joined.append(_Run(heading, waiting))
    return joined


def _even(runs: list[_Run]) -> list[_Run]:
    """At most `MAX_SECTIONS` runs: neighbours are joined, and one without headings is cut."""
    if len(runs) == 1 and not runs[0].heading:
        runs = [_Run("", [block]) for block in runs[0].blocks]
    elif len(runs) <= MAX_SECTIONS:
        return runs
    whole = sum(run.chars for run in runs)
    most = max(whole / MAX_SECTIONS, PART_CHARS)
    joined: list[_Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last is not None and last.chars + run.chars <= most:
            first = last.heading.partition(" – ")[0]
            heading = f"{first} – {run.heading}" if first and run.heading else first or run.heading
            joined[-1] = _Run(heading, [*last.blocks, *run.blocks])
        else:
            joined.append(run)
    return joined


def _cut(document: Document, block: Block, most: int) -> Iterator[Block]:
    """A block in pieces of whole sentences, none longer than that if it can be helped."""
    if block.end - block.start <= most:
        yield block
        return
    start = end = block.start
    for first, last in cut_sentences(document.text, block.start, block.end):
        if last - start > most and end > start:
            yield _piece(block, start, end)
            start = first
        end = last
        while end - start > most:
            yield _piece(block, start, start + most)
            start += most
    if end > start:
        yield _piece(block, start, end)


def _piece(block: Block, start: int, end: int) -> Block:
    turns = tuple(turn for turn in block.turns if start < turn[0] < end)
    page = block.page_at(start)
    return block.model_copy(update={"start": start, "end": end, "turns": turns, "page": page})


def _parts(blocks: Sequence[Block], most: int) -> Iterator[Part]:
    taken: list[Block] = []
    for block in blocks:
        if taken and block.end - taken[0].start > most:
            yield Part(tuple(taken))
            taken = []
        taken.append(block)
    if taken:
        yield Part(tuple(taken))
