"""The blocks of an answer on the screen: one widget each, however much is nested in it."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.selection import Selection
from textual.widgets import Static

from assistant.tui import text
from assistant.tui.markdown.highlighting import highlighted
from assistant.tui.markdown.layout import Laid
from assistant.tui.markdown.rows import spaced

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
