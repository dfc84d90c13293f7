"""Documents that the tests of readers make for themselves, and how they look at what comes out."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.core.values.documents import Document
from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.dispatch import read
from tests.support.checkout import CHECKOUT


def read_bytes(name: str, data: bytes | str, limits: ReadLimits | None = None) -> Document:
    """Read a file of this name and content; check the laws of blocks on the way."""
    content = data.encode() if isinstance(data, str) else data
    document = read(FileSource(content, name, limits or ReadLimits()))
    check_blocks(document)
    return document


def check_blocks(document: Document) -> None:
    """Blocks come in order, do not overlap, show something, and leave out only white space."""
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        assert not document.text[end : block.start].strip()
        assert document.text[block.start : block.end].strip()
        end = block.end
    assert not document.text[end:].strip()


def reason(name: str, data: bytes | str, limits: ReadLimits | None = None) -> str:
    """Why a file cannot be read."""
    with pytest.raises(UnreadableError) as caught:
        read_bytes(name, data, limits)
    assert caught.value.detail
    return caught.value.reason


def outline(document: Document) -> list[str]:
    """Blocks as lines such as `h1 Title`, `list item`, `columns Name | Age` or `row a | b`."""
    marks = {"paragraph": "p", "heading": "h"}
    return [
        f"{marks.get(block.kind, block.kind)}{block.level or ''} "
        f"{document.text[block.start : block.end]}"
        for block in document.blocks
    ]


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these parts, always the same: it is part of tests' names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def shared_documents() -> Path | None:
    """The folder of real documents, where there is one."""
    named = os.environ.get("ASSISTANT_TEST_DATA")
    beside = CHECKOUT.parent / "shared"
    folder = (Path(named) if named else beside) / "docs"
    return folder if (folder / "manifest.tsv").is_file() else None
