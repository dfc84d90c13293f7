import base64

import pytest

from assistant.library.limits import ReadLimits
from tests.support.documents import outline, packed, read_bytes, reason
from tests.support.pdfs import Line, pdf_of

HEAD = "From: Ana =?utf-8?q?Jos=C3=A9?= <ana@x.org>\nTo: b@x.org\nSubject: {}\nMIME-Version: 1.0\n"
SHOWN = "p From: Ana José <ana@x.org>\nTo: b@x.org"


def mail(body: str, subject: str = "Rent") -> str:
    return f"{HEAD.format(subject)}{body}"


def multipart(kind: str, *parts: str) -> str:
    inside = "".join(f"--cut\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=cut\n\n{inside}--cut--\n"


def attached(name: str, data: bytes, kind: str = "application/octet-stream") -> str:
    return (
        f"Content-Type: {kind}\nContent-Disposition: attachment; filename={name}\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(data).decode()}"
    )


TEXT = "Content-Type: text/plain; charset=utf-8\n\nThe rent is due."
PAGE = "Content-Type: text/html\n\n<p>The <b>rent</b> is due.</p>"


@pytest.mark.parametrize(
    "body",
    [
        "\nThe rent is due.",
        TEXT,
        PAGE,
        multipart("alternative", TEXT, PAGE),
        multipart("related", PAGE, "Content-Type: image/png\n\nx"),
        multipart("mixed", multipart("alternative", TEXT, PAGE).replace("cut", "inner")),
        "Content-Transfer-Encoding: quoted-printable\n\nThe rent =\nis due=2E",
        "Content-Transfer-Encoding: base64\n\nVGhlIHJlbnQgaXMgZHVlLg",
        "Content-Type: text/plain; charset=no-such-thing\n\nThe rent is due.",
    ],
)
def test_a_message_is_its_headers_and_its_text(body: str) -> None:
    document = read_bytes("a.eml", mail(body))
    assert outline(document) == ["h1 Rent", SHOWN, "p The rent is due."]
    assert document.title == "Rent"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?b?UmVuw6k=?= and more", "René and more"),
        ("=?iso-8859-1?q?Ren=E9?=", "René"),
        ("=?utf-8?b?!!!?=", "a.eml"),
        ("René", "René"),
        ("", "a.eml"),
    ],
)
def test_a_subject_is_read_however_it_was_sent(subject: str, title: str) -> None:
    assert read_bytes("a.eml", mail("\ntext", subject)).title == title


def test_attachments_are_read_as_parts_of_the_message() -> None:
    body = multipart(
        "mixed",
        TEXT,
        attached("lease.pdf", pdf_of([[Line("Twelve months.", 700)]])),
        attached("photo.jpg", b"\xff\xd8\xff" + bytes(99)),
        attached("broken.docx", b"PK\x03\x04"),
    )
    document = read_bytes("a.eml", mail(body))
    assert [(block.sheet, block.page) for block in document.blocks] == [
        (None, None),
        (None, None),
        (None, None),
        ("lease.pdf", 1),
    ]
    assert document.text.endswith("Twelve months.")


def test_messages_inside_messages_are_followed_to_a_depth() -> None:
    inner = mail(TEXT, "Innermost")
    for level in range(6):
        part = f"Content-Type: message/rfc822\n\n{inner}"
        inner = mail(multipart("mixed", f"\nlevel {level}", part).replace("cut", f"cut{level}"))
    text = read_bytes("a.eml", inner).text
    assert "level 5" in text
    assert "level 2" in text
    assert "Innermost" not in text


def test_a_bomb_that_is_attached_makes_the_whole_message_too_large() -> None:
    bomb = packed({"[Content_Types].xml": "", "word/document.xml": " " * 3_000_000})
    body = multipart("mixed", TEXT, attached("a.docx", bomb))
    assert reason("a.eml", mail(body), ReadLimits(inflated_bytes=1_000_000)) == "too_large"


def test_a_message_without_text_is_empty() -> None:
    body = multipart("mixed", "Content-Type: image/jpeg\n\nxx")
    assert reason("a.eml", mail(body)) == "empty"


def test_a_mailbox_is_its_messages() -> None:
    separator = "From a@b.c Mon Jan  1 00:00:00 2024\n"
    first = mail("\nFirst.\n>From here on.\n", "One")
    second = mail("\nSecond.\n\nFrom my window I see.\n", "Two")
    document = read_bytes("a.mbox", f"{separator}{first}\n{separator}{second}")
    assert outline(document) == [
        "h1 One",
        SHOWN,
        "p First.\nFrom here on.",
        "h1 Two",
        SHOWN,
        "p Second.",
        "p From my window I see.",
    ]
