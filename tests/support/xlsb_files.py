"""Small binary workbooks, record by record ([MS-XLSB])."""

import struct

from tests.support.documents import packed
from tests.support.office_files import relations


def record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(content), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + content


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def row(number: int, *, hidden: bool = False) -> bytes:
    flags = 0x10 if hidden else 0
    return record(0, struct.pack("<2IH2B", number, 0, 300, 0, flags) + bytes(5))


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<2I", column, style) + value)


def real(column: int, value: float, style: int = 0) -> bytes:
    return cell(5, column, struct.pack("<d", value), style)


def word(column: int, value: str) -> bytes:
    return cell(6, column, text(value))


def merged(top: int, bottom: int, left: int, right: int) -> bytes:
    return record(176, struct.pack("<4I", top, bottom, left, right))


def xlsb(*sheets: tuple[str, bytes], formats: tuple[str, ...] = (), shared: str = "") -> bytes:
    """A workbook; style `n` of its cells shows numbers in the n-th of `formats`, from 1."""
    styles = b"".join(
        record(44, struct.pack("<H", 164 + n) + text(code)) for n, code in enumerate(formats)
    )
    styles += record(617) + record(47, bytes(16))
    for number in range(len(formats)):
        styles += record(47, struct.pack("<2H", 0, 164 + number) + bytes(12))
    listed = b"".join(
        record(156, struct.pack("<2I", 0, n) + text(f"r{n}") + text(name))
        for n, (name, _) in enumerate(sheets, start=1)
    )
    links = [("worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(sheets) + 1)]
    links += [("styles", "styles.bin"), ("sharedStrings", "sharedStrings.bin")]
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": record(153, bytes(12)) + listed,
            "xl/_rels/workbook.bin.rels": relations(*links),
            "xl/styles.bin": styles + record(618),
            "xl/sharedStrings.bin": record(19, b"\0" + text(shared)),
            **{f"xl/worksheets/sheet{n}.bin": sheets[n - 1][1] for n in range(1, len(sheets) + 1)},
        }
    )
