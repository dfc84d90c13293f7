import base64

import pytest

from assistant.core.values.documents import Document
from assistant.core.wording import unread_place
from assistant.library.limits import ReadLimits
from tests.support.documents import outline, packed, read_bytes, reason
from tests.support.pdfs import Line, pdf_of, stream_of

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
    assert notes(document) == [
        "attachment photo.jpg: pictures",
        "attachment broken.docx: corrupt",
    ]


def test_messages_inside_messages_are_followed_to_a_depth() -> None:
    inner = mail(TEXT, "Innermost")
    for level in range(6):
        part = f"Content-Type: message/rfc822\n\n{inner}"
        inner = mail(multipart("mixed", f"\nlevel {level}", part).replace("cut", f"cut{level}"))
    text = read_bytes("a.eml", inner).text
    assert "level 5" in text
    assert "level 2" in text
    assert "Innermost" not in text
    (note,) = read_bytes("a.eml", inner).unread
    assert (note.kind, note.reason) == ("attachment", "too_deep")


def notes(document: Document) -> list[str]:
    return [f"{unread_place(part)}: {part.reason}" for part in document.unread]


def test_a_bomb_that_is_attached_is_left_out_and_noted() -> None:
    bomb = packed({"[Content_Types].xml": "", "word/document.xml": " " * 3_000_000})
    body = multipart("mixed", TEXT, attached("a.docx", bomb))
    document = read_bytes("a.eml", mail(body), ReadLimits(inflated_bytes=1_000_000))
    assert document.text.endswith("The rent is due.")
    assert notes(document) == ["attachment a.docx: too_large"]


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


PLACEHOLDERS = [
    "This e-mail needs an HTML viewer. Please open it in a browser.",
    "Ihre E-Mail-Anwendung kann diese Nachricht leider nicht anzeigen.",
    "Veja esta mensagem no navegador.",
    "-",
    "",
]
PARCEL = "<h1>Parcel</h1><p>Your parcel ZX-55812 arrives on Friday between 14 and 16.</p>"


def both(text: str, page: str) -> str:
    return multipart(
        "alternative",
        f"Content-Type: text/plain; charset=utf-8\n\n{text}",
        f"Content-Type: text/html; charset=utf-8\n\n{page}",
    )


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_mail_is_its_page_when_its_text_is_a_placeholder(placeholder: str) -> None:
    document = read_bytes("parcel.eml", mail(both(placeholder, PARCEL)))
    assert outline(document)[2:] == [
        "h1 Parcel",
        "p Your parcel ZX-55812 arrives on Friday between 14 and 16.",
    ]


@pytest.mark.parametrize(
    ("text", "page", "said"),
    [
        ("Total: see the table", "<p>Total: see the table</p><p>1,250.00</p>", "1,250.00"),
        ("A fatura vence em breve.", "<p>A fatura vence em breve: 05/03/2026</p>", "05/03/2026"),
        (
            "Hello Beatriz",
            "<p>Hello Beatriz</p><p>The meeting moves to the small hall</p>",
            "small hall",
        ),
    ],
)
def test_a_mail_is_its_page_when_the_page_says_more(text: str, page: str, said: str) -> None:
    document = read_bytes("a.eml", mail(both(text, page)))
    assert said in document.text
    assert document.text.count(text.split()[1]) == 1


def test_a_mail_is_its_text_when_both_say_the_same() -> None:
    text = "The rent of 900 euros is due.\n\n- in March\n- in April"
    page = "<p>The rent of <b>900</b> euros is due.<ul><li>in March<li>in April</ul>"
    assert outline(read_bytes("a.eml", mail(both(text, page))))[2:] == [
        "p The rent of 900 euros is due.",
        "list - in March",
        "list - in April",
    ]


def test_the_hidden_opening_of_a_newsletter_is_not_read() -> None:
    page = (
        "<style>.pre{display:none}</style><div class=pre>Only today 50 percent</div>"
        '<div style="display:none;max-height:0;overflow:hidden">Read on for 99 ideas</div>'
        "<p>The club meets on Monday.</p>"
    )
    document = read_bytes("a.eml", mail(both("Newsletter", page)))
    assert outline(document)[2:] == ["p The club meets on Monday."]


def test_texts_that_follow_each_other_are_both_read() -> None:
    second = "Content-Type: text/html\n\n<p>Sent with the newsletter of 2026.</p>"
    document = read_bytes("a.eml", mail(multipart("mixed", TEXT, second)))
    assert outline(document)[2:] == ["p The rent is due.", "p Sent with the newsletter of 2026."]


def test_a_choice_deep_inside_is_one_text() -> None:
    inner = multipart("related", PAGE, attached("logo.png", b"x", "image/png")).replace("cut", "in")
    choice = multipart("alternative", TEXT, inner).replace("cut", "mid")
    body = multipart("mixed", choice, attached("note.txt", b"Bring the key."))
    assert outline(read_bytes("a.eml", mail(body)))[2:] == [
        "p The rent is due.",
        "p Bring the key.",
    ]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (attached("broken.pdf", b"%PDF-1.7 cut"), ["attachment broken.pdf: corrupt"]),
        (attached("winmail.dat", bytes(range(256)) * 9), ["attachment winmail.dat: unsupported"]),
        (attached("old.zip", packed({"a": "x"})), ["attachment old.zip: unsupported"]),
        (attached("song.mp3", b"ID3", "audio/mpeg"), ["attachment song.mp3: unsupported"]),
        (attached("scan.jpg", b"x", "image/jpeg"), ["attachment scan.jpg: pictures"]),
        (
            attached("smime.p7m", b"x", "application/pkcs7-mime"),
            ["attachment smime.p7m: encrypted"],
        ),
        (attached("smime.p7s", b"x", "application/pkcs7-signature"), []),
        (attached("empty.txt", b" "), []),
        ("Content-Type: image/png\nContent-ID: <logo>\n\nx", []),
    ],
)
def test_an_attachment_that_gives_no_text_is_noted_with_its_reason(
    part: str, expected: list[str]
) -> None:
    document = read_bytes("a.eml", mail(multipart("mixed", TEXT, part)))
    assert notes(document) == expected
    assert document.text.endswith("The rent is due.")


def test_a_mail_of_an_attachment_alone_is_its_headers_and_a_note() -> None:
    document = read_bytes("a.eml", mail(multipart("mixed", attached("b.pdf", b"%PDF-1.7 cut"))))
    assert outline(document) == ["h1 Rent", SHOWN]
    assert notes(document) == ["attachment b.pdf: corrupt"]


def test_pages_of_an_attachment_are_noted_with_its_name() -> None:
    picture = stream_of(
        "x",
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
        " /BitsPerComponent 8",
    )
    data = pdf_of(
        [[Line("The plan.", 700)], []],
        resources="/XObject << /Im0 10 0 R >>",
        extra=[picture],
        content="q 500 0 0 700 0 0 cm /Im0 Do Q",
    )
    document = read_bytes("a.eml", mail(multipart("mixed", TEXT, attached("plan.pdf", data))))
    assert notes(document) == ["page 2 in plan.pdf: pictures"]


def test_more_attachments_than_are_read_are_noted() -> None:
    body = multipart("mixed", TEXT, *[attached(f"{n}.txt", b"Text.") for n in range(4)])
    document = read_bytes("a.eml", mail(body), ReadLimits(attachments=2))
    assert notes(document) == ["attachments 2.txt, 3.txt: too_large"]
