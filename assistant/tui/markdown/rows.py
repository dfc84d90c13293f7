"""Blocks of Markdown as rows of text that know what stands before them.

A list in a quotation in a list is one flat sequence of rows; each has the prefix of its first
line (a bullet) and of the others (blanks), so that one widget can draw it all.

Inline Markdown as Content: emphasis, code, links.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual.content import Content, Span
from textual.style import Style

from assistant.tui.toolkit import text

BULLETS = "•◦▪"
HEADING = "bold $text-accent"
HEADINGS = {"h1": f"{HEADING} underline"}
QUOTE = text.own("▎ ", "$accent 60%")


@dataclass(frozen=True)
class Row:
    """A paragraph: `first` stands before its first line, `rest` before the others."""

    body: Content
    first: Content = text.NOTHING
    rest: Content = text.NOTHING


@dataclass(frozen=True)
class Table:
    """A table; `first` and `rest` as for a row."""

    header: tuple[Content, ...]
    lines: tuple[tuple[Content, ...], ...]
    right: tuple[bool, ...]
    """Which columns are aligned to the right."""
    first: Content = text.NOTHING
    rest: Content = text.NOTHING


Element = Row | Table


def elements(node: SyntaxTreeNode, depth: int = 0) -> Iterator[Element]:
    """The rows of one block, those of the blocks in it included."""
    match node.type:
        case "paragraph":
            yield Row(_inline(node))
        case "heading":
            yield Row(_inline(node).stylize_before(HEADINGS.get(node.tag, HEADING)))
        case "bullet_list" | "ordered_list":
            yield from _list(node, depth)
        case "blockquote":
            for element in _blocks(node, depth, loose=True):
                yield _under(QUOTE, QUOTE, element)
        case "fence" | "code_block":
            for line in node.content.rstrip("\n").split("\n"):
                yield Row(text.block(line, "$text-accent"), text.own("  "), text.own("  "))
        case "table":
            yield _table(node)
        case "hr":
            yield Row(text.muted("─" * 24))
        case _:
            yield Row(text.block(node.content if not node.children else _words(node)))


def spaced(nodes: Iterable[SyntaxTreeNode], depth: int = 0) -> Iterator[Element]:
    """The rows of several blocks with a blank one between them."""
    for place, node in enumerate(nodes):
        if place:
            yield Row(text.NOTHING)
        yield from elements(node, depth)


def _blocks(node: SyntaxTreeNode, depth: int, loose: bool) -> Iterator[Element]:
    if loose:
        yield from spaced(node.children, depth)
    else:
        for child in node.children:
            yield from elements(child, depth)


def _list(node: SyntaxTreeNode, depth: int) -> Iterator[Element]:
    loose = any(_is_loose(item) for item in node.children)
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    last = (start or 0) + len(node.children) - 1
    for place, item in enumerate(node.children):
        if start is None:
            marker = f"{BULLETS[depth % len(BULLETS)]} "
        else:
            marker = f"{start + place}. ".rjust(len(f"{last}. "))
        first, rest = text.own(marker, text.ACCENT), text.own(" " * len(marker))
        if place and loose:
            yield Row(text.NOTHING)
        if not item.children:
            yield Row(text.NOTHING, first, rest)
        for element in _blocks(item, depth + 1, loose):
            yield _under(first, rest, element)
            first = rest


def _is_loose(item: SyntaxTreeNode) -> bool:
    return any(child.type == "paragraph" and not child.hidden for child in item.children)


def _under(first: Content, rest: Content, element: Element) -> Element:
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


def _inline(node: SyntaxTreeNode) -> Content:
    child = node.children[0] if node.children else None
    return inline(child.token if child is not None and child.token else None)


def _words(node: SyntaxTreeNode) -> str:
    return "\n".join(child.content for child in node.walk(include_self=False) if child.is_root)


_STYLES = {"em_open": "italic", "strong_open": "bold", "s_open": "strike"}
CODE = ".code_inline"
LINK = "$accent underline"


def inline(token: Token | None) -> Content:
    """The content of an `inline` token. Links run the action `link`, they open nothing."""
    return _Inline(token.children if token and token.children else []).content


class _Inline:
    """Collects text and the styles that lie over it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: list[tuple[list[Style | str], int]] = []
        for token in tokens:
            self._take(token)
        while self._open:
            self._end()
        self.content = Content(text.editable("".join(self._pieces)), spans=self._spans)

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._add(token.content.replace("\n", " "))
        elif kind == "softbreak":
            self._add(" ")
        elif kind == "hardbreak":
            self._add("\n")
        elif kind == "code_inline":
            self._begin(CODE)
            self._add(token.content)
            self._end()
        elif kind == "link_open":
            self._begin(LINK, _click(token.attrGet("href")))
        elif kind == "image":
            self._begin(LINK, _click(token.attrGet("src")))
            self._add(f"▣ {token.content or 'image'}")
            self._end()
        elif kind in _STYLES:
            self._begin(_STYLES[kind])
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


def _click(address: str | int | float | None) -> Style:
    return text.click("link", str(address or ""))
