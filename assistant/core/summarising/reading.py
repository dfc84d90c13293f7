"""Reading of one part: its own most central sentences, and what a model writes of it, checked.

What a weak model writes is often not what the part says. So a sentence of the model is kept only
where the library's check finds that the part supports it, and the part's own sentences are kept in
any case: they are true of it whatever the model is.
"""

import hashlib
import re
from collections.abc import Sequence
from threading import Event
from typing import Final, NamedTuple

from assistant.core.background.completion import (
    InternalPrompts,
    complete,
    open_internal_prompt,
    prompt_messages,
)
from assistant.core.grounding.citations import sentences_of
from assistant.core.grounding.retrieval import QUOTE_PREFIX
from assistant.core.ports.library import Library
from assistant.core.ports.models import ChatModel
from assistant.core.sanitize import printable
from assistant.core.summarising.outline import Part
from assistant.core.summarising.sentences import MIN_WORDS, candidates, on_one_line, stands_alone
from assistant.core.values.base import Value
from assistant.core.values.conversation import Place, Strength
from assistant.core.values.documents import Document, Passage
from assistant.core.values.library import CheckedPassage, FileText, Support
from assistant.core.values.sampling import Sampling

OWN_SENTENCES: Final = 4
"""Sentences of a part that are kept."""

TRIAL: Final = 4
"""Parts after which a model is asked no more that writes next to nothing that they support."""

MIN_SUPPORTED: Final = 0.2
"""Of the sentences of a model, what has to be supported for it to be asked on."""

_FIRM: Final = frozenset[Strength]({"verbatim", "supported"})
_QUOTES: Final = '"“”'
_INTRODUCED = re.compile(r"""[^"“”]*:\s*["“]([^"“”]+)["”]\.?""")
_VERSION: Final = "2"
"""Of what is kept of a part."""


class Said(Value):
    """A sentence that sums up a part, and what of the part bears it out."""

    text: str
    is_quote: bool
    """Whether it is the document's own."""
    strength: Strength
    start: int
    """Where the part says it, in characters from its start."""
    end: int
    score: float
    """How central it is in the part; of a model's sentence 1."""


class PartSummary(Value):
    """What a part says, as it is kept."""

    said: tuple[Said, ...]
    """In the order of the part."""
    written: int = 0
    """Sentences that the model wrote."""
    supported: int = 0
    """Of those, the ones that the part supports."""


class PartWriter(NamedTuple):
    """The model that sums up parts, and its prompts."""

    model: ChatModel
    prompts: InternalPrompts

    def write(self, name: str, values: dict[str, str], stop: Event) -> str:
        """What the model writes for an internal prompt; empty when stopped."""
        opening = open_internal_prompt(self.prompts, name, values)
        sampling = opening.sampling.over(Sampling())
        while not stop.is_set():
            messages = prompt_messages(opening, quotes_files=True)
            found = complete(self.model, messages, sampling, stop)
            if found is not None:
                return found.text
        return ""


def part_key(document: Document, part: Part, writer: PartWriter | None, window: int) -> str:
    """Names a part by its text and all that its summary depends on."""
    made_by = ""
    if writer is not None:
        model = writer.model
        uses = ",".join(f"{use.name}={use.scale}" for use in model.adapters)
        made_by = f"{model.name}\n{uses}\n{window}\n{writer.prompts.internal('section').text}"
    named = f"{_VERSION}\n{made_by}\n{document.text[part.start : part.end]}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


def passages_of(file: FileText, part: Part) -> list[Passage]:
    """The part as passages: what begins on one page is one."""
    runs: list[list[int]] = []
    before: tuple[int | None, str | None] | None = None
    for block in part.blocks:
        if block.kind == "navigation":
            continue
        where = (block.page, block.sheet)
        if where == before:
            runs[-1][1] = block.end
        else:
            runs.append([block.start, block.end])
            before = where
    return [passage_at(file, start, end) for start, end in runs]


def passage_at(file: FileText, start: int, end: int) -> Passage:
    """What stands between two offsets of a file, with its place."""
    document = file.document
    return Passage(
        id=f"{file.path}:{start}",
        path=file.path,
        title=document.title,
        text=document.text[start:end],
        place=place_at(document, start, end),
        start=start,
        end=end,
        content_hash=file.content_hash,
        score=1.0,
        dense_score=0.0,
        keyword_score=0.0,
        unread=document.unread,
    )


