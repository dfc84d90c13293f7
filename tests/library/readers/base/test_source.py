"""A document has the title that somebody gave it; a producer's placeholder is none."""

import pytest

from assistant.library.limits import ReadLimits
from assistant.library.readers.base.source import FileSource

SOURCE = FileSource(b"", "lamps.pdf", ReadLimits())

PLACEHOLDERS = [
    "(anonymous)",
    "anonymous",
    "(unspecified)",
    "unspecified",
    "untitled",
    "Untitled-3",
    "Untitled Document",
    "<unknown>",
    "Microsoft Word - x.doc",
    "Microsoft Word - Document3",
    "Dokument1",
    "Dokument 12",
    "Documento sem título",
    "Sem título",
    "Sin título 1",
    "Documento de texto (2)",
    "novo documento",
    "Nuevo documento 4",
    "Apresentação1",
    "Présentation2",
    "Apresentação do PowerPoint",
    "PowerPoint Presentation",
    "Planilha1",
    "Livro2",
    "Libro1",
    "Mappe1",
    "Slide 1",
    "Title",
    "  ",
    "---",
    "2024",
    "scan_001.tif",
]


@pytest.mark.parametrize("title", PLACEHOLDERS)
def test_a_placeholder_is_no_title(title: str) -> None:
    assert SOURCE.title(title) == "lamps.pdf"
    assert SOURCE.title(title, "Lamps for the hall") == "Lamps for the hall"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Microsoft Word - Lamps for the hall", "Lamps for the hall"),
        ("Documento de visão", "Documento de visão"),
        ("Document management in 2024", "Document management in 2024"),
        ("The anonymous letter", "The anonymous letter"),
        ("Title deeds", "Title deeds"),
        ("Unknown pleasures", "Unknown pleasures"),
        ("Default rates of loans", "Default rates of loans"),
        ("Bookkeeping", "Bookkeeping"),
        ("Livro de receitas", "Livro de receitas"),
        ("Contact", "Contact"),
    ],
)
def test_a_title_that_somebody_chose_is_kept(title: str, kept: str) -> None:
    assert SOURCE.title(title) == kept
