"""Source look-up: the passage found again in its file, or as it was read, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Final

from assistant.core.errors import AssistantError
from assistant.core.grounding.references import Quote, Reference
from assistant.core.ports.library import Library
from assistant.core.spans import Span, find_quote, place_at
from assistant.core.values.conversation import Place
from assistant.core.values.documents import Document
from assistant.core.values.library import FileText
from assistant.core.wording import unread_sentence
from assistant.language.messages import _, localized
from assistant.tui.toolkit.text_view import MarkedText, labels_of

STORED_PASSAGE_TEXT: Final = _("This is the passage as it was read.")


@dataclass(frozen=True)
class OpenedSource:
    """Source as it is shown: text, place, and a warning."""

    sheet: MarkedText
    place: Place
    """Where the source stands now."""
    warning: str = ""
    """Why it is not what the answer was written from."""
    is_file: bool = True
    """Whether this is the file, and not only the passage that was kept."""
    numbered: bool = False
    """Whether a line of the text is the same line of the file."""


def open_source(library: Library, reference: Reference, stop: Event) -> OpenedSource | None:
    """Open the file with the source marked in it; takes as long as reading does.

    Returns: None when stopped.
    """
    try:
        file = library.read(reference.path, stop)
    except AssistantError as failure:
        return _stored_passage(reference, f"{localized(failure.message)} {STORED_PASSAGE_TEXT}")
    if file is None:
        return None
    same = file.content_hash == reference.content_hash
    spans = [_find_quote(file, quote, same) for quote in reference.quotes]
    quotes = tuple(span for span in spans if span is not None)
    passage = _find_quote(file, Quote(start=reference.start, text=reference.text), same)
    warnings = (_warning(same, bool(quotes or passage)), _unread_warning(file))
    warning = " ".join(filter(None, warnings))
    if not quotes and passage is None:
        return _stored_passage(reference, warning)
    sheet = _sheet(file.document, passage, quotes)
    place = reference.place if same else place_at(file.document, *sheet.target)
    return OpenedSource(sheet, place, warning, numbered=file.document.has_lines)


def open_file(library: Library, path: str, stop: Event) -> OpenedSource | None:
    """Open a file from its beginning.

    Returns: None when stopped.

    Raises:
        AssistantError: it gives no text.
    """
    file = library.read(path, stop)
    if file is None:
        return None
    sheet = _sheet(file.document, None, ())
    return OpenedSource(sheet, Place(), _unread_warning(file), numbered=file.document.has_lines)


def _unread_warning(file: FileText) -> str:
    unread = file.document.unread
    return _("Read in part: {unread}.", unread=unread_sentence(unread)) if unread else ""


def _warning(same: bool, found: bool) -> str:
    if same and found:
        return ""
    if same:
        return f"{_('The passage was not found in the file.')} {STORED_PASSAGE_TEXT}"
    if found:
        return _("The file has changed since the answer; this is still in it.")
    changed = _("The file has changed since the answer, and this is no longer in it.")
    return f"{changed} {STORED_PASSAGE_TEXT}"


def _find_quote(file: FileText, quote: Quote, same: bool) -> Span | None:
    text, end = file.document.text, quote.start + len(quote.text)
    if same and text[quote.start : end] == quote.text:
        return Span(quote.start, end)
    return find_quote(text, quote.text, quote.start)


def _sheet(document: Document, passage: Span | None, quotes: tuple[Span, ...]) -> MarkedText:
    labels = () if document.has_lines else tuple(labels_of(document))
    return MarkedText(document.text, document.has_lines, labels, passage, quotes)


def _stored_passage(reference: Reference, warning: str) -> OpenedSource:
    """The passage as it is stored with the answer."""
    spans = tuple(_quotes_within(reference))
    sheet = MarkedText(reference.text, passage=Span(0, len(reference.text)), quotes=spans)
    return OpenedSource(sheet, reference.place, warning, is_file=False)


def _quotes_within(reference: Reference) -> Iterator[Span]:
    for quote in reference.quotes:
        span = find_quote(reference.text, quote.text, quote.start - reference.start)
        if span is not None:
            yield span
