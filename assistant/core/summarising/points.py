"""Points of a summary: which of the sentences of parts stand for a section, and for the whole.

The summaries of the sections are summed up like a part: by their most central sentences, and by
what the model makes of them where the document supports it.
"""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Final, NamedTuple

from assistant.core.ports.library import Library
from assistant.core.summarising.reading import (
    PartSummary,
    Said,
    firm_support,
    sentences_written,
)
from assistant.core.values.documents import Passage
from assistant.core.values.library import FileText

MAX_NOTES_CHARS: Final = 6000
"""Characters of the summaries that a model reads to sum them up."""

MAX_PASSAGES: Final = 60
"""Passages that its sentences are held against: those of the most central notes."""


class SummaryLine(NamedTuple):
    """A sentence of a summary, and where its document says it."""

    file: FileText
    text: str
    is_quote: bool
    said: Said
    start: int
    """In characters of the file's text; so is `end`."""
    end: int


class Points(NamedTuple):
    """What the whole says, in the order of the documents."""

    lines: tuple[SummaryLine, ...]
    written: int
    """Sentences that the model wrote."""
    supported: int


def lines_of(file: FileText, start: int, summary: PartSummary) -> list[SummaryLine]:
    """The sentences of a part that begins at `start`, those that say the same once."""
    lines = [
        SummaryLine(file, said.text, said.is_quote, said, start + said.start, start + said.end)
        for said in summary.said
    ]
    return distinct(lines)


def distinct(lines: Sequence[SummaryLine]) -> list[SummaryLine]:
    """Lines without those that rest on the same words as another: the model's go first."""
    kept: list[SummaryLine] = []
    for line in sorted(lines, key=lambda each: (each.is_quote, -each.said.score)):
        if not any(_is_same(line, other) for other in kept):
            kept.append(line)
    return [line for line in lines if line in kept]


def best_of_part(lines: Sequence[SummaryLine], count: int) -> list[SummaryLine]:
    """So many lines of one part: what the model wrote of it, then the most central ones."""
    chosen = sorted(lines, key=lambda each: (each.is_quote, -each.said.score))[:count]
    return [line for line in lines if line in chosen]


def best_of_section(
    library: Library, parts: Sequence[Sequence[SummaryLine]], count: int, stop: Event
) -> list[SummaryLine]:
    """So many lines of a section, of those that stand for its parts."""
    if len(parts) == 1:
        return best_of_part(parts[0], count)
    lines = distinct([line for part in parts for line in best_of_part(part, 2)])
    return chosen_lines(library, lines, count, stop)


def chosen_lines(
    library: Library, lines: Sequence[SummaryLine], count: int, stop: Event, wish: str = ""
) -> list[SummaryLine]:
    """The most central lines, or those nearest to a wish, in order."""
    if len(lines) <= count:
        return list(lines)
    ranked = library.rank([line.text for line in lines], count, stop, question=wish)
    return [lines[at] for at in sorted(each.at for each in ranked)]


def sum_up(
    library: Library,
    lines: Sequence[SummaryLine],
    passages: Sequence[Passage],
    write: Callable[[dict[str, str]], str],
    count: int,
    wish: str,
    stop: Event,
) -> Points:
    """The points of all lines together.

    Args:
        passages: where the lines stand, in the order of the lines.
        write: has the model write what it is given `notes`, `count` and `wish` for.
    """
    ranked = library.rank([line.text for line in lines], len(lines), stop, question=wish)
    order = [each.at for each in ranked]
    own = [lines[at] for at in order[:count]]
    notes = _notes(lines, order)
    written = sentences_written(
        write({"notes": "\n".join(notes), "count": str(count), "wish": wish})
    )[: 2 * count]
    against = list({passages[at].id: passages[at] for at in order}.values())[:MAX_PASSAGES]
    support = firm_support(library, written, against, stop) or []
    found: list[SummaryLine] = []
    for text, firm in zip(written, support, strict=False):
        if firm is None:
            continue
        line = next(
            (each for each in lines if each.start < firm.end and firm.start < each.end), None
        )
        if line is not None:
            said = line.said.model_copy(update={"strength": firm.strength, "score": 1.0})
            is_quote = text in line.text
            found.append(SummaryLine(line.file, text, is_quote, said, firm.start, firm.end))
    chosen = _distinct_points([*found[:count], *own])[:count]
    places = {line.file.path: at for at, line in reversed(list(enumerate(lines)))}
    chosen.sort(key=lambda each: (places[each.file.path], each.start))
    return Points(tuple(chosen), len(written), len(found))


def _distinct_points(lines: Sequence[SummaryLine]) -> list[SummaryLine]:
    kept: list[SummaryLine] = []
    for line in lines:
        if not any(_is_same(line, other) for other in kept):
            kept.append(line)
    return kept


def _notes(lines: Sequence[SummaryLine], order: Sequence[int]) -> list[str]:
    """The lines that a model reads, in order: of very many the most central ones."""
    taken, chars = set[int](), 0
    for at in order:
        chars += len(lines[at].text) + 3
        if chars > MAX_NOTES_CHARS:
            break
        taken.add(at)
    return [f"- {line.text}" for at, line in enumerate(lines) if at in taken]


def _is_same(one: SummaryLine, other: SummaryLine) -> bool:
    if one.file.path != other.file.path:
        return one.text == other.text
    return one.text == other.text or (one.start < other.end and other.start < one.end)
