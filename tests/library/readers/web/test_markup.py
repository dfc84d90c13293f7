"""HTML, XML and EPUB."""

import pytest

from tests.support.documents import outline, packed, read_bytes, reason


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            "<h2>Rent</h2>The <b>rent</b>\n is due.<p>End",
            ["h2 Rent", "p The rent is due.", "p End"],
        ),
        ("<ul><li>one<li><p>two</p></ul>after", ["list one", "list two", "p after"]),
        ("<pre>a\n  b</pre>text", ["code a\n  b", "p text"]),
        ("<table><tr><th>a<th>b<tr><td><p>1</p>2<td>3</table>", ["columns a | b", "row 1 2 | 3"]),
        ("<table><tr><td><p>One.</p><p>Two.</p></table>", ["p One.", "p Two."]),
        ("<table><tr><td><table><tr><td>a<td>b</table></table>", ["row a | b"]),
        (
            "a<script>x</script><style>y</style><noscript>z</noscript><template>t</template>b",
            ["p ab"],
        ),
        ("one<br>two&nbsp;three &amp; &eacute;", ["p one\ntwo three & é"]),
        ("<a>Docs</a><a>FAQ</a> <a>Blog</a>", ["p Docs FAQ Blog"]),
        ("10<sup>5</sup> but 1<sup>st</sup> and x<sup>2</sup>", ["p 10^5 but 1st and x2"]),
        ('<img alt="A cat">', ["p A cat"]),
        ("<h1></h1><p>text", ["p text"]),
        ("no element at all", ["p no element at all"]),
        ("<b>" * 3_000 + "deep", ["p deep"]),
        ("<div>" * 100_000 + "deep", ["p deep"]),
    ],
)
def test_a_page_is_what_a_browser_shows(page: str, expected: list[str]) -> None:
    assert outline(read_bytes("a.html", page)) == expected


def test_the_encoding_of_a_page_is_the_one_it_declares() -> None:
    page = '<meta charset="iso-8859-2"><p>Čeština'
    assert read_bytes("a.html", page.encode("iso-8859-2")).text == "Čeština"


def test_a_declaration_that_is_wrong_is_not_believed() -> None:
    page = '<meta charset="utf-8"><p>ação e coração'
    assert read_bytes("a.html", page.encode("cp1252")).text == "ação e coração"


def test_a_page_of_scripts_is_empty() -> None:
    page = "<title>App</title><body><div id=root></div><script>var text = 'x'</script>"
    assert reason("a.html", page) == "empty"


def test_a_page_has_its_own_title() -> None:
    assert read_bytes("a.html", "<title>My\n lease</title><p>x").title == "My lease"


def test_tags_that_close_at_once_do_not_swallow_an_xhtml_page() -> None:
    page = '<?xml version="1.0"?><html><head><title/><script src="x"/></head><body><p>Text<br/>end'
    assert outline(read_bytes("a.xhtml", page)) == ["p Text\nend"]


def epub(**parts: str) -> bytes:
    package = (
        "<package xmlns:dc='urn:dc'><metadata><dc:title>My book</dc:title></metadata><manifest>"
        '<item id="b" href="b%20two.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="n" href="n.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    page = "<html><body><h1>{}</h1></body></html>"
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="in/p.opf"/></container>',
            "in/p.opf": package,
            "in/a.xhtml": page.format("One"),
            "in/b two.xhtml": page.format("Two"),
            "in/n.xhtml": page.format("Contents"),
            **parts,
        }
    )


def test_chapters_of_a_book_come_in_the_order_of_reading() -> None:
    document = read_bytes("a.epub", epub())
    assert outline(document) == ["h1 One", "h1 Two"]
    assert document.title == "My book"


def test_a_chapter_that_is_not_there_is_noted() -> None:
    whole = epub()
    assert read_bytes("a.epub", whole).unread == ()
    (part,) = read_bytes("a.epub", whole.replace(b"in/b two.xhtml", b"in/b six.xhtml")).unread
    assert (part.kind, part.names, part.reason) == ("chapter", ("b two.xhtml",), "corrupt")


def test_hidden_text_of_a_book_is_not_read() -> None:
    page = '<html><body><h1>One</h1><p style="display:none">For machines.</p></body></html>'
    document = read_bytes("a.epub", epub(**{"in/a.xhtml": page}))
    assert outline(document) == ["h1 One", "h1 Two"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "encrypted"),
        ("http://www.idpf.org/2008/embedding", None),
    ],
)
def test_a_protected_book_is_told_from_one_with_protected_fonts(
    method: str, expected: str | None
) -> None:
    encryption = f'<encryption><EncryptionMethod Algorithm="{method}"/></encryption>'
    data = epub(**{"META-INF/encryption.xml": encryption})
    if expected:
        assert reason("a.epub", data) == expected
    else:
        assert read_bytes("a.epub", data).blocks


def test_records_and_prose_of_xml() -> None:
    data = (
        "<library><book><title>Dune</title><year>1965</year></book>"
        "<chapter><title>On <i>sand</i></title><para>Dry &lt; wet.</para></chapter></library>"
    )
    document = read_bytes("a.xml", data)
    assert outline(document) == ["row title: Dune\nyear: 1965", "h2 On sand", "p Dry < wet."]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<a><b>cut", "corrupt"),
        (
            '<!DOCTYPE a [<!ENTITY a "lol">'
            + "".join(
                f'<!ENTITY {b} "{f"&{a};" * 10}">'
                for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "]><a>&i;</a>",
            "corrupt",
        ),
        ("<a/>", "empty"),
    ],
)
def test_xml_without_text_has_its_reason(data: str, expected: str) -> None:
    assert reason("a.xml", data) == expected


def test_no_entity_brings_another_file_in() -> None:
    data = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>before &x; after</r>'
    assert outline(read_bytes("a.xml", data)) == ["p before after"]


def test_an_unknown_entity_costs_only_itself() -> None:
    assert outline(read_bytes("a.xml", "<r>one &what; two</r>")) == ["p one two"]
