"""Exact prompt screen: the rendered text, or its tokens."""

from typing import ClassVar, Final, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen

from assistant.core.values.models import RenderedPrompt
from assistant.keymap import key_name
from assistant.language.messages import _
from assistant.tui.external import ExternalActions, ExternalFactory
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.text_view import MarkedText, TextView
from assistant.tui.toolkit.widgets import Clickable, Flow, Row, RowStack

Form = Literal["text", "tokens"]

OTHER_FORM: Final[dict[Form, Form]] = {"text": "tokens", "tokens": "text"}


class PromptTextScreen(Screen[None]):
    """Exact prompt above the context screen; Esc goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("tab,t", "turn", show=False),
        Binding("y,ctrl+y", "copy", show=False),
    ]

    def __init__(self, prompt: RenderedPrompt, form: Form, external: ExternalFactory) -> None:
        super().__init__()
        self._prompt = prompt
        self._form: Form = form
        self._head = Clickable(id="passage-head")
        self._view = TextView()
        self.notice = Notice()
        self._external: ExternalActions = external(self.notice)
        self._keys = Clickable(id="passage-keys")

    def compose(self) -> ComposeResult:
        with Vertical(id="passage"):
            yield self._head
            yield self._view
        yield self.notice
        yield self._keys

    def on_mount(self) -> None:
        self._view.focus()
        self._show()

    def action_leave(self) -> None:
        self.dismiss()

    def action_turn(self) -> None:
        """Show the text instead of the tokens, or the other way round."""
        self._form = OTHER_FORM[self._form]
        self._show()

    def action_copy(self) -> None:
        name = _("the prompt") if self._form == "text" else _("the tokens")
        self.run_worker(self._external.copy(self._shown_text, name))

    @property
    def _shown_text(self) -> str:
        return self._prompt.text if self._form == "text" else token_listing(self._prompt)

    def _show(self) -> None:
        title = _("Prompt") if self._form == "text" else _("Tokens of the prompt")
        count = text.muted(
            _(
                "{tokens:,} tokens, {cached:,} cached",
                tokens=len(self._prompt.tokens),
                cached=self._prompt.cached,
            )
        )
        self._head.update(RowStack(Row(text.own(title, "bold"), count)))
        self._view.show(MarkedText(self._shown_text, numbered=self._form == "text"))
        other = _("shows the tokens") if self._form == "text" else _("shows the text")
        keys = (
            (key_name("escape"), _("back"), "leave"),
            ("Tab", other, "turn"),
            ("y", _("copies"), "copy"),
        )
        self._keys.update(
            Flow(
                *(
                    text.button(key, f"screen.{action}", style=text.ACCENT) + text.muted(f" {what}")
                    for key, what, action in keys
                )
            )
        )


def token_listing(prompt: RenderedPrompt) -> str:
    """Tokens of a prompt, one a line: place, number and escaped text; `*` is cached."""
    digits = len(str(len(prompt.tokens)))
    lines = []
    for place, token in enumerate(prompt.tokens):
        piece = prompt.pieces[place] if place < len(prompt.pieces) else ""
        mark = "*" if place < prompt.cached else " "
        lines.append(f"{place:>{digits}} {mark} {token:>7}  {piece!r}")
    return "\n".join(lines)
