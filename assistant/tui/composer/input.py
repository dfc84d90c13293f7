"""Prompt input: the text field where questions are typed."""

from typing import ClassVar, Final, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dropped_paths import read_dropped_paths


class Menus(Protocol):
    """The menus that may open above the prompt."""

    @property
    def are_open(self) -> bool:
        """Whether one is open."""
        ...

    def handle_enter(self) -> bool:
        """Handle Enter while one is open.

        Returns: whether it was meant for the menu.
        """
        ...


BURST_SECONDS: Final = 0.01
"""Keys that come closer together are not typed: they are pasted where the terminal does not say so,
or come over a slow line together."""

DECISION_SECONDS: Final = 0.05
"""How long an Enter at the end of a burst waits for what may follow it."""


def is_text(event: events.Key) -> bool:
    """Whether a key stands for a character or a line break."""
    return event.is_printable or event.key == "enter"


class PromptInput(TextArea):
    """Input of several lines: Enter sends, Ctrl+J, Shift+Enter and `\\` + Enter break lines.

    An Enter within a burst of keys breaks the line, too: a paste is one text.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+up", "recall(-1)", show=False),
        Binding("ctrl+down", "recall(1)", show=False),
    ]

    class Submitted(Message):
        """The text was sent."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    class Edited(Message):
        """The text changed."""

        def __init__(self, draft: str) -> None:
            super().__init__()
            self.draft = draft

    class Left(Message):
        """A key was pressed that means something outside: empty text, or the cursor at its edge."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Dropped(Message):
        """Nothing but paths was pasted, as terminals do when files are dropped on them."""

        def __init__(self, paths: tuple[str, ...], pasted: str) -> None:
            super().__init__()
            self.paths = paths
            self.pasted = pasted

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            placeholder=text.muted(_("Ask anything")),
            compact=True,
            highlight_cursor_line=False,
            tab_behavior="focus",
        )
        self.menus: Menus | None = None
        """What takes the arrow keys, Tab, Enter and Esc while it is open."""
        self._shown = ""
        self._latest_key = 0.0
        self._enter_at: float | None = None
        """When an Enter came that sends unless more keys follow at once."""

    @property
    def menu_open(self) -> bool:
        """Whether a menu takes the arrow keys, Tab, Enter and Esc."""
        return self.menus is not None and self.menus.are_open

    @property
    def is_as_shown(self) -> bool:
        """Whether nothing was typed since the text was replaced."""
        return self.text == self._shown

    def show(self, draft: str) -> None:
        """Replace the text and put the cursor at its end."""
        self._shown = text.editable(draft)
        self.load_text(self._shown)
        self.move_cursor(self.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.text))

    async def _on_key(self, event: events.Key) -> None:
        in_burst = event.time - self._latest_key < BURST_SECONDS
        self._latest_key = event.time
        if self._enter_at is not None and in_burst:
            self._enter_at = None
            self.insert("\n")
        else:
            self._end_burst()
        if self._is_for_outside(event.key):
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(event.key))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            if in_burst:
                self._enter_at = event.time
                self.set_timer(DECISION_SECONDS, self._end_burst)
            else:
                self._enter()
        elif event.key in ("ctrl+j", "shift+enter", "alt+enter"):
            event.stop()
            event.prevent_default()
            self.insert("\n")
        else:
            await super()._on_key(event)

    def _end_burst(self) -> None:
        """Carry out an Enter that nothing has followed."""
        if self._enter_at is not None:
            self._enter_at = None
            self._enter()

    def _enter(self) -> None:
        if self.menus is not None and self.menus.are_open:
            is_sent = not self.menus.handle_enter()
        else:
            is_sent = not self._break_line()
        if is_sent and self.text.strip():
            # Emptied here: what is typed before the screen hears of it belongs to the next one.
            self.post_message(self.Submitted(self.text))
            self.show("")

    def _break_line(self) -> bool:
        """Turn a backslash before the cursor into a line break.

        Returns: whether there was one.
        """
        row, column = self.cursor_location
        if not self.selection.is_empty or not self.document[row][:column].endswith("\\"):
            return False
        self.replace("\n", (row, column - 1), (row, column))
        return True

    def _is_for_outside(self, key: str) -> bool:
        if self.menu_open and key in ("up", "down", "tab", "escape"):
            return True
        if key == "up":
            return self.navigator.is_first_wrapped_line(self.cursor_location)
        if key == "down":
            return self.navigator.is_last_wrapped_line(self.cursor_location)
        if key == "question_mark":
            return not self.text
        return key in ("escape", "tab", "pageup", "pagedown")

    def action_recall(self, step: int) -> None:
        self.post_message(self.Left("ctrl+up" if step < 0 else "ctrl+down"))

    def insert_word(self, word: str) -> None:
        """Put a word at the cursor, apart from what stands before it."""
        row, column = self.selection.start
        before = self.document[row][:column]
        self.insert(f"{'' if not before or before[-1].isspace() else ' '}{word} ")

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        # Keys that follow wait for the disk, too: what they type belongs behind the paste.
        paths = await read_dropped_paths(event.text)
        if paths:
            self.post_message(self.Dropped(paths, event.text))
        else:
            self.insert(text.editable(event.text))


def is_from_outside(event: events.Event) -> bool:
    """Whether an event comes from the terminal, not back from the widget that it was for."""
    return isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded


def is_typed(event: events.Event) -> bool:
    """Whether an event is a letter for the prompt; a question mark asks there for help. The mouse
    may move over everything."""
    if isinstance(event, events.Key):
        return event.is_printable and event.key != "question_mark"
    return isinstance(event, events.MouseMove)
