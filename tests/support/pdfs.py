"""PDFs made by hand: a few pages of text in Helvetica, small enough to be understood."""

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """A line of text; `y` counts from the lower edge of a page 842 points high."""

    text: str
    y: float
    size: float = 12
    bold: bool = False
    x: float = 72


def pdf_of(
    pages: Sequence[Sequence[Line]],
    title: str = "",
    resources: str = "",
    extra: Sequence[str] = (),
    content: str = "",
    page: str = "",
    catalog: str = "",
) -> bytes:
    """A PDF of these pages.

    `resources`, `content` and `page` are added to each page, `catalog` to the whole; `extra`
    objects are numbered from 10.
    """
    first_page = 10 + len(extra)
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: f"<< /Title ({title}) >>",
    }
    objects |= dict(enumerate(extra, start=10))
    for number, lines in enumerate(pages):
        stream = "".join(map(_shown, lines)) + content
        objects[first_page + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} "
            f"/Contents {first_page + 2 * number + 1} 0 R "
            f"/Resources << /Font << /F0 3 0 R /F1 4 0 R >> {resources} >> >>"
        )
        objects[first_page + 2 * number + 1] = stream_of(stream)
    return _file(objects)


def stream_of(content: str, entries: str = "") -> str:
    """An object that holds a stream."""
    length = len(content.encode("cp1252"))
    return f"<< /Length {length} {entries} >>\nstream\n{content}\nendstream"


def _shown(line: Line) -> str:
    text = line.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    font = "F1" if line.bold else "F0"
    return f"BT /{font} {line.size} Tf {line.x} {line.y} Td ({text}) Tj ET\n"


def _file(objects: dict[int, str]) -> bytes:
    data = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in sorted(objects.items()):
        places[number] = len(data)
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    start = len(data)
    size = max(objects) + 1
    data += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    for number in range(1, size):
        state = f"{places[number]:010} 00000 n" if number in places else "0000000000 65535 f"
        data += f"{state} \n".encode()
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return bytes(data) + trailer.encode()
