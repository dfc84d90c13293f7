"""Transcript widget: the messages of a conversation, with focus, paging and jumps."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message as Posted
from textual.widgets import Static

from assistant.core.spans import find_quote
from assistant.core.values.changes import MATCH_BEGIN, MATCH_END
from assistant.core.values.conversation import Message
from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.transcript.column import MessageColumn, ScrollAnchor

if TYPE_CHECKING:
    from assistant.tui.transcript.message import MessageView

MARKS_CHARACTERS: Final = 256
"""Characters that marks of sources may add to an answer before a place in it."""


class TranscriptView(MessageColumn, can_focus=False):
    """Messages of a conversation; follows the end while the reader is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
        Binding("pageup", "turn_page(-1)", show=False),
        Binding("pagedown", "turn_page(1)", show=False),
    ]

    class LeftBehind(Posted):
        """The focused message was scrolled out of reach."""

    class Shown(Posted):
        """Messages came into view, or were written to their end."""

        def __init__(self, messages: Sequence[Message]) -> None:
            super().__init__()
            self.messages = tuple(messages)

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[str, str] = {}
        self._replaced = ""
        """The message whose other version comes into its place."""
        self._queue = Static(classes="queue")

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._queue

    def make_view(self, message: Message) -> "MessageView":
        # Markdown and its parser come with it, behind the first frame.
        from assistant.tui.transcript.message import MessageView  # noqa: PLC0415

        return MessageView(message, self._written.get(message.id))

    async def mounted(self, views: Sequence["MessageView"]) -> None:
        for view in views:
            # The answer may have grown while its widgets were made.
            await view.grow(self._written.get(view.message.id, ""))
        self.post_message(self.Shown([view.message for view in views]))

    def leaving(self, views: Sequence["MessageView"]) -> None:
        focused = next((view for view in views if view.has_focus_within), None)
        if focused is not None and focused.message.id != self._replaced:
            self.post_message(self.LeftBehind())

    async def show(self, messages: Sequence[Message], written: dict[str, str]) -> None:
        """Show another conversation, at its end; `written` has the texts that still grow."""
        async with self._change:
            self._written = dict(written)
            self.following = True
            await self._replace(messages, keep=0)

    async def update(self, messages: Sequence[Message]) -> None:
        """Show the conversation as it is now; views of the same messages stay."""
        async with self._change:
            keep = 0
            for old, new in zip(self.messages, messages, strict=False):
                if old.id != new.id:
                    break
                keep += 1
            kept = zip(self.messages[:keep], messages[:keep], strict=True)
            changed = [new for old, new in kept if old != new]
            version = self._other_version_of_focused(messages)
            self._replaced = self.focused_message.id if self.focused_message and version else ""
            await self._replace(messages, keep)
            self._replaced = ""
            if version is not None:
                self.focus_message(version.id)
            for message in changed:
                await self._finish_message(message)

    def _other_version_of_focused(self, messages: Sequence[Message]) -> Message | None:
        """The message that comes into the place of the one that has the focus."""
        focused = self.focused_message
        if focused is None or any(message.id == focused.id for message in messages):
            return None
        family = (focused.parent_id, focused.role)
        return next((each for each in messages if (each.parent_id, each.role) == family), None)

    async def write(self, message_id: str, written: str) -> None:
        """Let a message grow to this text."""
        self._written[message_id] = written
        view = self.view(message_id)
        if view is not None:
            await view.grow(written)

    def show_reasoning(self, message_id: str, thought: str) -> None:
        """Show the reasoning so far of a message that is being written."""
        view = self.view(message_id)
        if view is not None:
            view.show_reasoning(thought)

    def expect_check(self, message_id: str) -> None:
        """Passages are read for an answer: marks that the check does not set are none."""
        view = self.view(message_id)
        if view is not None:
            view.expect_check()

    async def finish_message(self, message: Message, hint: str = "") -> None:
        """Show the message as it is on disk; `hint` tells what to do about a failure."""
        async with self._change:
            self.messages = [message if old.id == message.id else old for old in self.messages]
            await self._finish_message(message, hint)

    @property
    def focused_message(self) -> Message | None:
        """The message that has the focus, or something in it."""
        return next((view.message for view in self._views if view.has_focus_within), None)

    def view(self, message_id: str) -> "MessageView | None":
        """Widget of a message; None while it is not near the view."""
        return next((view for view in self._views if view.message.id == message_id), None)

    def queue(self, questions: Sequence[str]) -> None:
        """Show the questions in line, the next one first."""
        lines = [
            text.muted(f"{_('waiting')}  ") + text.line(question, 400) for question in questions
        ]
        self._queue.display = bool(lines)
        self._queue.update(text.joined(lines, between="\n"))

    def focus_message(self, message_id: str) -> None:
        """Give a message the focus, when it is near the view."""
        view = self.view(message_id)
        if view is not None:
            view.focus()

    def focus_last(self) -> None:
        """Give the last message near the view the focus."""
        if self._views:
            self._focus(self._views[-1])

    def action_walk(self, step: int) -> None:
        """Focus the next message, or the previous one; through a long one page by page."""
        focused = [place for place, view in enumerate(self._views) if view.has_focus_within]
        if not focused:
            return
        view = self._views[focused[0]]
        inside = (
            view.region.bottom > self.region.bottom if step > 0 else view.region.y < self.region.y
        )
        place = focused[0] + step
        if inside:
            self.scroll_relative(y=step * max(self.size.height // 2, 1), animate=False)
        elif 0 <= place < len(self._views):
            self._focus(self._views[place])
        elif step > 0:
            self.post_message(self.LeftBehind())

    def action_turn_page(self, step: int) -> None:
        self.turn_page(step)

    def turn_page(self, step: int) -> None:
        """Scroll by nearly one view."""
        self.scroll_relative(y=step * max(self.size.height - 2, 1), animate=False)

    def _focus(self, view: "MessageView") -> None:
        """Give a message the focus, and show as much of it as there is room for."""
        view.focus(scroll_visible=False)
        top, bottom, height = view.virtual_region.y, view.virtual_region.bottom, self.size.height
        if top < self.scroll_y or bottom - top > height:
            self.scroll_to(y=top, animate=False)
        elif bottom > self.scroll_y + height:
            self.scroll_to(y=bottom - height, animate=False)

    async def go_to(self, message_id: str, snippet: str = "") -> None:
        """Bring a message that was found into view, mark it and give it the focus.

        Args:
            snippet: the surroundings of what was found in it, which a long message is scrolled to.
        """
        ids = [message.id for message in self.messages]
        async with self._change:
            self.following = False
            self._anchor = ScrollAnchor(ids.index(message_id))
            with self.app.batch_update():
                await self._mount_window()
        self.refresh(layout=True)
        view = self.view(message_id)
        if view is not None:
            view.focus(scroll_visible=False)
            view.add_class("-found")
            if snippet:
                self.run_worker(self._find_in(view, snippet), exclusive=True, group="found")

    async def _find_in(self, view: "MessageView", snippet: str) -> None:
        await view.drawn()
        _found, offset = offset_of_snippet(view.message.text, snippet)
        await view.unfold_to(offset + MARKS_CHARACTERS)
        self.call_after_refresh(self._show_found, view, snippet)

    def _show_found(self, view: "MessageView", snippet: str) -> None:
        if view.is_attached and view.region.height > self.size.height:
            above = row_of_snippet(view, snippet) - self.size.height // 3
            self.scroll_to(y=view.virtual_region.y + max(above, 0), animate=False)

    async def _finish_message(self, message: Message, hint: str = "") -> None:
        if message.state != "streaming":
            self._written.pop(message.id, None)
        view = self.view(message.id)
        if view is not None:
            await view.show(message, hint)
            self.post_message(self.Shown([message]))


def row_of_snippet(view: "MessageView", snippet: str) -> int:
    """Row of a laid-out message at which a snippet stands, as near as can be estimated.

    What is drawn is not what was written: marks of Markdown are gone, and lines are wrapped. So
    the row is estimated from the place in the text, and is that of the nearest of the words that
    were found.

    Args:
        snippet: the surroundings of what was found, see `core.values.changes`.
    """
    height, message = view.region.height, view.message.text
    words, start = offset_of_snippet(message, snippet)
    estimate = round(height * max(start, 0) / max(len(message), 1))
    rows = list(_rows_with_words(view, words)) if words else []
    return min(rows, key=lambda row: abs(row - estimate), default=estimate)


def offset_of_snippet(message: str, snippet: str) -> tuple[str, int]:
    """Where a snippet stands in the text that it is from.

    Returns: the words that were found, and their offset; below 0 where they are not there.
    """
    words = snippet.partition(MATCH_BEGIN)[2].partition(MATCH_END)[0]
    around = snippet.replace(MATCH_BEGIN, "").replace(MATCH_END, "").strip().strip("…")
    span = find_quote(message, around, 0)
    return words, span.start + max(around.find(words), 0) if span else message.find(words)


def _rows_with_words(view: "MessageView", words: str) -> Iterator[int]:
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    for widget in view.query(Static):
        plain = _plain_text(widget)
        top, height = widget.region.y - view.region.y, widget.region.height
        for match in pattern.finditer(plain):
            yield top + round(height * match.start() / len(plain))


def _plain_text(widget: Static) -> str:
    from assistant.tui.markdown.layout import BlockLayout  # noqa: PLC0415 -- as `make_view`

    match widget.visual:
        case Content() as content:
            return content.plain
        case BlockLayout() as laid:
            return laid.last_content.plain
    return ""
