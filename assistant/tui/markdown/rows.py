"""Markdown rows: nested blocks as flat rows with prefixes, and inline markup as `Content`.

A list in a quotation in a list is one flat sequence of rows; each has the prefix of its first
line (a bullet) and of the others (blanks), so that one widget can draw it all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual.content import Content, Span
from textual.style import Style

from assistant.language.messages import _
from assistant.tui.markdown.extensions import DONE, SUMMARY
from assistant.tui.markdown.formula_pieces import raised
from assistant.tui.markdown.formulas import shown_formula
from assistant.tui.toolkit import text
from assistant.tui.toolkit.hyperlinks import hyperlink

FORMULA = "formula"
"""What the source of a formula is called in the style of what is shown for it."""

BULLETS = "•◦▪"
TASKS = {"yes": "☑", "no": "☐"}
HEADING_STYLE = "bold $text-accent"
LEVEL_STYLES = {"h1": f"{HEADING_STYLE} underline"}
QUOTE_BAR = text.own("▎ ", "$accent 60%")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: `first` stands before its first line, `rest` before the others."""

    body: Content
    first: Content = text.EMPTY
    rest: Content = text.EMPTY


@dataclass(frozen=True)
class Table:
    """A table; `first` and `rest` as for a row."""

    header: tuple[Content, ...]
    lines: tuple[tuple[Content, ...], ...]
    right: tuple[bool, ...]
    """Which columns are aligned to the right."""
    first: Content = text.EMPTY
    rest: Content = text.EMPTY


Element = Paragraph | Table


def elements(node: SyntaxTreeNode, depth: int = 0) -> Iterator[Element]:
    """Rows of one block, those of the blocks in it included."""
    match node.type:
        case "paragraph" if SUMMARY in node.attrs:
            yield Paragraph(summary_line(node, is_open=True))
        case "paragraph":
            yield Paragraph(_inline(node))
        case "details":
            yield from _blocks(node, depth, loose=True)
        case "heading":
            yield Paragraph(_inline(node).stylize_before(LEVEL_STYLES.get(node.tag, HEADING_STYLE)))
        case "bullet_list" | "ordered_list":
            yield from _list(node, depth)
        case "blockquote":
            for element in _blocks(node, depth, loose=True):
                yield _with_prefix(QUOTE_BAR, QUOTE_BAR, element)
        case "fence" | "code_block":
            for line in node.content.rstrip("\n").split("\n"):
                yield Paragraph(text.block(line, "$text-accent"), text.own("  "), text.own("  "))
        case "table":
            yield _table(node)
        case "footnote_block":
            yield Paragraph(text.muted("─" * 8))
            for note in node.children:
                yield from _footnote(note, depth)
        case "formula_block":
            yield Paragraph(_formula(node.content), text.own("  "), text.own("  "))
        case "hr":
            yield Paragraph(text.muted("─" * 24))
        case _:
            yield Paragraph(text.block(node.content if not node.children else _words(node)))


def spaced_elements(nodes: Iterable[SyntaxTreeNode], depth: int = 0) -> Iterator[Element]:
    """Rows of several blocks with a blank one between them."""
    for place, node in enumerate(nodes):
        if place:
            yield Paragraph(text.EMPTY)
        yield from elements(node, depth)


def _blocks(node: SyntaxTreeNode, depth: int, loose: bool) -> Iterator[Element]:
    if loose:
        yield from spaced_elements(node.children, depth)
    else:
        for child in node.children:
            yield from elements(child, depth)


def _list(node: SyntaxTreeNode, depth: int) -> Iterator[Element]:
    loose = any(_is_loose(item) for item in node.children)
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    last = (start or 0) + len(node.children) - 1
    for place, item in enumerate(node.children):
        task = TASKS.get(str(item.attrs.get(DONE)), "")
        if start is None:
            marker = f"{task or BULLETS[depth % len(BULLETS)]} "
        else:
            marker = f"{start + place}. ".rjust(len(f"{last}. ")) + (f"{task} " if task else "")
        first, rest = text.own(marker, text.ACCENT), text.own(" " * len(marker))
        if place and loose:
            yield Paragraph(text.EMPTY)
        if not item.children:
            yield Paragraph(text.EMPTY, first, rest)
        for element in _blocks(item, depth + 1, loose):
            yield _with_prefix(first, rest, element)
            first = rest


