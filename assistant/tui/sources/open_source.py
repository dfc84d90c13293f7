"""A source in its file: found again, or the passage as it was read, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Final

from assistant.core.errors import AssistantError
from assistant.core.grounding.references import Quote, Reference
from assistant.core.ports.library import Library
from assistant.core.spans import Span, find, place_at
from assistant.core.values.conversation import Place
from assistant.core.values.documents import Document
from assistant.core.values.library import FileText
from assistant.tui.toolkit.text_view import Sheet, labels_of

AS_READ: Final = "Here is the passage as it was read."


@dataclass(frozen=True)
class Opened:
    """What there is to read."""

    sheet: Sheet
    place: Place
    """Where the source stands now."""
    warning: str = ""
    """Why it is not what the answer was written from."""
    is_file: bool = True
    """Whether this is the file, and not only the passage that was kept."""
    numbered: bool = False
    """Whether a line of the text is the same line of the file."""


def open_source(library: Library, reference: Reference, stop: Event) -> Opened | None:
    """The file with the source marked in it; None when stopped. Takes as long as reading does."""
    try:
        file = library.read(reference.path, stop)
    except AssistantError as failure:
        return _kept(reference, f"{failure.message} {AS_READ}")
    if file is None:
        return None
    same = file.content_hash == reference.content_hash
    spans = [_find(file, quote, same) for quote in reference.quotes]
    quotes = tuple(span for span in spans if span is not None)
    passage = _find(file, Quote(start=reference.start, text=reference.text), same)
    warning = _warning(same, bool(quotes or passage))
    if not quotes and passage is None:
        return _kept(reference, warning)
    sheet = _sheet(file.document, passage, quotes)
    place = reference.place if same else place_at(file.document, *sheet.target)
    return Opened(sheet, place, warning, numbered=file.document.has_lines)


def open_file(library: Library, path: str, stop: Event) -> Opened | None:
    """A file from its beginning; None when stopped.

    Raises:
        AssistantError: it gives no text.
    """
    file = library.read(path, stop)
    if file is None:
        return None
    return Opened(_sheet(file.document, None, ()), Place(), numbered=file.document.has_lines)


def _warning(same: bool, found: bool) -> str:
    if same and found:
        return ""
    if same:
        return f"The passage was not found in the file. {AS_READ}"
    if found:
        return "The file has changed since the answer; this is still in it."
    return f"The file has changed since the answer, and this is no longer in it. {AS_READ}"


def _find(file: FileText, quote: Quote, same: bool) -> Span | None:
    text, end = file.document.text, quote.start + len(quote.text)
    if same and text[quote.start : end] == quote.text:
        return Span(quote.start, end)
    return find(text, quote.text, quote.start)


def _sheet(document: Document, passage: Span | None, quotes: tuple[Span, ...]) -> Sheet:
    labels = () if document.has_lines else tuple(labels_of(document))
    return Sheet(document.text, document.has_lines, labels, passage, quotes)


def _kept(reference: Reference, warning: str) -> Opened:
    """The passage as it is stored with the answer."""
    spans = tuple(_within(reference))
    sheet = Sheet(reference.text, passage=Span(0, len(reference.text)), quotes=spans)
    return Opened(sheet, reference.place, warning, is_file=False)


def _within(reference: Reference) -> Iterator[Span]:
    for quote in reference.quotes:
        span = find(reference.text, quote.text, quote.start - reference.start)
        if span is not None:
            yield span
