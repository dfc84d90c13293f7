"""Annotations of a PDF's page: text typed onto it, stamps and filled fields, and comments."""

import ctypes
import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

from assistant.library.readers.pdf.words.runs import Run

_MAX_ANNOTATIONS = 5_000
"""Of a page."""
_MAX_CHARS = 20_000
_INVISIBLE = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_SHOWN = (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET)
"""Kinds whose appearance is text of the page."""
_SILENT = (
    raw.FPDF_ANNOT_WIDGET,
    raw.FPDF_ANNOT_LINK,
    raw.FPDF_ANNOT_POPUP,
    raw.FPDF_ANNOT_FILEATTACHMENT,
    raw.FPDF_ANNOT_SOUND,
    raw.FPDF_ANNOT_MOVIE,
    raw.FPDF_ANNOT_SCREEN,
    raw.FPDF_ANNOT_PRINTERMARK,
    raw.FPDF_ANNOT_TRAPNET,
    raw.FPDF_ANNOT_WATERMARK,
)
_FONT_SIZE = re.compile(r"([\d.]+)\s+Tf")
_USUAL_SIZE = 11.0
_CHAR_WIDTH = 0.5
"""Of a font's size, at the mean."""


class Annotations(NamedTuple):
    """What stands on a page besides its own content."""

    has_appearance: bool
    """Whether some of it is drawn, so that it becomes text of the page once both are made one."""
    typed: list[Run]
    """Text on the page that nothing draws, about where it stands."""
    comments: list[str]
    """Notes, without their authors."""


def annotations_of(page: pypdfium2.PdfPage) -> Annotations:
    """The visible annotations of a page."""
    has_appearance = False
    typed: list[Run] = []
    comments: list[str] = []
    for annotation in _each(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if raw.FPDFAnnot_GetFlags(annotation) & _INVISIBLE:
            continue
        drawn = bool(raw.FPDFAnnot_HasKey(annotation, b"AP"))
        if kind in _SHOWN and (drawn or kind == raw.FPDF_ANNOT_WIDGET):
            has_appearance = True
        elif kind not in _SILENT and (text := _string(annotation, b"Contents").strip()):
            if kind == raw.FPDF_ANNOT_FREETEXT:
                typed += _typed(annotation, text)
            else:
                comments.append(text)
    return Annotations(has_appearance, typed, comments)


def _each(page: pypdfium2.PdfPage) -> Iterator[raw.FPDF_ANNOTATION]:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _string(annotation: raw.FPDF_ANNOTATION, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    text = bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
    return text[:_MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n")


def _typed(annotation: raw.FPDF_ANNOTATION, text: str) -> Iterator[Run]:
    """The lines of a text in its box."""
    rect = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
        return
    told = _FONT_SIZE.search(_string(annotation, b"DA"))
    size = min(max(float(told[1]) if told else 0.0, 0.0), 200.0) or _USUAL_SIZE
    lines = text.split("\n")
    top = max(rect.top, rect.bottom)
    room = abs(rect.top - rect.bottom)
    indent = max(0.0, (room - 1.2 * size) / 2) if len(lines) == 1 else 0.0
    for number, line in enumerate(lines):
        base = top - indent - size - 1.2 * size * number
        if line.strip():
            left = min(rect.left, rect.right)
            right = left + len(line) * _CHAR_WIDTH * size
            words = len(line.split())
            yield Run(" ".join(line.split()), left, right, base, 1.17 * size, -1, -1, words, True)