def _footnote(note: SyntaxTreeNode, depth: int) -> Iterator[Element]:
    first = text.own(f"{_note_sign(note.meta)} ", text.ACCENT)
    rest = text.own(" " * first.cell_length)
    for element in _blocks(note, depth, loose=True):
        yield _with_prefix(first, rest, element)
        first = rest


def _note_sign(meta: dict[str, object]) -> str:
    """The number of a footnote in small signs: in brackets it would be a source."""
    return raised(str(int(str(meta.get("id", 0))) + 1))


def _is_loose(item: SyntaxTreeNode) -> bool:
    return any(child.type == "paragraph" and not child.hidden for child in item.children)


def _with_prefix(first: Content, rest: Content, element: Element) -> Element:
    return replace(element, first=first + element.first, rest=rest + element.rest)


def _table(node: SyntaxTreeNode) -> Table:
    lines = [
        tuple(_inline(cell) for cell in line.children)
        for part in node.children
        for line in part.children
    ]
    header = node.children[0].children[0].children
    right = tuple("right" in str(cell.attrs.get("style", "")) for cell in header)
    return Table(header=lines[0], lines=tuple(lines[1:]), right=right)


def summary_line(node: SyntaxTreeNode, *, is_open: bool) -> Content:
    """The line that folds details, and says what is in them."""
    return text.own("▾ " if is_open else "▸ ", text.ACCENT) + _inline(node).stylize_before("bold")


def _inline(node: SyntaxTreeNode) -> Content:
    child = node.children[0] if node.children else None
    return inline(child.token if child is not None and child.token else None)


def _words(node: SyntaxTreeNode) -> str:
    return "\n".join(child.content for child in node.walk(include_self=False) if child.is_root)


_TAG_STYLES = {"em_open": "italic", "strong_open": "bold", "s_open": "strike"}
CODE_STYLE = ".code_inline"
LINK_STYLE = "$accent underline"


def inline(token: Token | None) -> Content:
    """Content of an `inline` token. Links run the action `link`, they open nothing."""
    return _Inline(token.children if token and token.children else []).content


class _Inline:
    """Collects text and the styles that lie over it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: list[tuple[list[Style | str], int]] = []
        for place, token in enumerate(tokens):
            if token.type == "link_open":
                self._begin(LINK_STYLE, _link_style(token.attrGet("href"), tokens[place + 1 :]))
            else:
                self._add_token(token)
        while self._open:
            self._end()
        self.content = Content(text.editable("".join(self._pieces)), spans=self._spans)

    def _add_token(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._add(token.content.replace("\n", " "))
        elif kind in ("softbreak", "hardbreak"):
            # In a chat a line break is meant: a poem, an address, lines of a status.
            self._add("\n")
        elif kind == "code_inline":
            self._begin(CODE_STYLE)
            self._add(token.content)
            self._end()
        elif kind == "formula":
            shown = _formula(token.content)
            self._begin(*(span.style for span in shown.spans))
            self._add(shown.plain.replace("\n", "; "))
            self._end()
        elif kind == "footnote_ref":
            self._begin(text.ACCENT)
            self._add(_note_sign(token.meta))
            self._end()
        elif kind == "image":
            self._begin(LINK_STYLE, _link_style(token.attrGet("src")))
            self._add(f"▣ {token.content or _('image')}")
            self._end()
        elif kind in _TAG_STYLES:
            self._begin(_TAG_STYLES[kind])
        elif kind.endswith("_close"):
            self._end()
        else:
            self._add(token.content)

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def _begin(self, *styles: Style | str) -> None:
        self._open.append((list(styles), self._length))

    def _end(self) -> None:
        if self._open:
            styles, start = self._open.pop()
            if self._length > start:
                self._spans += [Span(start, self._length, style) for style in styles]


def _formula(source: str) -> Content:
    """A formula as it reads best; its source goes along, for copying."""
    shown = shown_formula(source)
    content = text.block(shown or source, "" if shown else CODE_STYLE)
    return content.stylize(Style.from_meta({FORMULA: source}))


def _link_style(address: str | int | float | None, following: Sequence[Token] = ()) -> Style:
    """A click asks before it opens anything; an address that is its own text is a hyperlink.

    Args:
        following: the tokens behind the beginning of the link.
    """
    leads_to = str(address or "")
    style = text.click("link", leads_to)
    if [token.type for token in following[:2]] == ["text", "link_close"]:
        style += hyperlink(following[0].content, leads_to)
    return style
