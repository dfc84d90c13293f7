"""Office Open XML: what its formats share; relations between parts, properties, charts, diagrams.

Namespaces are not looked at: the strict and the transitional dialect differ in nothing else that
matters here.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.library.readers.base.archive import (
    Element,
    ZipArchive,
    attribute,
    below,
    local,
    parse_part,
)
from assistant.library.readers.base.builder import DocumentBuilder

_EMBEDDED = ("package", "oleObject")
"""Kinds of relations to files that a document holds."""
_NUMBER = re.compile(r"-?\d{1,15}\.\d{1,20}(E-?\d{1,3})?")
_MAX_DIGITS = 15
"""Digits beyond it are an artefact of binary fractions."""


class Relationship(NamedTuple):
    """A link from one part to another."""

    id: str
    kind: str
    """The last word of the relation's type, such as `image` or `notesSlide`."""
    target: str
    """The name of the other part."""


def relations(archive: ZipArchive, part: str) -> list[Relationship]:
    """The relations of `part` to other parts, in their order."""
    folder, name = posixpath.split(part)
    data = archive.find(f"{folder}/_rels/{name}.rels")
    if data is None:
        return []
    found = []
    for link in below(parse_part(data, f"{name}.rels"), "Relationship"):
        if attribute(link, "TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attribute(link, "Target")))
            kind = attribute(link, "Type").rpartition("/")[2]
            found.append(Relationship(attribute(link, "Id"), kind, target.lstrip("/")))
    return found


def main_part(archive: ZipArchive, usual: str) -> str:
    """The name of the part that everything starts from."""
    for relation in relations(archive, ""):
        if relation.kind == "officeDocument":
            return relation.target
    return usual


def parts_of_kind(archive: ZipArchive, part: str, *kinds: str) -> Iterator[tuple[str, Element]]:
    """Name and root of the parts that `part` has relations of these kinds to."""
    for relation in relations(archive, part):
        if relation.kind in kinds and (data := archive.find(relation.target)) is not None:
            yield relation.target, parse_part(data, relation.target)


def note_embedded(builder: DocumentBuilder, archive: ZipArchive, part: str) -> None:
    """Note the files embedded in `part`, of which it shows no more than a picture."""
    for relation in relations(archive, part):
        if relation.kind in _EMBEDDED:
            builder.note_unread("object", posixpath.basename(relation.target), "unsupported")


def core_title(archive: ZipArchive) -> str:
    """The title in the document's properties, or an empty text."""
    data = archive.find("docProps/core.xml")
    if data is None:
        return ""
    return next((title.text or "" for title in below(parse_part(data, "core.xml"), "title")), "")


def drawing_text(root: Element) -> Iterator[str]:
    """Paragraphs of DrawingML: shapes, text boxes, diagrams."""
    for paragraph in below(root, "p"):
        if text := "".join(_runs(paragraph)).strip():
            yield text


def _runs(paragraph: Element) -> Iterator[str]:
    for piece in below(paragraph, "t", "br", "tab"):
        yield {"br": "\n", "tab": "\t"}.get(local(piece)) or piece.text or ""


def chart_text(root: Element) -> Iterator[str]:
    """A chart's titles, then its series, each with its values by category."""
    yield from drawing_text(root)
    for series in below(root, "ser"):
        name = " ".join(_values(series, "tx"))
        categories = [*_values(series, "cat", "xVal")]
        values = [*_values(series, "val", "yVal", "bubbleSize")]
        if len(categories) == len(values):
            values = [f"{key} {value}" for key, value in zip(categories, values, strict=True)]
        else:
            values = categories + values
        if name or values:
            yield f"{name}: {'; '.join(values)}".strip(": ")


def _values(series: Element, *names: str) -> Iterator[str]:
    for group in series:
        if local(group) in names:
            for value in below(group, "v"):
                yield _shortened(" ".join((value.text or "").split()))


def _shortened(number: str) -> str:
    """4.4000000000000004 as it was typed: 4.4."""
    if len(number) < _MAX_DIGITS or not _NUMBER.fullmatch(number):
        return number
    return format(float(number), ".12g")


def without_fallbacks(root: Element) -> Element:
    """`root` without the second version of a drawing that old programs would show."""
    for fallback in list(below(root, "Fallback")):
        parent = fallback.getparent()
        if parent is not None:
            parent.remove(fallback)
    return root
