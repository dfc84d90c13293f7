"""Prompt dialogs: pick a system prompt; save a conversation as a prompt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.language.messages import _, localized
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import Clickable


class PromptPicker(Dialog[Prompt]):
    """Dialog that picks a system prompt; files that cannot be used are listed with the reason."""

    def __init__(
        self, prompts: Sequence[Prompt], problems: Sequence[PromptProblem], current: str | None
    ) -> None:
        super().__init__()
        self._prompts = {str(place): prompt for place, prompt in enumerate(prompts)}
        self._problems = problems
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Role"), "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            if self._problems:
                yield Static(self._complaints(), classes="problems")
            yield Static(text.muted(_("Enter chooses · Esc cancels")))

    def on_mount(self) -> None:
        names = [prompt.name for prompt in self._prompts.values()]
        if self._current in names:
            self.query_one(OptionList).highlighted = names.index(self._current)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._prompts.get(event.option_id or ""))

    def _options(self) -> Iterator[Option]:
        for id, prompt in self._prompts.items():
            mark = "● " if prompt.name == self._current else "  "
            yield Option(
                text.own(mark, text.ACCENT)
                + text.line(prompt.title, 40)
                + text.own("  ")
                + text.line(prompt.description, 120, text.MUTED),
                id=id,
            )

    def _complaints(self) -> Content:
        lines = [
            text.line(problem.path, 200)
            + text.own(": ")
            + text.line(localized(problem.reason), 200)
            for problem in self._problems
        ]
        return text.joined(
            [text.own(_("These files cannot be used:"), "$text-error"), *lines], "\n"
        )


@dataclass(frozen=True)
class PromptToSave:
    """Chosen name and example turns of a prompt to save."""

    name: str
    questions: frozenset[str]
    """Ids of the questions whose turns become examples."""


class SavePrompt(Dialog[PromptToSave]):
    """Dialog that saves a conversation as a prompt: a name, and the turns to mark as examples."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
    ]

    def __init__(
        self, saving: PromptToSave, turns: Sequence[tuple[str, str]], problem: str = ""
    ) -> None:
        """Args:
        turns: id and text of each question that has an answer.
        problem: why the last try failed.
        """
        super().__init__()
        self._saving = saving
        self._turns = turns
        self._problem = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Save this conversation as a prompt called"), "bold"))
            yield Input(text.editable(self._saving.name), placeholder=_("name"), max_length=80)
            if self._problem:
                yield Static(text.line(self._problem, 300, "$text-error"), classes="problems")
            if self._turns:
                yield Static(text.own(_("Which turns are examples of how to answer?")))
                yield OptionList(*self._options(), markup=False, compact=True)
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Ctrl+S saves"), "screen.save"))
                yield Clickable(text.own(_("↓ Space marks")))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def on_key(self, event: events.Key) -> None:
        listing = self.query(OptionList)
        if event.key == "down" and self.query_one(Input).has_focus and listing:
            event.stop()
            listing.first().focus()
        elif event.key == "space" and listing and listing.first().has_focus:
            event.stop()
            self._mark(listing.first(OptionList))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click, or Enter on the list."""
        event.stop()
        self._mark(event.option_list)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        field = self.query_one(Input)
        self.dismiss_after(field, lambda: replace(self._saving, name=field.value.strip()))

    def _mark(self, listing: OptionList) -> None:
        place = listing.highlighted
        if place is not None:
            questions = self._saving.questions ^ {self._turns[place][0]}
            self._saving = replace(self._saving, questions=questions)
            listing.set_options(self._options())
            listing.highlighted = place

    def _options(self) -> Iterator[Option]:
        for id, question in self._turns:
            mark = "■ " if id in self._saving.questions else "□ "
            yield Option(text.own(mark, text.ACCENT) + text.line(question, 60))
