"""Formulas of an answer: what is one, how it is shown, and what is copied of it."""

import pytest
from markdown_it.tree import SyntaxTreeNode
from textual.geometry import Offset
from textual.selection import Selection

from assistant.tui.markdown.blocks import selected_source
from assistant.tui.markdown.document import make_parser
from assistant.tui.markdown.formula_text import formula_text
from assistant.tui.markdown.layout import BlockLayout
from assistant.tui.markdown.rows import spaced_elements


def laid(source: str, width: int = 90) -> BlockLayout:
    layout = BlockLayout(
        list(spaced_elements(SyntaxTreeNode(make_parser().parse(source)).children))
    )
    layout.at(width)
    return layout


def shown(source: str) -> str:
    return laid(source).last_content.plain.rstrip()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", "(−b ± √(b² − 4ac))/(2a)"),
        (r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", "∑ᵢ₌₁ⁿ i = n(n + 1)/2"),
        (r"\int_0^\infty e^{-x^2}\,dx", "∫₀^∞ e^(−x²) dx"),
        (r"\frac{1}{2}mv^2", "½mv²"),
        (r"\frac{a}{b}c", "(a/b)c"),
        (r"2\frac{a}{b}", "2(a/b)"),
        (r"2\frac{3}{7}", "2 3/7"),
        (r"a/\frac{b}{c}", "a/(b/c)"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\frac{a}{b}^2", "(a/b)²"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"\sqrt{2}\pi", "√(2)π"),
        (r"\lim_{x \to 0} \frac{\sin x}{x} = 1", "lim_(x → 0) (sin x)/x = 1"),
        (r"\alpha + \beta \leq -\gamma", "α + β ≤ −γ"),
        (r"x \in \mathbb{R}^n, y \notin \emptyset", "x ∈ ℝⁿ, y ∉ ∅"),
        (r"20^\circ, 1{,}000, 50\%", "20°, 1,000, 50%"),
        (r"T_{\text{total}} = 3 \times 10^{-8}\ \text{m/s}", "T_total = 3 × 10⁻⁸ m/s"),
        (
            r"f(x) = \begin{cases} x & \text{if } x > 0 \\ -x & \text{else} \end{cases}",
            "f(x) = { x if x > 0; −x else",
        ),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a b; c d)"),
        (r"\begin{aligned} a &= b + c \\ &= d \end{aligned}", "a = b + c\n  = d"),
        # Better whole than in part.
        (r"\ce{H2O} + x", None),
        (r"\frac{a}{", None),
        (r"\begin{tikzcd} A \end{tikzcd}", None),
        ("{" * 400, None),
    ],
)
def test_a_formula_is_shown_as_it_was_meant(latex: str, text: str | None) -> None:
    assert formula_text(latex) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"So $E = mc^2$ and \(x_1\), the $n$th $k$-mean.", "So E = mc² and x₁, the nth k-mean."),
        ("\\[\nx = \\frac{1}{2}\n\\]\nand then", "  x = ½\n\nand then"),
        ("$$\na\n= b\n- c\n$$", "  a = b − c"),
        ("In $$x^2$$ it, **$y^2$**", "In x² it, y²"),
        ("- one $x^2$\n- two", "• one x²\n• two"),
        ("| a |\n|---|\n| $x^2$ |", "a\n──\nx²"),
        (r"$\unknown{x}$ stays, \(\foo\) too", r"$\unknown{x}$ stays, \(\foo\) too"),
    ],
)
def test_formulas_are_found(source: str, text: str) -> None:
    assert "\n".join(line.rstrip() for line in shown(source).split("\n")) == text


@pytest.mark.parametrize(
    "source",
    [
        "$5 and $10",
        "costs $5, or US$6 and AU$7.",
        "between $5-$10 and $20/month, R$ 50 e R$ 60, R$50 e R$60",
        "paid 5$ or 10$, $20/kg or 30$",
        "It was $3.50 for two and $4.20 (each) for three, i.e. $7.70",
        "from $1,000 to $2,000 = 50% more",
        "echo $HOME and $PATH: $USER/$HOME",
        "awk '{print $1, $2}' and $('a').x + $('b')",
        r"C:\Users\_me\.config and \\server\share\!x, (D:\[x]\*.txt) or %APPDATA%\_x",
        r"C:\new\(x)\[1] and ..\_up\#1",
    ],
)
def test_prices_variables_and_paths_stay_what_they_are(source: str) -> None:
    assert shown(source) == source


def test_what_markdown_escapes_is_no_formula() -> None:
    assert (
        shown(r"See \[1\], \(see above\) and \*this\*, \$5")
        == "See [1], (see above) and *this*, $5"
    )


def test_the_source_of_a_formula_is_copied() -> None:
    content = laid(r"So $E = mc^2$ holds, and $\alpha$.").last_content
    whole = Selection(None, None)
    assert selected_source(content, whole) == r"So $E = mc^2$ holds, and $\alpha$."
    within = Selection(Offset(0, 0), Offset(6, 0))
    assert selected_source(content, within) == "So $E = mc^2$"
    behind = Selection(Offset(10, 0), Offset(16, 0))
    assert selected_source(content, behind) == " holds"
    lines = "Thus:\n\n$$\n\\begin{aligned} a &= b \\\\ &= c \\end{aligned}\n$$"
    assert selected_source(laid(lines).last_content, whole).count("aligned") == 2
