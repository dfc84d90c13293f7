"""The blocks of an answer on the screen: one widget each, however much is nested in it."""

from typing import ClassVar

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
from assistant.tui.markdown.rows import elements

Signature = tuple[object, ...]


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
    """A paragraph, heading, list, quotation, table or rule."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"code_inline"}

    def __init__(self, node: SyntaxTreeNode) -> None:
        super().__init__()
        self.take(node)

    def take(self, node: SyntaxTreeNode) -> None:
        """Show this block instead of the former one."""
        self.signature = signature(node)
        self.laid = Laid(list(elements(node)))
        self.set_classes([f"-{node.type.replace('_', '-')}", f"-{node.tag or 'none'}"])
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

    def __init__(self, node: SyntaxTreeNode) -> None:
        super().__init__()
        self.take(node)

    def take(self, node: SyntaxTreeNode) -> None:
        """Show this code instead of the former one."""
        self.signature = signature(node)
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


def make_block(node: SyntaxTreeNode) -> AnyBlock:
    """The widget for a top-level block."""
    return CodeBlock(node) if is_code(node) else Block(node)


def is_code(node: SyntaxTreeNode) -> bool:
    return node.type in ("fence", "code_block")


def signature(node: SyntaxTreeNode) -> Signature:
    """What a block shows; equal signatures look the same."""
    return tuple(_mark(token) for token in node.to_tokens())


def _mark(token: Token) -> Signature:
    children = tuple(_mark(child) for child in token.children or ())
    attributes = tuple(sorted((key, str(value)) for key, value in token.attrs.items()))
    return token.type, token.tag, token.content, token.info, token.hidden, attributes, children
