"""Markdown document widget that grows while an answer is streamed, and its parser.

Textual's own Markdown makes a widget for every paragraph of every list item: seconds for a long
list. This one makes few widgets, changes only the last ones while the text grows, and compares
block by block when the whole text is known. Long texts are parsed in a thread: some take the
parser long, and the screen has to go on.

Nothing that the parser yields can harm a terminal. The text is cleaned before it is parsed; but
Markdown knows entities (`&#x202e;`), so what comes out is cleaned again.
"""

import asyncio
from collections.abc import Iterable
from itertools import zip_longest
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.widgets import Markdown

from assistant.core.sanitize import printable
from assistant.tui.markdown.blocks import Nodes
from assistant.tui.markdown.extensions import DETAILS, add_extensions
from assistant.tui.markdown.formulas import add_formulas
from assistant.tui.markdown.groups import (
    AnyBlock,
    DetailsBlock,
    blocks_in,
    change_block,
    grouped_blocks,
    make_block,
)
from assistant.tui.toolkit import text

SYNC_CHARACTERS: Final = 4_096
"""Characters that are parsed at once; more is parsed in a thread."""
MOUNT_BATCH: Final = 8
"""Blocks that are mounted before the screen gets its turn again."""


class MarkdownDocument(Markdown):
    """Markdown widget that opens no links and fetches nothing."""

    def __init__(self, markdown: str = "") -> None:
        super().__init__(open_links=False)
        self._text = text.editable(markdown)
        self._stable_end = 0
        """Where the last block of the text begins: what is before it no later text can change."""
        self._stable_blocks = 0
        """How many widgets show what is before it."""
        self._parser = make_parser()
        self._drawn = asyncio.Event()

    async def drawn(self) -> None:
        """Wait until the whole text is drawn; a long one takes a moment."""
        await self._drawn.wait()

    @property
    def source(self) -> str:
        return self._text

    @property
    def blocks(self) -> list[AnyBlock]:
        return blocks_in(self)

    def compose(self) -> ComposeResult:
        if len(self._text) <= SYNC_CHARACTERS:
            yield from map(make_block, self._groups(self._parser.parse(self._text), 0))

    def _on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        # The base class would parse its own copy of the text in the background.
        event.prevent_default()
        if len(self._text) > SYNC_CHARACTERS:
            self.call_later(self._redraw)
        else:
            self._drawn.set()

    def append(self, markdown: str) -> AwaitComplete:
        """Append to the text; only the last block is parsed again."""
        self._text += text.editable(markdown)
        return AwaitComplete(self._grow())

    def update(self, markdown: str) -> AwaitComplete:
        """Show exactly this text; blocks that stay the same are left alone."""
        self._text = text.editable(markdown)
        return AwaitComplete(self._redraw())

    def unfold_to(self, offset: int) -> None:
        """Unfold all details that begin before this character."""
        before = SyntaxTreeNode(self._parser.parse(self._text[: max(offset, 0)])).children
        count = sum(node.type == DETAILS for node in before)
        for block in [each for each in self.blocks if isinstance(each, DetailsBlock)][:count]:
            for each in (block, *block.query(DetailsBlock)):
                each.fold(is_open=True)

    async def _grow(self) -> None:
        async with self.lock:
            await self._draw(self._stable_end, self._stable_blocks)

    async def _redraw(self) -> None:
        async with self.lock:
            await self._draw(0, 0)
        self._drawn.set()

    async def _draw(self, start: int, first: int) -> None:
        """Show the text from `start` on in the widgets from `first` on."""
        tokens = await self._parsed(self._text[start:])
        if not self.is_attached:
            return
        changes = list(zip_longest(self.blocks[first:], self._groups(tokens, start, first)))
        for place in range(0, len(changes), MOUNT_BATCH):
            with self.app.batch_update():
                for block, nodes in changes[place : place + MOUNT_BATCH]:
                    await change_block(self, block, nodes)
            await asyncio.sleep(0)

    async def _parsed(self, source: str) -> list[Token]:
        if len(source) <= SYNC_CHARACTERS:
            return self._parser.parse(source)
        return await asyncio.to_thread(self._parser.parse, source)

    def _groups(self, tokens: list[Token], start: int, first: int = 0) -> list[Nodes]:
        """What each widget shows; remembers where the last group of blocks begins."""
        groups = list(grouped_blocks(SyntaxTreeNode(tokens).children))
        if groups and groups[-1][0].map:
            self._stable_end = start + _offset_of_line(self._text[start:], groups[-1][0].map[0])
            self._stable_blocks = first + len(groups) - 1
        return groups


def _offset_of_line(source: str, line: int) -> int:
    offset = 0
    for _ in range(line):
        offset = source.index("\n", offset) + 1
    return offset


MAX_NESTING: Final = 40
"""Levels of lists and quotations; the parser drops what is nested deeper."""


def make_parser() -> MarkdownIt:
    """Markdown parser: CommonMark with tables, tasks, footnotes, details, formulas, bare links.

    HTML is text.
    """
    parser = MarkdownIt("gfm-like", {"html": False, "maxNesting": MAX_NESTING})
    add_formulas(parser)
    add_extensions(parser)
    parser.core.ruler.push("whole", _keep_whole)
    parser.core.ruler.push("printable", _clean)
    return parser


def _keep_whole(state: StateCore) -> None:
    """What is nested too deeply is shown as it is: nothing of an answer may be lost."""
    if any(token.level >= MAX_NESTING - 1 for token in state.tokens):
        lines = state.src.count("\n") + 1
        state.tokens = [Token("code_block", "code", 0, content=state.src, map=[0, lines])]


def _clean(state: StateCore) -> None:
    _clean_tokens(state.tokens)


def _clean_tokens(tokens: Iterable[Token]) -> None:
    for token in tokens:
        token.content = printable(token.content)
        token.info = printable(token.info)
        if token.children:
            _clean_tokens(token.children)


class Link(NamedTuple):
    """Link of a text: its words, and where it leads."""

    words: str
    address: str


def links_of(source: str) -> list[Link]:
    """Links and images of a text in their order, each address once."""
    found: dict[str, Link] = {}
    for block in make_parser().parse(text.editable(source)):
        children = block.children or []
        for place, token in enumerate(children):
            if token.type not in ("link_open", "image"):
                continue
            address = str(token.attrGet("href") or token.attrGet("src") or "")
            words = token.content
            if token.type == "link_open":
                ends = (each for each in range(place, len(children)))
                end = next(each for each in ends if children[each].type == "link_close")
                words = "".join(each.content for each in children[place + 1 : end])
            found.setdefault(address, Link(words, address))
    return list(found.values())
