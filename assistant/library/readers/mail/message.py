"""E-mail message: its headers, its text, its attachments as parts, whatever the format."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.core.values.documents import Document, PartReason
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import paragraphs, split_lines
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.web.html import add_html

ReadFile = Callable[[FileSource], Document]
"""How the file attached to a message is read."""

_WORD = re.compile(r"\w+")
_MAX_MISSING = 0.25
"""Share of a page's words that may be missing in the plain text that stands for it."""
_MAX_DEPTH = 3
"""Messages attached to messages that are followed."""


@dataclass(frozen=True)
class Attachment:
    """A file or another message inside a message."""

    name: str
    content: "bytes | MailMessage"
    unread: PartReason | None = None
    """Why it is known to give no text."""


@dataclass(frozen=True)
class MailBody:
    """A part of a message's text: plain, as a page, or both for the same."""

    text: str = ""
    html: str = ""


@dataclass(frozen=True)
class MailMessage:
    """A message, decoded."""

    subject: str
    headers: Mapping[str, str]
    """Such as `From`, with names and addresses in letters."""
    bodies: Sequence[MailBody]
    attachments: Iterable[Attachment]


def add_message(
    builder: DocumentBuilder, message: MailMessage, source: FileSource, read_file: ReadFile
) -> None:
    """Add a message: subject, headers, text and what is attached; what is not read is noted.

    Nothing is added when it holds neither text nor attachments that could hold any.
    """
    body = builder.begun()
    for part in message.bodies:
        _add_body(body, part)
    parts: list[tuple[str, Document]] = []
    unread: list[tuple[str, PartReason]] = []
    for name, found in _attachments(message, source, read_file):
        if isinstance(found, Document):
            parts.append((name, found))
        else:
            unread.append((name, found))
    if body.is_blank and not parts and all(reason == "pictures" for _, reason in unread):
        return
    builder.add_heading(message.subject, 1)
    builder.add("\n".join(f"{name}: {value}" for name, value in message.headers.items() if value))
    if not body.is_blank:
        builder.include(body.build(""), builder.sheet)
    for name, document in parts:
        builder.include(document, name)
    for name, reason in unread:
        builder.note_unread("attachment", name, reason)


def without_text(name: str, kind: str) -> PartReason | None:
    """Why an attached file of this name and media type holds no text; None where it may."""
    if "/" not in kind or kind == "application/octet-stream":
        kind = mimetypes.guess_type(name)[0] or kind
    match kind.partition("/")[0]:
        case "image":
            return "pictures"
        case "audio" | "font" | "video":
            return "unsupported"
        case _:
            return None


def _add_body(builder: DocumentBuilder, body: MailBody) -> None:
    """Add the plain text, or the page where it says what the plain text does not."""
    if body.html.strip():
        page = builder.begun()
        add_html(page, body.html)
        if not page.is_blank and _says_more(shown := page.build(""), body.text):
            builder.include(shown, builder.sheet)
            return
    for piece in paragraphs(split_lines(body.text.replace("\r\n", "\n"))):
        builder.add(piece.text, piece.kind)


def _says_more(page: Document, text: str) -> bool:
    """Whether a page has a number that the text does not have, or many words."""
    told = _words(text)
    shown = _words(page.text)
    missing = shown - told
    has_number = any(any(map(str.isdigit, word)) for word in missing)
    return has_number or len(missing) > _MAX_MISSING * len(shown)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _attachments(
    message: MailMessage, source: FileSource, read_file: ReadFile
) -> Iterator[tuple[str, Document | PartReason]]:
    """The attachments, read, or why they are not; those without anything in them are left out."""
    for number, attachment in enumerate(message.attachments):
        if source.depth >= _MAX_DEPTH:
            yield attachment.name, "too_deep"
        elif attachment.unread is not None:
            yield attachment.name, attachment.unread
        elif number >= source.limits.attachments:
            yield attachment.name, "too_large"
        else:
            try:
                yield attachment.name, _read_attachment(attachment, source, read_file)
            except UnreadableError as failure:
                if failure.reason != "empty":
                    yield attachment.name, failure.reason


def _read_attachment(attachment: Attachment, source: FileSource, read_file: ReadFile) -> Document:
    if isinstance(attachment.content, bytes):
        return read_file(source.attached(attachment.content, attachment.name))
    builder = DocumentBuilder(source.limits)
    inside = replace(source, depth=source.depth + 1)
    add_message(builder, attachment.content, inside, read_file)
    return builder.build(attachment.name)
