"""Message widget: who wrote it, its text, and how it ended."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from assistant.core.grounding.citations import annotate
from assistant.core.grounding.references import partly_read
from assistant.core.grounding.unconfirmed import is_unconfirmed, was_checked
from assistant.core.grounding.versions import disputed
from assistant.core.values.conversation import Message
from assistant.core.values.library import Retrieval
from assistant.tui import commands
from assistant.tui.markdown.blocks import CodeBlock
from assistant.tui.markdown.document import MarkdownDocument
from assistant.tui.markdown.limits import plain_length, rich_length
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable
from assistant.tui.transcript.folded import Fold, Reasoning, UnsupportedAnswer
from assistant.tui.transcript.headings import (
    MessageHeading,
    ending_line,
    marks_line,
    quotes_of,
    saying_lines,
)


class MessageView(Vertical, can_focus=True):
    """Widget of a message, drawn richly up to a limit and folded beyond it."""

    def __init__(self, message: Message, written: str | None = None, hint: str = "") -> None:
        """Args:
        written: the text so far of an answer that is being written.
        hint: what to do about its failure.
        """
        super().__init__(classes=f"-{message.role}")
        self.message = message
        self._hint = hint
        self._searched = 0
        self._unconfirmed = False
        self._elsewhere: Sequence[str] = ()
        self._retrieval: Retrieval | None = None
        self._checked = False
        self._written = self._cited_text() if written is None else written
        self._rich = self._rich_length()
        self._stream: MarkdownStream | None = None
        self._header = MessageHeading()
        self._reasoning = Reasoning(message.reasoning, live=self._is_thinking)
        self._unsupported = UnsupportedAnswer()
        self._document = MarkdownDocument(self._written[: self._rich])
        self._fold = Fold(self._written[self._rich :])
        self._ending = Clickable(classes="ending")
        self._marks = Clickable(classes="marks")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._reasoning
        yield self._unsupported
        if self.message.role == "assistant":
            yield self._document
        else:
            shown = self._written[: self._rich]
            yield Static(text.block(shown.rstrip("\n")), classes="words")
        yield self._fold
        yield self._ending
        yield self._marks

    def on_mount(self) -> None:
        commands.bind(self, commands.message_bindings(commands.keymap_of(self)))
        self._header.message = self.message
        self._show_ending()
        self._show_marks()

    @property
    def code(self) -> str | None:
        """Last block of code that is drawn; None without one."""
        blocks = list(self.query(CodeBlock))
        return blocks[-1].code if blocks else None

    async def drawn(self) -> None:
        """Wait until everything is drawn but what is folded."""
        if self.message.role == "assistant":
            await self._document.drawn()

    async def unfold_to(self, offset: int) -> None:
        """Show the text down to this character, where it is folded."""
        self._unsupported.open()
        if self.message.role == "assistant":
            self._document.unfold_to(offset)
        await self._fold.unfold_to(offset + 1 - self._rich)

    def show_reasoning(self, thought: str) -> None:
        """Show the reasoning so far."""
        self._reasoning.show_text(thought, live=self._is_thinking)
        self._show_ending()

    @property
    def _is_thinking(self) -> bool:
        """Whether nothing of the answer is there yet."""
        return self.message.state == "streaming" and not self._written

    async def grow(self, written: str) -> None:
        """Let the answer grow to this text, which begins with the one shown."""
        piece = written[len(self._written) :]
        if not piece:
            return
        full = self._rich < len(self._written)
        self._written = written
        self._reasoning.fold_away()
        if not full:
            before, self._rich = self._rich, self._rich_length()
            if self._stream is None:
                self._stream = Markdown.get_stream(self._document)
            await self._stream.write(written[before : self._rich])
        if self._rich < len(written):
            self._fold.grow(piece if full else written[self._rich :])
        self._show_ending()

    async def show(self, message: Message, hint: str = "") -> None:
        """Show the message as it is stored; one full update when its text is final."""
        if self._stream is not None:
            await self._stream.stop()
            self._stream = None
        before, self.message, self._hint = self.message, message, hint or self._hint
        shown = self._cited_text()
        ended = message.state != before.state or shown != self._written
        if ended and message.role == "assistant":
            await self._draw(shown)
        self._header.message = message
        if message.state == "streaming":
            # It is gone on with, and checked again then.
            self._unconfirmed = False
            self._unsupported.hide()
        if message.reasoning or message.state != "streaming":
            self._reasoning.show_text(message.reasoning, live=self._is_thinking)
        self._show_ending()
        self._show_marks()

    def show_searched(self, passages: int) -> None:
        """Show how many passages of the user's files were searched in vain; 0 shows nothing."""
        if passages != self._searched:
            self._searched = passages
            self._show_ending()

    def show_elsewhere(self, collections: Sequence[str]) -> None:
        """Show which other collections there are, where the conversation's had nothing."""
        if collections != self._elsewhere:
            self._elsewhere = collections
            self._show_ending()

    def expect_check(self) -> None:
        """Passages are read for the answer: marks that the check does not set are none."""
        self._checked = True

    async def show_retrieval(self, retrieval: Retrieval) -> None:
        """Show what of the files could not be read, where their versions disagree about it, and
        what they say when they bear out nothing of the answer, or that they do not; marks that the
        model wrote itself go.
        """
        self._checked = was_checked(self.message, retrieval)
        if self.message.state != "streaming" and self._cited_text() != self._written:
            await self._draw(self._cited_text())
        unconfirmed = is_unconfirmed(self.message, retrieval)
        says = (
            unconfirmed
            or retrieval.saying is not None
            or partly_read(retrieval.used)
            or disputed(retrieval.used, quotes_of(self.message, retrieval))
        )
        shown = self._retrieval, self._unconfirmed
        if says and (retrieval, unconfirmed) != shown:
            self._retrieval, self._unconfirmed = retrieval, unconfirmed
            self._show_ending()
        if retrieval.saying is not None:
            said = saying_lines(self.message, retrieval, retrieval.saying)
            self._unsupported.show(said, self._written)

    async def _draw(self, written: str) -> None:
        self._written = written
        self._rich = self._rich_length()
        await self._document.update(written[: self._rich])
        await self._fold.reset(written[self._rich :])

    def _cited_text(self) -> str:
        """An answer with its citations behind the sentences they bear out."""
        return annotate(self.message.text, self.message.citations, checked=self._checked)

    def on_unsupported_answer_toggled(self, event: UnsupportedAnswer.Toggled) -> None:
        event.stop()
        self._document.display = event.is_open
        if not event.is_open:
            self._fold.display = False
        else:
            self._fold.show_if_any()

    def on_focus(self) -> None:
        self._header.active = True

    def on_blur(self) -> None:
        self.remove_class("-found")
        self._header.active = self.mouse_hover

    def on_enter(self) -> None:
        self._header.active = True

    def on_leave(self) -> None:
        self._header.active = self.has_focus or self.is_mouse_over

    def on_click(self) -> None:
        self.focus(scroll_visible=False)

    def _rich_length(self) -> int:
        measure = rich_length if self.message.role == "assistant" else plain_length
        return measure(self._written)

    def _show_ending(self) -> None:
        line = self._ending
        if self.message.state == "streaming" and not self._written:
            content = text.muted("…")
        else:
            keymap = commands.keymap_of(self)
            content = ending_line(
                self.message,
                keymap,
                self._hint,
                self._searched,
                self._retrieval,
                elsewhere=self._elsewhere,
                unconfirmed=self._unconfirmed,
            )
        line.display = bool(content.plain)
        line.set_class(not self._written, "-alone")
        line.update(content)

    def _show_marks(self) -> None:
        content = marks_line(self.message.marks)
        self._marks.display = bool(content.plain)
        self._marks.update(content)
