"""Plain chat: the conversation that is asked in lines, and the printing of its answers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.cli.ask.answer import ConsoleAnswer
from assistant.cli.ask.command import unless_it_fails
from assistant.cli.ask.question import attachable
from assistant.cli.console import Console
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program
from assistant.core.conversations.start import begin_conversation
from assistant.core.errors import NotFoundError
from assistant.core.grounding.mentions import files_in, missing_files
from assistant.core.grounding.scope import NOWHERE
from assistant.core.turn.requests import Ask, Continue, Regenerate
from assistant.core.values.conversation import Conversation, Message
from assistant.language.messages import _

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

STOPPED: Final = 130
"""Exit status of an answer that Ctrl+C stopped."""


class PlainChat:
    """One conversation after the other, in lines."""

    def __init__(
        self, program: Program, assistant: "Assistant", interrupted: Callable[[], Interruption]
    ) -> None:
        """Args:
        interrupted: makes what turns signals into a stop while an answer is written.
        """
        self.assistant = assistant
        self.console: Console = program.console.without_cursor()
        self.conversation: Conversation | None = None
        self.listed: Sequence[str] = ()
        """Ids of the conversations that were listed last, by their number from 1."""
        self.is_over = False
        self.status = 0
        self._program = program
        self._interrupted = interrupted
        self._temporary = False

    def open(self, id: str | None, *, last: bool = False, temporary: bool = False) -> None:
        """Go on with a conversation, or begin a new one.

        Raises:
            NotFoundError: there is none such.
        """
        store = self.assistant.store
        self._temporary = temporary
        if last:
            newest = store.conversations(limit=1)
            if not newest:
                raise NotFoundError("There is no conversation yet.", "Leave out --last.")
            id = newest[0].id
        self.conversation = store.conversation(id) if id else None

    def ask(self, question: str, files: Sequence[str] | None = None) -> None:
        """Ask a question, and print the answer.

        Args:
            files: what goes with it; None is what it mentions as `@file`.

        Raises:
            AssistantError: there is no answer.
        """
        attached = self._mentioned(question) if files is None else tuple(files)
        is_new = self.conversation is None
        conversation = self.conversation or self._begin()
        with unless_it_fails(self.assistant.store, conversation, is_new):
            request = Ask(conversation_id=conversation.id, text=question, attached=attached)
            self.answer(request, conversation)
            self.conversation = self.assistant.store.conversation(conversation.id)

    def _mentioned(self, question: str) -> tuple[str, ...]:
        for name in missing_files(question, _is_file):
            self.console.warning(_("@{name}: there is no such file; sent as plain text", name=name))
        found = (attachable(each.path) for each in files_in(question, _is_file))
        return tuple(dict.fromkeys(found))

    def answer(
        self, request: Ask | Continue | Regenerate, conversation: Conversation | None = None
    ) -> None:
        """Print an answer while it is written.

        Raises:
            AssistantError: there is none.
        """
        conversation = conversation or self.conversation
        model = request.model if isinstance(request, Regenerate) else None
        model = model or (conversation.model if conversation else None)
        sources = None if self._may_send(model) else NOWHERE
        with self._interrupted() as interruption:
            shown = ConsoleAnswer(self.console, interruption, as_json=False, no_stream=False)
            status = shown.run(self.assistant.chat, request, None, sources)
        if status == STOPPED:
            self.console.line(_("Stopped; /continue resumes the answer."))
        elif interruption.signal is not None:
            # The terminal was closed, or the system wants the program to end.
            self.is_over, self.status = True, status

    def messages(self) -> Sequence[Message]:
        """Messages of the conversation."""
        return self.assistant.store.branch(self.conversation.id) if self.conversation else ()

    def last_answer(self) -> Message:
        """Newest answer of the conversation.

        Raises:
            NotFoundError: there is none.
        """
        answers = [each for each in self.messages() if each.role == "assistant"]
        if not answers:
            raise NotFoundError("There is no answer yet.")
        return answers[-1]

    def made(self) -> Conversation:
        """The conversation, which is begun now where there is none yet."""
        self.conversation = self.conversation or self._begin()
        return self.conversation

    def _begin(self) -> Conversation:
        assistant = self.assistant
        name = assistant.settings.chat.prompt
        return begin_conversation(
            assistant.store,
            assistant.prompts.get(name) if name else None,
            models=assistant.models,
            temporary=self._temporary or bool(assistant.store.unwritable()),
        )

    def _may_send(self, model: str | None) -> bool:
        """Whether passages of files may go to the model, which is one of a server.

        Raises:
            ConsentError: the question may not.
        """
        assistant, program = self.assistant, self._program
        if not assistant.settings.endpoints:
            return True
        # Only where there are servers.
        from assistant.cli.endpoints.consent import (  # noqa: PLC0415
            may_send_files,
            require_questions,
        )

        model = model or assistant.settings.chat.model
        require_questions(self.console, program.ask, program.endpoints(), model)
        if assistant.library.is_empty():
            return True
        return may_send_files(self.console, program.ask, program.endpoints(), model)


def _is_file(path: str) -> bool:
    return Path(path).expanduser().is_file()
