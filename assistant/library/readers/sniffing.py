"""File type sniffing: by what is in a file first, by its name second."""

import re
from typing import Literal

import olefile

from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import ZipArchive
from assistant.library.readers.base.decoding import decode
from assistant.library.readers.base.source import FileSource

Kind = Literal[
    "code",
    "delimited",
    "docx",
    "eml",
    "epub",
    "html",
    "json",
    "latex",
    "markdown",
    "mbox",
    "msg",
    "notebook",
    "opendocument",
    "org",
    "pdf",
    "plain",
    "pptx",
    "rst",
    "rtf",
    "settings",
    "subtitles",
    "workbook",
    "xml",
]

_BY_SUFFIX: dict[Kind, str] = {
    "code": "asm bash bat c cc cl clj cljs cmake coffee cpp cs css cu cxx d dart el erl ex exs f"
    " f90 fish fs fsx gd go gradle groovy h hh hpp hs hxx java jl js jsx kt kts lean less lisp lua"
    " m mjs ml mli mm nim nix pas php pl pm proto ps1 py pyi pyx r rb rs s sass scala scm scss sh"
    " sol sql"
    " svelte swift tcl tf ts tsx v vb vhd vhdl vim vue zig zsh",
    "delimited": "csv tsv tab psv",
    "eml": "eml mht mhtml",
    "html": "html htm xhtml xht shtml",
    "json": "json jsonl ndjson geojson json5 jsonc webmanifest",
    "latex": "tex ltx latex sty cls",
    "markdown": "md markdown mdown mkd mdx qmd rmd",
    "mbox": "mbox mbx",
    "notebook": "ipynb",
    "org": "org",
    "plain": "txt text log asc nfo readme license me adoc asciidoc textile wiki rtx diff patch bib",
    "rst": "rst rest",
    "settings": "yaml yml toml ini cfg conf properties env desktop editorconfig",
    "subtitles": "srt vtt sbv",
    "xml": "xml xsd xsl xslt rss atom opml dbk docbook jats nxml tei plist kml gpx wsdl fb2 rdf",
}
KIND_OF_SUFFIX: dict[str, Kind] = {
    suffix: kind for kind, suffixes in _BY_SUFFIX.items() for suffix in suffixes.split()
}
_CONTAINERS = frozenset(
    {"pdf", "docx", "docm", "dotx", "pptx", "pptm", "potx", "ppsx", "xlsx", "xlsm", "xltx", "xlsb"}
    | {"odt", "ott", "ods", "ots", "odp", "otp", "epub", "msg", "rtf"}
)
"""Names under which text is no text but a damaged file."""
_OFTEN_WRONG = frozenset(
    {"", "doc", "xls", "asp", "aspx", "php", "cgi", "htm", "dat", "tmp", "bak"}
)
"""Names that say little: web sites send pages and tables under them."""

_PARTS: dict[str, Kind] = {"word/": "docx", "ppt/": "pptx", "xl/": "workbook"}
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,5000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_XML = re.compile(r"\s*<\?xml\s")
_MBOX = re.compile(r"From \S+ .*\d{2}:\d{2}.*\n")
_MAIL_HEADER = re.compile(
    r"(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To|From|To|Subject|Date|Reply-To"
    r"|Content-Type|DKIM-Signature|X-[\w-]+): ?.*(?:\n[ \t].*)*\n",
    re.IGNORECASE,
)
_MAIL_MARK = re.compile(
    r"^(?:Received|Message-ID|MIME-Version|Return-Path|Delivered-To):", re.I | re.M
)
_BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf"
_HEAD_CHARS = 20_000


def kind_of(source: FileSource) -> Kind:
    """The kind of a file, by its content first and its name second.

    Raises:
        UnreadableError: nothing in it (`empty`), a container that needs a password
            (`encrypted`), not what its name says (`corrupt`), or nothing that can be read
            (`unsupported`).
    """
    data = source.data
    if not data.strip(_BLANK):
        raise UnreadableError("empty", "nothing but white space in it" if data else "0 bytes")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(source)
    if data.startswith(olefile.MAGIC):
        return _kind_of_compound(source)
    if data[:1024].lstrip(_BLANK).startswith(b"%PDF-") or (
        source.suffix == "pdf" and b"%PDF-" in data[:1024]
    ):
        return "pdf"
    if data.lstrip(_BLANK).startswith(b"{\\rtf"):
        return "rtf"
    if source.suffix in _CONTAINERS:
        raise UnreadableError("corrupt", f"not a .{source.suffix} file, whatever its name says")
    return _kind_of_text(source)


def _kind_of_zip(source: FileSource) -> Kind:
    try:
        archive = ZipArchive(source.data, source.limits)
    except UnreadableError as failure:
        if failure.reason == "corrupt" and source.suffix not in _CONTAINERS:
            raise UnreadableError("unsupported", "a zip archive") from None
        raise
    media_type = archive.find("mimetype") or b""
    if media_type.startswith(_OPEN_DOCUMENT) and "content.xml" in archive:
        return "opendocument"
    if media_type.startswith(b"application/epub") or "META-INF/container.xml" in archive:
        return "epub"
    for folder, kind in _PARTS.items():
        if "[Content_Types].xml" in archive and archive.names(folder):
            return kind
    if source.suffix in {"odt", "ods", "odp", "ott", "ots", "otp"}:
        return "opendocument"
    if source.suffix in _CONTAINERS:
        raise UnreadableError("corrupt", f"a zip archive, but not a .{source.suffix} file")
    raise UnreadableError("unsupported", "a zip archive")


def _kind_of_compound(source: FileSource) -> Kind:
    try:
        with olefile.OleFileIO(source.data) as compound:
            names = {entry[0].lower() for entry in compound.listdir()}
    except (OSError, ValueError, IndexError, TypeError) as failure:
        raise UnreadableError("corrupt", f"damaged compound file: {failure}") from None
    if {"encryptedpackage", "encryptioninfo"} & names:
        raise UnreadableError("encrypted", "it opens with a password only")
    if {"workbook", "book"} & names:
        return "workbook"
    if "__properties_version1.0" in names:
        return "msg"
    if "worddocument" in names:
        raise UnreadableError("unsupported", "Word 97 format; save it as .docx")
    if "powerpoint document" in names:
        raise UnreadableError("unsupported", "PowerPoint 97 format; save it as .pptx")
    raise UnreadableError("unsupported", "an unknown compound file")


def _kind_of_text(source: FileSource) -> Kind:
    by_name = KIND_OF_SUFFIX.get(source.suffix)
    if by_name == "html":
        return by_name
    try:
        head = decode(source.data[:_HEAD_CHARS])
    except UnreadableError as failure:
        if by_name is not None:
            raise
        raise UnreadableError("unsupported", "this file type is not supported") from failure
    if by_name in {None, "plain", "xml"} or source.suffix in _OFTEN_WRONG:
        return _kind_by_head(head.replace("\r\n", "\n")) or by_name or "plain"
    return by_name


def _kind_by_head(head: str) -> Kind | None:
    if _HTML.match(head):
        return "html"
    if _XML.match(head):
        return "xml"
    if _MBOX.match(head):
        return "mbox"
    if head.startswith("WEBVTT"):
        return "subtitles"
    first = _MAIL_HEADER.match(head)
    if first and _MAIL_HEADER.match(head, first.end()) and _MAIL_MARK.search(head):
        return "eml"
    return None
