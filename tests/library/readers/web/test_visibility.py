"""What a browser hides of a page is not read; what it shows is."""

import pytest

from tests.support.documents import outline, read_bytes

SHED = "<p>The shed costs 899 euros.</p>"
SHOWN = ["p The shed costs 899 euros."]


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">The shed costs 1 euro.</p>',
        '<p style="DISPLAY : None ! IMPORTANT ;">The shed costs 1 euro.</p>',
        '<p style="color:red;;display:/* x */none">The shed costs 1 euro.</p>',
        '<p style="d\\69 splay:none">The shed costs 1 euro.</p>',
        '<p style="display:block;display:none">The shed costs 1 euro.</p>',
        '<p style="display:none!important;display:block">The shed costs 1 euro.</p>',
        "<div hidden>Internal: margin is 61 percent.<p>And <b>more</b>.</div>",
        '<div hidden="until-found">Internal.</div>',
        '<span aria-hidden="true" style="visibility:hidden">Secret supplier.</span>',
        '<div style="visibility:collapse"><div>Inside.</div></div>',
        '<p style="font-size:0">Buy now.</p>',
        '<p style="font-size:0.5px">Buy now.</p>',
        '<p style="font:0/0 a">Buy now.</p>',
        '<div style="font-size:0px"><span style="font-size:150%">Buy now.</span></div>',
        '<p style="opacity:0.0">Buy now.</p>',
        '<p style="opacity:0%">Buy now.</p>',
        '<p style="position:absolute;left:-9999px">Buy now.</p>',
        '<p style="top:-200em;position:fixed">Buy now.</p>',
        '<p style="text-indent:-9999px">Buy now.</p>',
        '<p style="margin-left:-10000px">Buy now.</p>',
        '<p style="transform: translateX(-9999px)">Buy now.</p>',
        '<p style="transform:scale(0)">Buy now.</p>',
        '<p style="position:absolute; clip: rect(0 0 0 0)">Buy now.</p>',
        '<p style="clip:rect(1px, 1px, 1px, 1px);position:absolute">Buy now.</p>',
        '<p style="clip-path:inset(100%)">Buy now.</p>',
        '<p style="height:0;overflow:hidden">Buy now.</p>',
        '<p style="overflow: hidden; max-height: 0px">Buy now.</p>',
        '<p style="overflow:hidden;width:1px;height:1px">Buy now.</p>',
        '<p style="color:#fff;background:#FFFFFF">Buy now.</p>',
        '<div style="background-color:white"><p style="color:rgb(255, 255, 255)">Buy.</p></div>',
        '<table bgcolor="#ffffff"><tr><td><font color="white">Buy.</font></table>',
        '<p style="color:transparent">Buy now.</p>',
        '<p style="color:rgba(0,0,0,0)">Buy now.</p>',
        "<template><p>Buy now.</template>",
        "<noscript>Buy now.</noscript>",
        "<dialog>Buy now.</dialog>",
        "<div popover>Buy now.</div>",
        '<input type="hidden" value="Buy now.">',
        "<datalist><option>Buy now.</datalist>",
        "<video>Your browser shows no videos.</video>",
        '<img style="display:none" alt="Buy now.">',
        '<a href="/x"><span style="display:none">Buy now.</span></a>',
        '<ul style="display:none"><li>one<li>two</ul>',
        '<table style="display:none"><tr><td>a<td>b</table>',
    ],
)
def test_what_a_browser_hides_is_not_there(hidden: str) -> None:
    assert outline(read_bytes("a.html", SHED + hidden)) == SHOWN
    assert outline(read_bytes("a.html", hidden + SHED)) == SHOWN


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="display:none;display:block">Seen.</p>',
        '<p hidden style="display:block">Seen.</p>',
        '<p aria-hidden="true">Seen.</p>',
        '<div style="visibility:hidden"><p style="visibility:visible">Seen.</p></div>',
        '<div style="font-size:0"><p style="font-size:16px">Seen.</p></div>',
        '<div style="font-size:0"><p style="font:bold 12pt/1.2 Arial">Seen.</p></div>',
        '<p style="opacity:0.9">Seen.</p>',
        '<p style="left:-9999px">Seen.</p>',
        '<p style="position:absolute;left:-20px">Seen.</p>',
        '<p style="text-indent:-2em">Seen.</p>',
        '<p style="overflow:hidden;height:40px">Seen.</p>',
        '<p style="height:0">Seen.</p>',
        '<p style="color:#fff">Seen.</p>',
        '<p style="color:#fff;background:#000">Seen.</p>',
        '<div style="background:#fff;color:#fff"><p style="color:#000">Seen.</p></div>',
        '<p style="background:url(x.png) #fff;color:#fff">Seen.</p>',
        '<p style="color:transparent;background-clip:text">Seen.</p>',
        "<dialog open>Seen.</dialog>",
        '<p style="background:url(data:image/png;display:none)">Seen.</p>',
        "<p style='content:\"display:none\"'>Seen.</p>",
        '<p title="display:none" class="hidden">Seen.</p>',
        "<details><summary>Seen.</summary></details>",
    ],
)
def test_what_a_browser_shows_is_there(shown: str) -> None:
    assert outline(read_bytes("a.html", SHED + shown)) == [*SHOWN, "p Seen."]


