"""Chooses the system prompt of a conversation."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.prompts import Problem, Prompt
from assistant.tui import text
from assistant.tui.screens.dialog import Dialog


class PromptPicker(Dialog[Prompt]):
    """The prompts of the library, and the files that cannot be used with the reason."""

    def __init__(
        self, prompts: Sequence[Prompt], problems: Sequence[Problem], current: str | None
    ) -> None:
        super().__init__()
        self._prompts = {str(place): prompt for place, prompt in enumerate(prompts)}
        self._problems = problems
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Role", "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            if self._problems:
                yield Static(self._complaints(), classes="problems")
            yield Static(text.muted("Enter chooses · Esc leaves it"))

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
            text.line(problem.path, 200) + text.own(": ") + text.line(problem.reason, 200)
            for problem in self._problems
        ]
        return text.joined([text.own("These files cannot be used:", "$text-error"), *lines], "\n")
