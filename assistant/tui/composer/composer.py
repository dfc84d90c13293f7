"""Composer: the draft of a question, a question edited again, the history of questions."""

from collections.abc import Sequence
from typing import Literal

from assistant.core.values.conversation import Message
from assistant.language.messages import _
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import SlashMenu
from assistant.tui.toolkit import text
from assistant.tui.transcript.transcript import TranscriptView

Step = Literal[-1, 1]

QUESTION_SEPARATOR = "\n\n"
"""Between the questions of a draft."""


def without_questions(draft: str, questions: Sequence[str]) -> str:
    """Draft without these questions at its beginning, because they are stored."""
    for question in questions:
        if draft == question or draft.startswith(question + QUESTION_SEPARATOR):
            draft = draft[len(question) + len(QUESTION_SEPARATOR) :]
    return draft


class Composer:
    """Keeps the prompt, its menus and the edited question together."""

    def __init__(
        self,
        prompt: PromptInput,
        menu: SlashMenu,
        completer: Completer,
        transcript: TranscriptView,
    ) -> None:
        self._prompt = prompt
        self._menu = menu
        self._completer = completer
        self._transcript = transcript
        self.editing: Message | None = None
        self.held_back = ""
        """What was not sent because it begins with a name that nothing has."""
        self.on_their_way: list[str] = []
        """Questions that were sent and are not on disk yet."""
        self._history: dict[str, None] = {}
        """Questions that were asked, the newest one last."""
        self._place = 0
        """Where in the history the prompt is; its end is what is typed now."""
        self._unsent = ""

    def draft(self, waiting: Sequence[str]) -> str:
        """Draft to save: questions on their way, questions in line, what is typed."""
        typed = "" if self.editing else self._prompt.text
        return QUESTION_SEPARATOR.join(
            part for part in (*self.on_their_way, *waiting, typed) if part
        )

    def show(self, draft: str) -> None:
        """Show this draft, editing nothing."""
        self.editing = None
        self._prompt.border_title = None
        self._prompt.show(draft)

    def end_editing(self, question: str) -> Message | None:
        """End what was edited, because it was sent with this text.

        Returns: the question that was edited; None for a new one.
        """
        edited, self.editing = self.editing, None
        self._prompt.border_title = None
        self.remember(question)
        return edited

    def put_back(self, question: str, edited: Message | None) -> None:
        """Put a question that could not be asked before what was typed meanwhile."""
        typed = self._prompt.text
        if edited is not None:
            self.edit(edited)
        else:
            self.show("")
        self._prompt.show(
            QUESTION_SEPARATOR.join(part for part in (question, typed) if part.strip())
        )

    def edit(self, question: Message) -> None:
        """Put a question of the conversation into the prompt."""
        self.editing = question
        self._prompt.border_title = text.own(_("Enter sends the edited question · Esc cancels"))
        self._prompt.show(question.text)
        self._prompt.focus()

    def follow(self) -> None:
        """Update the menus to the text."""
        typed = self._prompt.text if self.editing is None else ""
        self._menu.follow(typed)
        self._completer.follow()

    def close_menu(self) -> None:
        self._menu.display = False
        self._completer.close()

    def complete(self) -> None:
        """Put the highlighted command, file or collection into the prompt."""
        command = self._menu.chosen
        if command is not None:
            self._prompt.show(f"/{command.name} ")
            self._menu.display = False
        else:
            self._completer.accept()

    def step(self, step: Step) -> None:
        """Up or Down at the edge of the prompt."""
        if self._menu.display:
            self._menu.move(step)
        elif self._prompt.menu_open:
            self._completer.move(step)
        elif self.editing is not None:
            self._edit_other(step)
        elif step < 0 and not self._prompt.text and self._questions:
            self.edit(self._questions[-1])
        else:
            self.recall(step)

    def recall(self, step: Step) -> None:
        """Show an earlier question, or a later one."""
        place = self._place + step
        if not 0 <= place <= len(self._history):
            return
        if self._place == len(self._history):
            self._unsent = self._prompt.text
        self._place = place
        self._prompt.show([*self._history, self._unsent][place])

    def remember(self, *questions: str) -> None:
        """Add questions to the history, the last one as the newest; the walk begins anew."""
        for question in questions:
            self._history.pop(question, None)
            self._history[question] = None
        self._place = len(self._history)

    @property
    def _questions(self) -> Sequence[Message]:
        """The questions of the conversation, oldest first."""
        return [message for message in self._transcript.messages if message.role == "user"]

    def _edit_other(self, step: Step) -> None:
        questions = self._questions
        ids = [question.id for question in questions]
        place = ids.index(self.editing.id) + step if self.editing else -1
        if 0 <= place < len(questions):
            self.edit(questions[place])
        elif step > 0:
            self.show("")
