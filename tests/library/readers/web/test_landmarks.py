"""A page's main part comes first, and what only leads elsewhere is marked as that."""

import pytest

from tests.support.documents import outline, read_bytes

MENU = (
    "<nav><ul><li><a href=/h>Home</a><li><a href=/r>Returns</a><li><a href=/w>Warranty</a></ul>"
    "</nav>"
)
LINKS = '<a href="/a">Home</a> <a href="/b">Products</a> <a href="/c">Careers</a>'
MAIN = "<main><h1>Sending goods back</h1><p>You can return goods within 45 days.</p></main>"


def test_the_main_part_comes_first_and_menus_are_marked() -> None:
    page = (
        f"<title>Returns</title>{MENU}<div id=cookie>We use cookies. Accept all</div>{MAIN}"
        "<footer>Returns Shipping Warranty Contact Imprint</footer>"
    )
    assert outline(read_bytes("a.html", page)) == [
        "h1 Sending goods back",
        "p You can return goods within 45 days.",
        "navigation Home",
        "navigation Returns",
        "navigation Warranty",
        "navigation We use cookies. Accept all",
        "navigation Returns Shipping Warranty Contact Imprint",
    ]


@pytest.mark.parametrize(
    "menu",
    [
        f"<div>{LINKS}</div>",
        "<ul><li><a href=a>Início</a><li><a href=b>Loja</a><li><a href=c>Ajuda</a></ul>",
        '<div role="navigation">Skip to content</div>',
        f"<header>{LINKS}</header>",
        f"<footer><p>{LINKS}</p></footer>",
        "<footer>Imprint Privacy Terms</footer>",
        '<div class="cc-window cookie-consent"><p>Usamos cookies. Saiba mais.</p></div>',
        '<section aria-label="x" id="gdpr-banner">We value your privacy.</section>',
        f"<aside>{LINKS}</aside>",
    ],
)
def test_what_only_leads_elsewhere_is_no_content(menu: str) -> None:
    kinds = {line.split()[0] for line in outline(read_bytes("a.html", MAIN + menu))[2:]}
    assert kinds == {"navigation"}


@pytest.mark.parametrize(
    "content",
    [
        "<footer><p>Nordlicht GmbH, Hafenstraße 5, 20457 Hamburg</p></footer>",
        "<footer>Telefon: 040 123456</footer>",
        "<footer>We answer within two days.</footer>",
        "<aside>Note: the lamp gets hot.</aside>",
        '<p>See the <a href="x">manual</a>.</p>',
        '<p><a href="x">The lamp that saved a village from a long winter</a></p>',
        "<header><p>Opening hours: 9 to 17</p></header>",
        '<div class="menu"><p>Soup of the day 4 euros</p></div>',
        "<p>Home</p>",
    ],
)
def test_what_says_something_stays_content(content: str) -> None:
    (line,) = outline(read_bytes("a.html", MAIN + content))[2:]
    assert line.startswith("p ")


def test_links_in_an_article_are_content() -> None:
    page = f"<p>Intro.</p><article><h2>Shops</h2>{LINKS}</article>"
    assert outline(read_bytes("a.html", page)) == [
        "p Intro.",
        "h2 Shops",
        "p Home Products Careers",
    ]


def test_a_page_of_nothing_but_links_keeps_them_as_its_content() -> None:
    assert outline(read_bytes("a.html", f"<nav>{LINKS}</nav>")) == ["p Home Products Careers"]


def test_two_main_parts_are_read_where_they_stand() -> None:
    page = "<p>Before.</p><main>One.</main><p>Between.</p><main>Two.</main>"
    assert outline(read_bytes("a.html", page)) == ["p Before.", "p One.", "p Between.", "p Two."]


def test_headings_and_main_by_role_are_known() -> None:
    page = '<p>Before.</p><div role="main"><h2>Rent</h2><p>It is due.</p></div>'
    assert outline(read_bytes("a.html", page)) == ["h2 Rent", "p It is due.", "p Before."]


def test_merged_cells_keep_their_label_in_every_row_and_column() -> None:
    page = (
        "<table><tr><th>Day</th><th>Shift</th><th>Nurse</th></tr>"
        "<tr><td rowspan=2>Monday</td><td>early</td><td>Ilse</td></tr>"
        "<tr><td>late</td><td>Omar</td></tr>"
        "<tr><td>Tuesday</td><td colspan=2>closed</td></tr></table>"
    )
    assert outline(read_bytes("a.html", page)) == [
        "columns Day | Shift | Nurse",
        "row Monday | early | Ilse",
        "row Monday | late | Omar",
        "row Tuesday | closed | closed",
    ]


def test_a_long_cell_beside_others_is_not_repeated() -> None:
    long = "This column says a lot about the company. " * 8
    page = f"<table><tr><td rowspan=3>{long}<td>a<tr><td>b<tr><td>c</table>"
    assert read_bytes("a.html", page).text.count("a lot about") == 8


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "99999999999999999999", "٣", "2.5"])
def test_senseless_spans_do_no_harm(span: str) -> None:
    page = f'<table><tr><td rowspan="{span}" colspan="{span}">a<td>b<tr><td>c<td>d</table>'
    text = read_bytes("a.html", page).text
    assert {"a", "b", "c", "d"} <= set(text.split())
