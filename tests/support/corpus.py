"""Small real files for tests of the library."""

from pathlib import Path

BREAD = """# The bakery

## Opening hours

The bakery opens at seven in the morning, except on Mondays.

## Prices

A loaf of rye bread costs four euros and fifty cents.
"""

PORTUGUESE = "O farol da ilha foi construído em 1869 e ainda funciona todas as noites.\n"


ENGLISH_RULES = (
    "The library opens at nine and it closes at five. Students who are enrolled can borrow books"
    " for two weeks, and the fine for late returns is one real for each day."
)
PORTUGUESE_RULES = (
    "A biblioteca abre às nove e fecha às cinco. Os alunos que estão matriculados podem emprestar"
    " livros por duas semanas, e a multa por atraso na devolução é de um real por dia."
)


def write_corpus(folder: Path) -> None:
    """A text, a Markdown file, a PDF of two pages, and what cannot be read."""
    (folder / "sub").mkdir(parents=True)
    (folder / "bakery.md").write_text(BREAD)
    (folder / "sub" / "farol.txt").write_text(PORTUGUESE, encoding="utf-8")
    (folder / "harbour.pdf").write_bytes(
        pdf(
            "The harbour was dredged in the spring.",
            "The ferry to the island leaves twice a day.",
        )
    )
    (folder / "empty.txt").write_text("")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 and then nothing of use")


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page; see ISO 32000-1, 7.5."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kids = []
    for text in pages:
        content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %s >> >> >>" % (number + 1, font)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(written)
