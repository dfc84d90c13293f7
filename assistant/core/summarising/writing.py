"""Text of a summary: headings, sentences with their places, citations and the passages cited."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from assistant.core.sanitize import one_line
from assistant.core.summarising.points import SummaryLine
from assistant.core.summarising.reading import place_at
from assistant.core.values.conversation import Citation, Place
from assistant.core.values.documents import Passage

Language = Literal["en", "pt"]

LABELS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "page": "p. {}",
        "pages": "pp. {}–{}",
        "sheet": "sheet {}",
        "row": "row {}",
        "line": "line {}",
        "whole pages": "pages {}–{}",
        "whole page": "page {}",
        "points": "In short",
        "section": "Section {}",
        "unread": "Not read: {}.",
        "only": "Only in {}",
        "differs": "Different",
        "same": "The same in both: {} of the {} sentences of {}.",
        "more": "and {} more:",
        "nothing": "Nothing in {} can be summed up: it has no sentences.",
    },
    "pt": {
        "page": "p. {}",
        "pages": "pp. {}–{}",
        "sheet": "planilha {}",
        "row": "linha {}",
        "line": "linha {}",
        "whole pages": "páginas {}–{}",
        "whole page": "página {}",
        "points": "Em resumo",
        "section": "Seção {}",
        "unread": "Não lidos: {}.",
        "only": "Só em {}",
        "differs": "Diferente",
        "same": "Igual nos dois: {} das {} frases de {}.",
        "more": "e mais {}:",
        "nothing": "Nada em {} pode ser resumido: não há frases.",
    },
}
"""What stands around the sentences, in the language of the documents."""

_ENGLISH = "the of and to in is that for with are was by from this which"
_PORTUGUESE = "o a de que e do da em um uma para os as não com se dos das ao pela"
_MARKS: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset(_ENGLISH.split()),
    "pt": frozenset(_PORTUGUESE.split()),
}
_FULL_STOP = re.compile(r"""[.。](["'”’»)\]]*)$""")
_SAMPLE = 20_000
_QUOTES = str.maketrans("“”", "‘’")


def language_of(text: str) -> Language:
    """The language of what stands around a summary: that of the text, as far as there is one."""
    words = re.findall(r"[^\W\d_]+", text[:_SAMPLE].lower())
    english = sum(word in _MARKS["en"] for word in words)
    return "pt" if sum(word in _MARKS["pt"] for word in words) > english else "en"


class SummaryText:
    """A summary as it grows; what an earlier run has written of it is not written again."""

    def __init__(self, language: Language, existing: str = "") -> None:
        """Args:
        existing: what the answer holds already.
        """
        self.labels = LABELS[language]
        self._existing = existing
        self._text = ""
        self._before = 0
        """Characters of the answer before the text, where that is not how the answer began."""
        self._citations: list[Citation] = []
        self._passages: dict[str, list[Passage]] = {}
        self._numbers: dict[str, int] = {}
        self._used: list[Passage] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of what is written, with offsets in the whole answer."""
        moved = self._before
        return tuple(
            each.model_copy(update={"start": each.start + moved, "end": each.end + moved})
            for each in self._citations
        )

    @property
    def used(self) -> tuple[Passage, ...]:
        """The passages that are cited, in the order of their numbers."""
        return tuple(self._used)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written yet."""
        return not self._text

    def know(self, passages: Sequence[Passage]) -> None:
        """Note passages in which lines may stand."""
        for passage in passages:
            self._passages.setdefault(passage.path, []).append(passage)

    def passage_of(self, line: SummaryLine) -> Passage:
        """The passage in which a line stands."""
        there = self._passages[line.file.path]
        return next((each for each in there if each.start <= line.start < each.end), there[-1])

    def label(self, name: str, *values: object) -> str:
        return self.labels[name].format(*values)

    def write(self, text: str) -> str:
        """Add a text.

        Returns:
            What of it the answer does not hold yet.
        """
        at = len(self._text)
        self._text += text
        if self._existing:
            if self._existing.startswith(self._text):
                return ""
            if self._text.startswith(self._existing):
                at, self._existing = len(self._existing), ""
            else:
                # The documents are not what they were: begun again below what is there.
                gap = "\n\n"
                self._before, self._existing = len(self._existing) + len(gap), ""
                return gap + self._text
        return self._text[at:]

    def heading(self, text: str, place: str = "") -> str:
        """Add the heading of a section."""
        told = one_line(text, 120).replace("*", "∗").rstrip(":")
        break_ = "\n\n" if self._text else ""
        return self.write(f"{break_}**{told}**{f' ({place})' if place else ''}:\n")

    def line(self, line: SummaryLine, mark: str = "-") -> str:
        """Add a sentence with its place, cited."""
        place = self._place(place_at(line.file.document, line.start, line.end))
        start = len(self._text) + len(f"\n{mark} ")
        shown = self._sentence(line, place)
        number = self._number(self.passage_of(line))
        passage = self._used[number - 1]
        self._citations.append(
            Citation(
                number=number,
                strength=line.said.strength,
                start=start,
                end=start + len(shown),
                path=passage.path,
                title=passage.title,
                place=place_at(line.file.document, line.start, line.end),
                quote=line.file.document.text[line.start : line.end],
                quote_start=line.start,
                content_hash=passage.content_hash,
            )
        )
        return self.write(f"\n{mark} {shown}")

    def _sentence(self, line: SummaryLine, place: str) -> str:
        """A sentence with its place before its full stop; the document's own is quoted."""
        text = one_line(line.text, 600)
        bare = _FULL_STOP.sub(r"\1", text)
        if line.is_quote:
            bare = f"“{bare.translate(_QUOTES)}”"
        return f"{bare} ({place})." if place else f"{bare}."

    def _number(self, passage: Passage) -> int:
        if passage.id not in self._numbers:
            self._used.append(passage)
            self._numbers[passage.id] = len(self._used)
        return self._numbers[passage.id]

    def _place(self, place: Place) -> str:
        told = []
        if place.page is not None:
            end = place.page_end
            told.append(
                self.label("pages", place.page, end) if end else self.label("page", place.page)
            )
        if place.sheet is not None:
            told.append(self.label("sheet", one_line(place.sheet, 60)))
        if place.row is not None:
            told.append(self.label("row", place.row))
        elif place.line_start is not None:
            told.append(self.label("line", place.line_start))
        return ", ".join(told)
