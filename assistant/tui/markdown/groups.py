"""Groups of blocks: which widget shows which blocks, and details that fold."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import ClassVar, Final

from markdown_it.tree import SyntaxTreeNode
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from assistant.tui.markdown.blocks import CodeBlock, Nodes, TextBlock, signature
from assistant.tui.markdown.extensions import OPEN
from assistant.tui.markdown.rows import summary_line
from assistant.tui.toolkit.widgets import Clickable

MAX_PARAGRAPHS: Final = 16
"""Paragraphs in one widget: a widget for each costs more than drawing them again."""

_PARAGRAPH_TYPES = ("paragraph", "heading")


class DetailsBlock(Vertical):
    """Widget of details: a line that folds them, and below it what is in them."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.signature = signature(nodes)
        self._node = nodes[0]
        self._chosen: bool | None = None
        """Whether the user wants them open; None as long as nothing was said."""
        self._line = DetailsToggle()
        self._body = Vertical(classes="body")

    def compose(self) -> ComposeResult:
        yield self._line
        with self._body:
            yield from map(make_block, grouped_blocks(self._node.children[1:]))

    def on_mount(self) -> None:
        self._refresh()

    @property
    def is_open(self) -> bool:
        return OPEN in self._node.attrs if self._chosen is None else self._chosen

    async def show_nodes(self, nodes: Nodes) -> None:
        """Show these details."""
        self.signature = signature(nodes)
        self._node = nodes[0]
        groups = grouped_blocks(self._node.children[1:])
        for block, group in list(zip_longest(blocks_in(self._body), groups)):
            await change_block(self._body, block, group)
        self._refresh()

    def toggle(self) -> None:
        """Fold or unfold them."""
        self.fold(is_open=not self.is_open)

    def fold(self, *, is_open: bool) -> None:
        """Fold or unfold them, whatever they were written as."""
        self._chosen = is_open
        self._refresh()

    def _refresh(self) -> None:
        self._line.update(summary_line(self._node.children[0], is_open=self.is_open))
        self._body.display = self.is_open


class DetailsToggle(Clickable, can_focus=True):
    """Line that folds and unfolds details."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", show=False)]

    def action_unfold(self) -> None:
        if isinstance(self.parent, DetailsBlock):
            self.parent.toggle()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_unfold()


AnyBlock = TextBlock | CodeBlock | DetailsBlock


def grouped_blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Nodes]:
    """Groups of neighbouring paragraphs and headings, as many as one widget draws quickly."""
    run: list[SyntaxTreeNode] = []
    for node in nodes:
        if run and (node.type not in _PARAGRAPH_TYPES or len(run) == MAX_PARAGRAPHS):
            yield tuple(run)
            run = []
        if node.type in _PARAGRAPH_TYPES:
            run.append(node)
        else:
            yield (node,)
    if run:
        yield tuple(run)


def make_block(nodes: Nodes) -> AnyBlock:
    """Widget for a group of nodes."""
    return _kind(nodes)(nodes)


def _kind(nodes: Nodes) -> type[AnyBlock]:
    match nodes[0].type:
        case "fence" | "code_block":
            return CodeBlock
        case "details":
            return DetailsBlock
        case _:
            return TextBlock


def blocks_in(parent: Widget) -> list[AnyBlock]:
    """The blocks that are children of a widget."""
    return [child for child in parent.children if isinstance(child, AnyBlock)]


async def change_block(parent: Widget, block: AnyBlock | None, nodes: Nodes | None) -> None:
    """Let a block show a group of nodes; one that shows them already is left alone.

    Args:
        block: None for a new one.
        nodes: None to remove it.
    """
    if block is None:
        assert nodes is not None
        await parent.mount(make_block(nodes))
    elif nodes is None:
        await block.remove()
    elif not isinstance(block, _kind(nodes)):
        await parent.mount(make_block(nodes), after=block)
        await block.remove()
    elif block.signature != signature(nodes):
        if isinstance(block, DetailsBlock):
            await block.show_nodes(nodes)
        else:
            block.show_nodes(nodes)
