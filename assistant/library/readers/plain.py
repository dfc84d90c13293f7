"""Plain text, in any encoding."""

from assistant.core.documents import Document
from assistant.library.readers.building import DocumentBuilder
from assistant.library.readers.lines import add_pieces, lines_of, paragraphs
from assistant.library.readers.source import Source


def read_plain(source: Source) -> Document:
    """Read a text file, paragraph by paragraph."""
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, paragraphs(lines_of(source)))
    return builder.build(source.title())
