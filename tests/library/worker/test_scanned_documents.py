"""Scanned documents are tried again when they can be read, and only then."""

import sys
from pathlib import Path

import pytest

from assistant.library.limits import OcrOptions
from assistant.library.worker import open_library
from tests.support.made_library import STAMP, MadeLibrary

HERE = OcrOptions(command=sys.executable)
"""Some program that is there."""


@pytest.fixture
def scan(made: MadeLibrary) -> bytes:
    """A file that was found to have no text, beside one that is broken."""
    for name, reason in (("scan.pdf", "no_text"), ("broken.pdf", "corrupt")):
        path = f"/docs/{name}".encode()
        made.catalog.add_found(made.root, [(path, STAMP)])
        made.catalog.skip(path, STAMP, reason, "")
    return b"/docs/scan.pdf"


def waiting(made: MadeLibrary) -> list[bytes]:
    return [known.path for known in made.catalog.waiting()]


def test_scans_are_read_when_reading_them_is_switched_on(made: MadeLibrary, scan: bytes) -> None:
    assert not open_library.requeue_for_ocr(made.database, None)
    assert waiting(made) == []
    assert open_library.requeue_for_ocr(made.database, HERE)
    assert waiting(made) == [scan]


def test_what_was_tried_in_vain_is_not_tried_at_every_start(made: MadeLibrary, scan: bytes) -> None:
    open_library.requeue_for_ocr(made.database, HERE)
    made.catalog.skip(scan, STAMP, "no_text", "no words")
    assert not open_library.requeue_for_ocr(made.database, HERE)
    assert waiting(made) == []

    assert open_library.requeue_for_ocr(
        made.database, HERE.model_copy(update={"languages": ("deu",)})
    )
    assert waiting(made) == [scan]


def test_a_program_that_is_installed_later_is_noticed(
    made: MadeLibrary, scan: bytes, tmp_path: Path
) -> None:
    missing = OcrOptions(command=str(tmp_path / "tesseract"))
    assert not open_library.requeue_for_ocr(made.database, missing)
    assert waiting(made) == []

    (tmp_path / "tesseract").write_text("#!/bin/sh\n")
    (tmp_path / "tesseract").chmod(0o755)
    assert open_library.requeue_for_ocr(made.database, missing)
    assert waiting(made) == [scan]
