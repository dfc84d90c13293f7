import pytest

from assistant.library.limits import ReadLimits
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.sniffing import kind_of
from tests.support.documents import packed, reason

PAGE = b"<!-- made by hand -->\n<!DOCTYPE html><html><body>text</body></html>"
MAIL = b"Received: from x by y;\r\n\tMon, 1 Jan 2024\r\nFrom: a@b.c\r\nSubject: s\r\n\r\nHello\r\n"
MBOX = b"From a@b.c Mon Jan  1 00:00:00 2024\nSubject: s\n\nHello\n"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"words", "plain"),
        ("README", b"words", "plain"),
        ("1700.M1P2.host:2,S", MAIL, "eml"),
        ("a.txt", MAIL, "eml"),
        ("mail", MBOX, "mbox"),
        ("page", PAGE, "html"),
        ("export.xls", PAGE, "html"),
        ("a.txt", b"%PDF-1.7 ...", "pdf"),
        ("a.doc", b"{\\rtf1 text}", "rtf"),
        ("page.html", b"no mark of a page", "html"),
        ("a.md", b"<div align=center>", "markdown"),
        ("a.php", b"<html><?php", "html"),
        ("a.py", b"From x import y", "code"),
        ("a.csv", b"a;b", "delimited"),
        ("feed", b"<?xml version='1.0'?><rss/>", "xml"),
        ("feed.xml", b"<?xml version='1.0'?><html xmlns='...'/>", "html"),
        ("talk", b"WEBVTT\n\n", "subtitles"),
        ("a.docx", packed({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "workbook"),
        ("book", packed({"META-INF/container.xml": ""}), "epub"),
        ("UPPER.TXT", b"words", "plain"),
        (".bashrc", b"words", "plain"),
    ],
)
def test_what_is_in_a_file_says_more_than_its_name(name: str, data: bytes, kind: str) -> None:
    assert kind_of(FileSource(data, name, ReadLimits())) == kind


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\xef\xbb\xbf \r\n\0", "empty"),
        ("a.pdf", b"words", "corrupt"),
        ("a.rtf", b"words", "corrupt"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(64), "corrupt"),
        ("tool", b"\x7fELF\x02\x01\x01" + bytes(64), "unsupported"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64), "unsupported"),
        ("a.zip", packed({"notes.txt": "words"}), "unsupported"),
        ("a.apk", b"PK\x03\x04 cut", "unsupported"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "corrupt"),
    ],
)
def test_what_cannot_be_read_has_its_reason(name: str, data: bytes, expected: str) -> None:
    assert reason(name, data) == expected
