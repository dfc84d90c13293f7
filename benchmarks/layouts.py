"""Layouts of texts and tables that are known word for word, printed to PDF by LibreOffice."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name if at is None else at}:1.0"'
    for name, at in (
        ("office", None),
        ("style", None),
        ("text", None),
        ("table", None),
        ("fo", "xsl-fo-compatible"),
    )
)
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?><office:document {_NAMESPACES}'
_TEXT = ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">'
_SHEET = ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
_TIMEOUT_S = 300


def office_program() -> str | None:
    """LibreOffice, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def prose(paragraphs: Sequence[str], columns: int, justified: bool) -> str:
    """A text document in columns, with a header and numbered pages."""
    align = "justify" if justified else "start"
    body = "".join(f'<text:p text:style-name="P">{escape(text)}</text:p>' for text in paragraphs)
    return (
        f"{_HEAD}{_TEXT}{_page_style(columns)}"
        '<office:automatic-styles><style:style style:name="P" style:family="paragraph">'
        f'<style:paragraph-properties fo:text-align="{align}" fo:margin-bottom="0.2cm"/>'
        "</style:style></office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    )


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """A table in a text document, whose cells take as many lines as they need."""
    return (
        f"{_HEAD}{_TEXT}{_page_style(1)}<office:body><office:text>"
        f'<table:table table:name="T"><table:table-column table:number-columns-repeated='
        f'"{len(rows[0])}"/>{_rows(rows)}</table:table>'
        "</office:text></office:body></office:document>"
    )


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """A sheet: words on the left of their cells, figures on the right."""
    return (
        f"{_HEAD}{_SHEET}<office:automatic-styles>"
        '<style:style style:name="C" style:family="table-column">'
        '<style:table-column-properties style:column-width="3.3cm"/></style:style>'
        "</office:automatic-styles><office:body><office:spreadsheet>"
        '<table:table table:name="T"><table:table-column table:style-name="C" '
        f'table:number-columns-repeated="{len(rows[0])}"/>{_rows(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document>"
    )


def printed(documents: Mapping[str, str]) -> dict[str, bytes]:
    """The documents, by name, as PDFs.

    Raises:
        FileNotFoundError: LibreOffice is not installed.
    """
    program = office_program()
    if program is None:
        raise FileNotFoundError("LibreOffice")
    with tempfile.TemporaryDirectory(prefix="as-bench-") as name:
        folder = Path(name)
        for document, content in documents.items():
            (folder / document).write_text(content, encoding="utf-8")
        command = [program, "--headless", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "pdf", "--outdir", name]
        command += [str(folder / document) for document in documents]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
        return {
            document: (folder / document).with_suffix(".pdf").read_bytes() for document in documents
        }


def _page_style(columns: int) -> str:
    return (
        '<office:automatic-styles><style:page-layout style:name="L">'
        '<style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
        f'fo:margin="2cm"><style:columns fo:column-count="{columns}" fo:column-gap="0.8cm"/>'
        "</style:page-layout-properties></style:page-layout></office:automatic-styles>"
        '<office:master-styles><style:master-page style:name="Standard" '
        'style:page-layout-name="L"><style:header><text:p>Collected articles</text:p>'
        "</style:header><style:footer><text:p><text:page-number/></text:p></style:footer>"
        "</style:master-page></office:master-styles>"
        if columns
        else ""
    )


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)


def _cell(text: str) -> str:
    kind = (
        f'office:value-type="float" office:value="{text}"'
        if text.isdecimal()
        else 'office:value-type="string"'
    )
    return f"<table:table-cell {kind}><text:p>{escape(text)}</text:p></table:table-cell>"
