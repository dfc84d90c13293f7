"""The blocks of an answer on the screen: one widget each, however much is nested in it.

Code in few, calm colours.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Token as PygmentsToken  # type: ignore[import-untyped]
from pygments.token import _TokenType  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.message import Message
from textual.selection import Selection
from textual.widgets import Static

from assistant.tui.markdown.layout import Laid
from assistant.tui.markdown.rows import spaced
from assistant.tui.toolkit import text

Signature = tuple[object, ...]
Nodes = tuple[SyntaxTreeNode, ...]

RUN: Final = 16
"""Paragraphs in one widget: a widget for each costs more than drawing them again."""

_PLAIN = ("paragraph", "heading")


class LinkFollowed(Message):
    """A link or an image of an answer was clicked; nothing has been opened."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class CodeCopied(Message):
    """The user wants this code on the clipboard."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Block(Static):
    """Some paragraphs and headings; or a list, a quotation, a table, a rule."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"code_inline"}

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.take(nodes)

    def take(self, nodes: Nodes) -> None:
        """Show these nodes instead of the former ones."""
        self.signature = signature(nodes)
        self.laid = Laid(list(spaced(nodes)))
        self.update(self.laid)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract(self.laid.shown.plain), "\n"

    def action_link(self, address: str) -> None:
        self.post_message(LinkFollowed(address))


class CodeBlock(Static, can_focus=True):
    """Code that can be focused and copied by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "copy_code", "Copy this code", show=False)
    ]

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.take(nodes)

    def take(self, nodes: Nodes) -> None:
        """Show this code instead of the former one."""
        self.signature = signature(nodes)
        node = nodes[0]
        self.code = node.content.rstrip("\n")
        language = (node.info or "").split(" ")[0]
        self.border_title = text.line(language, 24) if language else None
        self.border_subtitle = text.button("copy", "copy_code")
        self.update(highlighted(self.code, language))

    def action_copy_code(self) -> None:
        self.post_message(CodeCopied(self.code))

    def on_click(self, event: events.Click) -> None:
        self.focus(scroll_visible=False)
        event.stop()


AnyBlock = Block | CodeBlock


def grouped(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Nodes]:
    """Neighbouring paragraphs and headings together, as many as one widget draws quickly."""
    run: list[SyntaxTreeNode] = []
    for node in nodes:
        if run and (node.type not in _PLAIN or len(run) == RUN):
            yield tuple(run)
            run = []
        if node.type in _PLAIN:
            run.append(node)
        else:
            yield (node,)
    if run:
        yield tuple(run)


def make_block(nodes: Nodes) -> AnyBlock:
    """The widget for a group of nodes."""
    return CodeBlock(nodes) if is_code(nodes) else Block(nodes)


def is_code(nodes: Nodes) -> bool:
    return nodes[0].type in ("fence", "code_block")


def signature(nodes: Nodes) -> Signature:
    """What a block shows; equal signatures look the same."""
    return tuple(_mark(token) for node in nodes for token in node.to_tokens())


def _mark(token: Token) -> Signature:
    children = tuple(_mark(child) for child in token.children or ())
    attributes = tuple(sorted((key, str(value)) for key, value in token.attrs.items()))
    return token.type, token.tag, token.content, token.info, token.hidden, attributes, children


LIMIT = 16_384
"""Characters; longer code stays in one colour, a lexer takes too long for it."""

_STYLES: dict[_TokenType, str] = {
    PygmentsToken.Comment: f"{text.MUTED} italic",
    PygmentsToken.Keyword: "$text-accent",
    PygmentsToken.Operator.Word: "$text-accent",
    PygmentsToken.Literal.String: "$text-success",
    PygmentsToken.Literal.Number: "$text-warning",
    PygmentsToken.Name.Function: "bold",
    PygmentsToken.Name.Class: "bold",
    PygmentsToken.Name.Decorator: "$text-warning",
    PygmentsToken.Name.Tag: "$text-accent",
    PygmentsToken.Name.Attribute: "$text-warning",
    PygmentsToken.Generic.Deleted: "$text-error",
    PygmentsToken.Generic.Inserted: "$text-success",
    PygmentsToken.Generic.Heading: "bold",
}


def highlighted(code: str, language: str) -> Content:
    """`code` in colours, when its language is known and it is not too long."""
    content = text.block(code)
    if not language or len(code) > LIMIT:
        return content
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return content
    spans = [
        Span(start, start + len(piece), style)
        for start, kind, piece in lexer.get_tokens_unprocessed(content.plain)
        if (style := _style(kind))
    ]
    return content.add_spans(spans)


def _style(kind: _TokenType) -> str:
    while kind is not PygmentsToken:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.parent
    return ""
