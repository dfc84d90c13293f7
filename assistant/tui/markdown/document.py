"""A Markdown text on the screen that can grow while it is read.

Textual's own Markdown makes a widget for every paragraph of every list item: seconds for a long
list. This one makes one for each top-level block, changes only the last block while the text
grows, and compares block by block when the whole text is known.
"""

from itertools import zip_longest

from markdown_it.tree import SyntaxTreeNode
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.widgets import Markdown

from assistant.tui import text
from assistant.tui.markdown.blocks import AnyBlock, Block, CodeBlock, is_code, make_block, signature
from assistant.tui.markdown.parsing import make_parser


class Document(Markdown):
    """Markdown that opens no links and fetches nothing."""

    def __init__(self, markdown: str = "") -> None:
        super().__init__(open_links=False)
        self._text = text.editable(markdown)
        self._settled = 0
        """Characters before the last block: what no later text can change."""
        self._parser = make_parser()

    @property
    def source(self) -> str:
        return self._text

    @property
    def blocks(self) -> list[AnyBlock]:
        return [child for child in self.children if isinstance(child, (Block, CodeBlock))]

    def compose(self) -> ComposeResult:
        yield from (make_block(node) for node in self._nodes_from(0))

    def _on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        # The base class would parse its own copy of the text in the background.
        event.prevent_default()

    def append(self, markdown: str) -> AwaitComplete:
        """Let the text grow; only the last block is parsed again."""
        self._text += text.editable(markdown)
        return AwaitComplete(self._grow())

    def update(self, markdown: str) -> AwaitComplete:
        """Show exactly this text; blocks that stay the same are left alone."""
        self._text = text.editable(markdown)
        return AwaitComplete(self._redraw())

    async def _grow(self) -> None:
        async with self.lock:
            start = max(len(self.blocks) - 1, 0)
            await self._replace(start, self._nodes_from(self._settled))

    async def _redraw(self) -> None:
        async with self.lock:
            await self._replace(0, self._nodes_from(0))

    async def _replace(self, start: int, nodes: list[SyntaxTreeNode]) -> None:
        """Show `nodes` in place of the blocks from `start` on."""
        with self.app.batch_update():
            for block, node in zip_longest(self.blocks[start:], nodes):
                if node is None:
                    await block.remove()
                elif block is None:
                    await self.mount(make_block(node))
                elif isinstance(block, CodeBlock) == is_code(node):
                    if block.signature != signature(node):
                        block.take(node)
                else:
                    await self.mount(make_block(node), after=block)
                    await block.remove()

    def _nodes_from(self, start: int) -> list[SyntaxTreeNode]:
        """The top-level blocks of the text from `start` on."""
        source = self._text[start:]
        nodes = SyntaxTreeNode(self._parser.parse(source)).children
        if nodes and nodes[-1].map:
            self._settled = start + _offset_of_line(source, nodes[-1].map[0])
        return list(nodes)


def _offset_of_line(source: str, line: int) -> int:
    offset = 0
    for _ in range(line):
        offset = source.index("\n", offset) + 1
    return offset
