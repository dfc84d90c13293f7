"""E-mail message: its headers, its text, its attachments as parts, whatever the format."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import paragraphs, split_lines
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.web.html import add_html

ReadFile = Callable[[FileSource], Document]
"""How the file attached to a message is read."""

_MAX_DEPTH = 3
"""Messages attached to messages that are followed."""


@dataclass(frozen=True)
class Attachment:
    """A file or another message inside a message."""

    name: str
    content: "bytes | MailMessage"


@dataclass(frozen=True)
class MailMessage:
    """A message, decoded."""

    subject: str
    headers: Mapping[str, str]
    """Such as `From`, with names and addresses in letters."""
    text: str
    html: str
    attachments: Iterable[Attachment]


def add_message(
    builder: DocumentBuilder, message: MailMessage, source: FileSource, read_file: ReadFile
) -> None:
    """Add a message: subject, headers, text and what is attached.

    Nothing is added when it holds neither text nor readable attachments.
    """
    body = DocumentBuilder(source.limits)
    if message.text.strip() or not message.html:
        for piece in paragraphs(split_lines(message.text.replace("\r\n", "\n"))):
            body.add(piece.text, piece.kind)
    else:
        add_html(body, message.html)
    parts = _read_attachments(message, source, read_file)
    if body.is_blank and not parts:
        return
    builder.add_heading(message.subject, 1)
    builder.add("\n".join(f"{name}: {value}" for name, value in message.headers.items() if value))
    if not body.is_blank:
        builder.include(body.build(""), builder.sheet)
    for name, document in parts:
        builder.include(document, name)


def _read_attachments(
    message: MailMessage, source: FileSource, read_file: ReadFile
) -> list[tuple[str, Document]]:
    """The attachments that can be read; the others do not spoil the message."""
    found: list[tuple[str, Document]] = []
    if source.depth >= _MAX_DEPTH:
        return found
    for number, attachment in enumerate(message.attachments):
        if number >= source.limits.attachments:
            break
        try:
            document = _read_attachment(attachment, source, read_file)
        except UnreadableError as failure:
            if failure.reason in {"too_large", "timeout"}:
                raise
            continue
        found.append((attachment.name, document))
    return found


def _read_attachment(attachment: Attachment, source: FileSource, read_file: ReadFile) -> Document:
    if isinstance(attachment.content, bytes):
        return read_file(source.attached(attachment.content, attachment.name))
    builder = DocumentBuilder(source.limits)
    inside = replace(source, depth=source.depth + 1)
    add_message(builder, attachment.content, inside, read_file)
    return builder.build(attachment.name)