def place_at(document: Document, start: int, end: int) -> Place:
    """Where a piece of a document stands."""
    inside = [block for block in document.blocks if block.start < end and start < block.end]
    lines: tuple[int, int] | None = None
    if document.has_lines:
        first = document.text.count("\n", 0, start) + 1
        lines = first, first + document.text.count("\n", start, end)
    if not inside:
        return Place(line_start=lines and lines[0], line_end=lines and lines[1])
    page, page_end = inside[0].page_at(start), inside[-1].page_at(end - 1)
    return Place(
        page=page,
        page_end=page_end if page_end != page else None,
        sheet=inside[0].sheet,
        row=inside[0].row if inside[0].kind == "row" else None,
        line_start=lines and lines[0],
        line_end=lines and lines[1],
    )


def read_part(
    library: Library,
    file: FileText,
    part: Part,
    writer: PartWriter | None,
    stop: Event,
) -> PartSummary | None:
    """Read a part.

    Args:
        writer: None has the part's own sentences alone.

    Returns:
        What it says; None when stopped.
    """
    document = file.document
    own = candidates(document, part)
    ranked = library.rank([each.text for each in own], OWN_SENTENCES, stop) if own else ()
    texts = [own[each.at].text for each in ranked]
    written = _written(writer, document, part, stop)
    if stop.is_set():
        return None
    passages = passages_of(file, part)
    support = firm_support(library, [*texts, *written], passages, stop)
    if support is None:
        return None
    said = [
        Said(
            text=own[each.at].text,
            is_quote=True,
            strength=found.strength,
            start=own[each.at].start - part.start,
            end=own[each.at].end - part.start,
            score=each.score,
        )
        for each, found in zip(ranked, support, strict=False)
        if found is not None
    ]
    said += _of_model(written, support[len(texts) :], part)
    supported = sum(each is not None for each in support[len(texts) :])
    said.sort(key=lambda each: (each.start, each.is_quote))
    return PartSummary(said=tuple(said), written=len(written), supported=supported)


class FirmSupport(NamedTuple):
    """Where a document clearly supports a sentence, in characters of its text."""

    strength: Strength
    start: int
    end: int


def firm_support(
    library: Library, sentences: Sequence[str], passages: Sequence[Passage], stop: Event
) -> list[FirmSupport | None] | None:
    """What bears out each sentence clearly, None where nothing does; None when stopped."""
    if not sentences:
        return []
    checked = library.check(sentences, [CheckedPassage.of(each) for each in passages], stop)
    if len(checked.support) != len(sentences):
        return None
    return [_firmest(row, passages) for row in checked.support]


def _firmest(row: Sequence[Support], passages: Sequence[Passage]) -> FirmSupport | None:
    if any(each.strength == "contradicted" for each in row):
        return None
    found = [
        (each.strength == "verbatim", each.score, -number, each)
        for number, each in enumerate(row)
        if each.strength in _FIRM
    ]
    if not found:
        return None
    _, _, number, best = max(found, key=lambda each: each[:3])
    start = passages[-number].start
    assert best.strength is not None
    return FirmSupport(best.strength, start + best.start, start + best.end)


def _of_model(
    written: Sequence[str], support: Sequence[FirmSupport | None], part: Part
) -> list[Said]:
    """The sentences of the model that the part supports; a copy of the part's is a quotation."""
    return [
        Said(
            text=text,
            is_quote=False,
            strength=found.strength,
            start=found.start - part.start,
            end=found.end - part.start,
            score=1.0,
        )
        for text, found in zip(written, support, strict=True)
        if found is not None
    ]


def _written(writer: PartWriter | None, document: Document, part: Part, stop: Event) -> list[str]:
    if writer is None or stop.is_set():
        return []
    return sentences_written(writer.write("section", {"text": quotation(document, part)}, stop))


def quotation(document: Document, part: Part) -> str:
    """A part as the model reads it: every line is marked as quoted."""
    text = printable(document.text[part.start : part.end])
    return "\n".join(QUOTE_PREFIX + line for line in text.split("\n") if line.strip())


def sentences_written(text: str) -> list[str]:
    """The sentences of a model that can stand in a summary, each once."""
    found = dict.fromkeys(_bare(on_one_line(each.text)) for each in sentences_of(text))
    return [
        each
        for each in found
        if len(each.split()) >= MIN_WORDS and each[-1] in '.!…。”"' and stands_alone(each)
    ]


def _bare(text: str) -> str:
    """A sentence without what introduces it as a quotation, and without half a pair of quotes."""
    introduced = _INTRODUCED.fullmatch(text)
    if introduced is not None:
        return introduced[1]
    if sum(text.count(mark) for mark in _QUOTES) % 2:
        return text.strip(_QUOTES)
    return text
