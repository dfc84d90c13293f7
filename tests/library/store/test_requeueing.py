"""What could not be read is tried again when more can be read, and only then."""

import sys
from pathlib import Path

import pytest

from assistant.core.values.documents import PartReason, UnreadParts
from assistant.library.limits import OcrOptions
from assistant.library.store.catalog import FileStamp
from assistant.library.store.requeueing import requeue_for_ocr, requeue_outdated
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
    assert not requeue_for_ocr(made.database, None)
    assert waiting(made) == []
    assert requeue_for_ocr(made.database, HERE)
    assert waiting(made) == [scan]


def test_what_was_tried_in_vain_is_not_tried_at_every_start(made: MadeLibrary, scan: bytes) -> None:
    requeue_for_ocr(made.database, HERE)
    made.catalog.skip(scan, STAMP, "no_text", "no words")
    assert not requeue_for_ocr(made.database, HERE)
    assert waiting(made) == []

    assert requeue_for_ocr(made.database, HERE.model_copy(update={"languages": ("deu",)}))
    assert waiting(made) == [scan]


def test_a_program_that_is_installed_later_is_noticed(
    made: MadeLibrary, scan: bytes, tmp_path: Path
) -> None:
    missing = OcrOptions(command=str(tmp_path / "tesseract"))
    assert not requeue_for_ocr(made.database, missing)
    assert waiting(made) == []

    (tmp_path / "tesseract").write_text("#!/bin/sh\n")
    (tmp_path / "tesseract").chmod(0o755)
    assert requeue_for_ocr(made.database, missing)
    assert waiting(made) == [scan]


def read_in_part(made: MadeLibrary, name: str, reason: PartReason) -> None:
    made.put(name, "The pump moves water.")
    path = f"/docs/{name}".encode()
    unread = UnreadParts(kind="page", names=("2–3",), count=2, reason=reason, total=3)
    made.catalog.replace(path, STAMP, "digest", name, [], [unread])


def test_files_with_scanned_pages_are_read_again_with_ocr(made: MadeLibrary) -> None:
    read_in_part(made, "pictures.pdf", "pictures")
    read_in_part(made, "letters.pdf", "no_meaning")
    read_in_part(made, "mail.eml", "corrupt")
    made.put("whole.txt", "All of it.")
    requeue_for_ocr(made.database, HERE)
    assert waiting(made) == [b"/docs/pictures.pdf", b"/docs/letters.pdf"]
    assert [known.revision for known in made.catalog.waiting()] == [0, 0]


def test_what_earlier_readers_read_is_read_again_and_stays_until_then(made: MadeLibrary) -> None:
    made.put("old.txt", "The pump moves water.")
    made.put("new.txt", "The pump needs oil.")
    made.catalog.add_found(made.root, [(b"/docs/huge.iso", FileStamp(0, 0, 0))])
    made.catalog.skip(b"/docs/huge.iso", FileStamp(0, 0, 0), "unsupported", "")
    assert not requeue_outdated(made.database)
    with made.database.write() as connection:
        connection.execute("UPDATE files SET revision = 0 WHERE display != '/docs/new.txt'")
    assert requeue_outdated(made.database)
    assert waiting(made) == [b"/docs/old.txt"]
    assert made.search("water") == ["old.txt"]
