"""Pages that show a passage."""

from urllib.parse import urlsplit

from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage
from assistant.serve.answers.passages import LIFETIME, MAX_PAGES, PassagePages
from tests.support.fake_library import passage


def citation(quoted: Passage, quote: str) -> Citation:
    return Citation(
        number=1,
        strength="verbatim",
        start=0,
        end=1,
        path=quoted.path,
        title=quoted.title,
        place=quoted.place,
        quote=quote,
        quote_start=0,
        content_hash=quoted.content_hash,
    )


def name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/p/")


def test_a_page_shows_the_passage_with_what_is_quoted() -> None:
    pages = PassagePages()
    pages.base = "http://127.0.0.1:1"
    found = passage(1, "Before. The ferry leaves at nine. After.")

    url = pages.add(found, citation(found, "The ferry leaves at nine."))
    html = pages.find(name_of(url)) or ""

    assert url.startswith("http://127.0.0.1:1/p/")
    assert "Before. <mark>The ferry leaves at nine.</mark> After." in html
    assert "/files/1.md" in html
    assert "lines 3–5" in html


def test_what_a_file_says_is_no_markup() -> None:
    pages = PassagePages()
    text = "<script>alert(1)</script> & \x1b[31m"
    found = passage(1, text).model_copy(update={"title": "<b>T</b>", "path": "/a/<i>.md"})

    html = pages.find(name_of(pages.add(found, citation(found, text)))) or ""

    assert "<script>" not in html
    assert "<b>T" not in html
    assert "<i>" not in html
    assert "\x1b" not in html


def test_addresses_cannot_be_guessed() -> None:
    pages = PassagePages()
    found = passage(1, "Text.")
    names = {name_of(pages.add(found, citation(found, "Text."))) for _ in range(50)}

    assert len(names) == 50
    assert min(map(len, names)) >= 32
    assert pages.find("") is None
    assert pages.find("../../etc/passwd") is None


def test_a_page_ends_after_a_while_and_the_oldest_when_there_are_many() -> None:
    now = 0.0
    pages = PassagePages(lambda: now)
    found = passage(1, "Text.")
    first = name_of(pages.add(found, citation(found, "Text.")))
    now = LIFETIME - 1
    assert pages.find(first)
    now = LIFETIME
    assert pages.find(first) is None

    names = [name_of(pages.add(found, citation(found, "Text."))) for _ in range(MAX_PAGES + 1)]

    assert pages.find(names[0]) is None
    assert pages.find(names[1])
