"""Markdown blocks as widgets, one each however much is nested in it; code highlighting."""

from typing import ClassVar, Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Token as PygmentsToken  # type: ignore[import-untyped]
from pygments.token import _TokenType
from pygments.util import ClassNotFound  # type: ignore[import-untyped]
from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.style import Style
from textual.visual import Visual
from textual.widgets import Static

from assistant.language.messages import _
from assistant.tui.markdown.layout import BlockLayout
from assistant.tui.markdown.rows import FORMULA, Table, spaced_elements
from assistant.tui.toolkit import text

Signature = tuple[object, ...]
Nodes = tuple[SyntaxTreeNode, ...]

MAX_TEXT_CELLS: Final = 97
"""Cells of a line of text; longer ones are hard to read. See `TextBlock` in the styles."""
FRAME_CELLS: Final = 4
"""Cells of the frame around code."""


class LinkFollowed(Message):
    """A link or an image of an answer was clicked; nothing has been opened."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class CodeCopied(Message):
    """A block of code is to be copied to the clipboard."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class WideOpened(Message):
    """A table or a block of code is to be seen in its whole width."""

    def __init__(self, shown: Visual | Content, width: int) -> None:
        super().__init__()
        self.shown = shown
        self.width = width


class TextBlock(Static):
    """Widget of some paragraphs and headings; or of a list, a quotation, a table, a rule."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"code_inline"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open_wide", _("Open the table"), show=False)
    ]

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.show_nodes(nodes)

    def show_nodes(self, nodes: Nodes) -> None:
        """Show these nodes."""
        self.signature = signature(nodes)
        self.laid = BlockLayout(list(spaced_elements(nodes)))
        self.set_class(self.laid.wide_width > MAX_TEXT_CELLS, "-wide")
        self.update(self.laid)
        self._allow_focus()

    def on_resize(self) -> None:
        self._allow_focus()

    def _allow_focus(self) -> None:
        """A table that does not fit can be opened."""
        self.can_focus = 0 < self.content_size.width < self.laid.wide_width

    def action_open_wide(self) -> None:
        laid = BlockLayout([each for each in self.laid.elements if isinstance(each, Table)])
        self.post_message(WideOpened(laid, laid.wide_width))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selected_source(self.laid.last_content, selection), "\n"

    def action_link(self, address: str) -> None:
        self.post_message(LinkFollowed(address))


def selected_source(content: Content, selection: Selection) -> str:
    """Text that is selected with the mouse; of a formula the source, whole."""
    plain = content.plain
    start, end = _offset_in(plain, selection.start, 0), _offset_in(plain, selection.end, len(plain))
    pieces: list[str] = []
    at, before = start, ""
    for span in sorted(content.spans, key=lambda span: span.start):
        source = span.style.meta.get(FORMULA) if isinstance(span.style, Style) else None
        if source is None or span.end <= start or span.start >= end:
            continue
        between = plain[at : span.start]
        # A formula in several lines has a span on each.
        if source != before or "\n" not in between or between.strip():
            pieces += [between, source]
        at, before = max(at, span.end), source
    return "".join([*pieces, plain[at:end]])


def _offset_in(plain: str, place: Offset | None, default: int) -> int:
    """Where a line and a column of a text are in it."""
    if place is None:
        return default
    lines = plain.split("\n")
    before = sum(len(line) + 1 for line in lines[: place.y])
    return min(before + place.x, len(plain))


class CodeBlock(Static, can_focus=True):
    """Widget of a block of code, which can be focused and copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_code", _("Copy this code"), show=False),
        Binding("enter", "open_or_copy", _("Open or copy this code"), show=False),
    ]

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.show_nodes(nodes)

    def show_nodes(self, nodes: Nodes) -> None:
        """Show this code."""
        self.signature = signature(nodes)
        node = nodes[0]
        self.code = node.content.rstrip("\n")
        language = (node.info or "").split(" ")[0]
        self.border_title = text.line(language, 24) if language else None
        self._shown = highlighted(self.code, language)
        self._width = max((cell_len(line) for line in self._shown.plain.split("\n")), default=0)
        self.set_class(self._width > MAX_TEXT_CELLS - FRAME_CELLS, "-wide")
        self.update(self._shown)
        self._show_buttons()

    def on_resize(self) -> None:
        self._show_buttons()

    @property
    def _is_cut(self) -> bool:
        """Whether it has lines that do not fit."""
        return 0 < self.content_size.width < self._width

    def _show_buttons(self) -> None:
        copy = text.button(_("copy"), "copy_code")
        whole = text.button(_("whole width"), "open_or_copy")
        self.border_subtitle = whole + text.own(" · ") + copy if self._is_cut else copy

    def action_open_or_copy(self) -> None:
        """Open code with lines that do not fit; copy any other."""
        if self._is_cut:
            self.post_message(WideOpened(self._shown, self._width))
        else:
            self.action_copy_code()

    def action_copy_code(self) -> None:
        self.post_message(CodeCopied(self.code))

    def on_click(self, event: events.Click) -> None:
        self.focus(scroll_visible=False)
        event.stop()


def signature(nodes: Nodes) -> Signature:
    """Signature of what a block shows; equal signatures look the same."""
    return tuple(_token_signature(token) for node in nodes for token in node.to_tokens())


def _token_signature(token: Token) -> Signature:
    children = tuple(_token_signature(child) for child in token.children or ())
    attributes = tuple(sorted((key, str(value)) for key, value in token.attrs.items()))
    return token.type, token.tag, token.content, token.info, token.hidden, attributes, children


MAX_CODE_CHARACTERS = 16_384
"""Characters; longer code stays in one colour, a lexer takes too long for it."""

_TOKEN_STYLES: dict[_TokenType, str] = {
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
    """Code in colours, when its language is known and it is not too long."""
    content = text.block(code)
    if not language or len(code) > MAX_CODE_CHARACTERS:
        return content
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return content
    spans = [
        Span(start, start + len(piece), style)
        for start, kind, piece in lexer.get_tokens_unprocessed(content.plain)
        if (style := _token_style(kind))
    ]
    return content.add_spans(spans)


def _token_style(kind: _TokenType) -> str:
    while kind is not PygmentsToken:
        if kind in _TOKEN_STYLES:
            return _TOKEN_STYLES[kind]
        kind = kind.parent
    return ""