def test_closed_details_are_read_as_a_reader_opens_them() -> None:
    page = "<details><summary>Terms</summary><p>Notice is six months.</p></details>"
    assert outline(read_bytes("a.html", page)) == ["p Terms", "p Notice is six months."]


@pytest.mark.parametrize(
    "style",
    [
        ".x{display:none}",
        "#i { visibility : hidden }",
        "p.x,q{display:none!important} .x{display:block}",
        "<!-- .x{display:none} -->",
        "/* .x{display:block} */ aside, .x { color: red; display: none; }",
        "@media screen{.x{display:none}}",
        "@media (min-width:600px){.x{display:none}}",
        ".x{display:block}.x{display:none}",
        ".y{display:block}#i{display:none}.x{display:block}",
        "@import url(a.css); .x{display:none}",
        "@font-face{font-family:a} .x{display:none}",
        ".x{display:none} .x:hover{display:block}",
        "*{color:red} p#i{display:none}",
    ],
)
def test_a_rule_of_the_page_hides(style: str) -> None:
    page = f'<style>{style}</style>{SHED}<p class="a x" id=i>Buy now.</p>'
    assert outline(read_bytes("a.html", page)) == SHOWN


@pytest.mark.parametrize(
    "style",
    [
        ".xx{display:none}",
        ".x.y{display:none}",
        "div.x{display:none}",
        ".x{display:none} p.x{display:block}",
        ".x{display:none} #i{display:block}",
        ".x{display:none} .x{display:block!important}",
        "@media print{.x{display:none}}",
        "@media (max-width:600px){.x{display:none}}",
        "@media (prefers-reduced-motion:reduce){.x{display:none}}",
        ".x::after{display:none}",
        ".menu .x{display:none}",
        ".x{opacity:0}",
        ".x{display:none} body .x{display:block}",
        "@media print{ nav{color:red} .x{display:none} } .y{display:none}",
    ],
)
def test_a_rule_that_is_for_other_elements_or_media_hides_nothing(style: str) -> None:
    page = f'<style>{style}</style>{SHED}<p class="a x" id=i>Seen.</p>'
    assert outline(read_bytes("a.html", page)) == [*SHOWN, "p Seen."]


@pytest.mark.parametrize(
    "style",
    [
        '<style media="print">.x{display:none}</style>',
        "<!-- <style>.x{display:none}</style> -->",
        "<script>var s = '<style>.x{display:none}</style>';</script>",
    ],
)
def test_a_sheet_that_does_not_count_hides_nothing(style: str) -> None:
    page = f"{style}{SHED}<p class=x>Seen.</p>"
    assert outline(read_bytes("a.html", page)) == [*SHOWN, "p Seen."]


def test_a_page_that_only_a_script_would_show_is_read() -> None:
    page = f"<style>body{{visibility:hidden}}</style><body>{SHED}"
    assert outline(read_bytes("a.html", page)) == SHOWN


def test_hidden_text_does_not_part_what_stands_around_it() -> None:
    page = 'The rent is <div style="display:none">not</div>due.'
    assert outline(read_bytes("a.html", page)) == ["p The rent is due."]


def test_hostile_styles_are_read_in_time_that_grows_with_them() -> None:
    braces = "<style>" + "@media screen{" * 50_000 + ".x{display:none}" + "}" * 50_000
    commas = "<style>" + ".a," * 100_000 + ".x{display:none}</style>"
    opened = "<style>" * 20_000 + "<!--" * 20_000
    long = f'<p style="{"(" * 100_000}display:none">Seen.</p>'
    for page in (braces + "</style>", commas, opened + "--></style>", long):
        assert read_bytes("a.html", SHED + page + "<p>End.").text.startswith("The shed costs")
