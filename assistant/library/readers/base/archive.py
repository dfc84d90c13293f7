"""Zip archives (OOXML, OpenDocument, EPUB) and their XML parts.

They are unpacked with a count of what comes out.

The sizes that an archive states are not believed, and a wrong checksum is no reason to give up
the words that came out.

XML is parsed without fetching anything and without expanding bombs.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from assistant.library.limits import ReadLimits, UnreadableError

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_PIECE_BYTES = 1 << 20


class ZipArchive:
    """A zip file in memory. Names are compared without regard to case, as Office does."""

    def __init__(self, data: bytes, limits: ReadLimits) -> None:
        """Read the list of entries.

        Raises:
            UnreadableError: not a whole zip file (`corrupt`), or too many entries (`too_large`).
        """
        self._data = data
        self._limits = limits
        self._inflated = 0
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as failure:
            raise UnreadableError("corrupt", f"damaged zip container: {failure}") from None
        if len(entries) > limits.archive_entries:
            raise UnreadableError("too_large", f"more than {limits.archive_entries:,} parts")
        self._entries = {_key(entry.filename): entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    def names(self, prefix: str = "") -> list[str]:
        """The names of entries below `prefix`, in small letters and in the archive's order."""
        return [name for name in self._entries if name.startswith(prefix)]

    def find(self, name: str) -> bytes | None:
        """The bytes of the entry `name`, or None when there is none.

        Raises:
            UnreadableError: it is damaged, encrypted, or unpacks to too much.
        """
        entry = self._entries.get(_key(name))
        return None if entry is None else self._unpack(entry)

    def read(self, name: str) -> bytes:
        """The bytes of the entry `name`.

        Raises:
            UnreadableError: it is missing, damaged, encrypted, or unpacks to too much.
        """
        data = self.find(name)
        if data is None:
            raise UnreadableError("corrupt", f"the part {name} is missing")
        return data

    def check_all(self) -> None:
        """Unpack every entry once and drop it: for libraries that unpack without a limit."""
        for entry in self._entries.values():
            self._unpack(entry, keep=False)

    def _unpack(self, entry: zipfile.ZipInfo, *, keep: bool = True) -> bytes:
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableError("encrypted", "a part is protected by a password")
        packed = self._packed(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            self._count(len(packed), entry, len(packed))
            return bytes(packed)
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise UnreadableError("corrupt", f"packed in an unknown way: {entry.filename}")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        pieces: list[bytes] = []
        total = 0
        rest: bytes | memoryview = packed
        try:
            while not inflater.eof and (rest or total == 0):
                piece = inflater.decompress(rest, _PIECE_BYTES)
                rest = inflater.unconsumed_tail
                total += len(piece)
                self._count(len(piece), entry, total)
                if keep:
                    pieces.append(piece)
                if not piece and not rest:
                    break
        except zlib.error as failure:
            if not total:
                raise UnreadableError("corrupt", f"{entry.filename}: {failure}") from None
        return b"".join(pieces)

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview:
        start = entry.header_offset
        try:
            mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(self._data, start)
        except struct.error:
            mark, name_length, extra_length = b"", 0, 0
        if mark != b"PK\x03\x04":
            raise UnreadableError("corrupt", f"{entry.filename} is not where it should be")
        start += _LOCAL_HEADER.size + name_length + extra_length
        return memoryview(self._data)[start : start + entry.compress_size]

    def _count(self, piece: int, entry: zipfile.ZipInfo, total: int) -> None:
        limits = self._limits
        self._inflated += piece
        if self._inflated > limits.inflated_bytes:
            megabytes = limits.inflated_bytes // 1_000_000
            raise UnreadableError("too_large", f"unpacks to more than {megabytes:,} MB")
        ratio = total / max(entry.compress_size, 1)
        if total > limits.suspicious_bytes and ratio > limits.inflation_ratio:
            raise UnreadableError("too_large", f"{entry.filename} unpacks without end")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


Element = etree._Element

PARSING: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
    "huge_tree": True,
}
"""How XML parts are parsed: nothing is fetched, no entity expanded, and no part is too large."""


def parse_part(data: bytes, name: str) -> Element:
    """Parse an XML part of a document; of a damaged one what can be saved.

    Returns: its root.

    Raises:
        UnreadableError: nothing can be saved (`corrupt`).
    """
    for recover in (False, True):
        parser = etree.XMLParser(recover=recover, **PARSING)
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            return root
    raise UnreadableError("corrupt", f"the part {name} is damaged")


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """The attribute `name` in whatever namespace; empty when there is none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def below(element: Element, *names: str) -> Iterator[Element]:
    """All elements inside `element` that are called one of `names`, in any namespace."""
    return element.iterdescendants(*(f"{{*}}{name}" for name in names))


def first(element: Element, *names: str) -> Element | None:
    """The first of `below`."""
    return next(below(element, *names), None)
