"""Answers on standard output while they are written, checked and stored."""

from io import StringIO
from typing import Any

from assistant.cli.ask.answer import ConsoleAnswer
from assistant.cli.console import Console
from assistant.cli.interruption import Interruption
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Message
from assistant.core.values.sampling import Sampling
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels


class WatchedConversations(FakeConversations):
    """Notes what could be read when an answer was to be stored."""

    def __init__(self, out: StringIO) -> None:
        super().__init__()
        self._out = out
        self.read = ""

    def finish(self, *given: Any, **named: Any) -> Message:
        self.read = self._out.getvalue()
        return super().finish(*given, **named)


def test_the_line_ends_before_the_answer_is_stored() -> None:
    out = StringIO()
    store = WatchedConversations(out)
    chat = Chat(store, ScriptedModels(ScriptedModel("Paris.")))
    request = Ask(conversation_id=store.create().id, text="Capital of France?")

    with Interruption(()) as interruption:
        printed = ConsoleAnswer(Console(out, None), interruption, as_json=False, no_stream=False)
        assert printed.run(chat, request, Sampling()) == 0

    assert store.read == out.getvalue() == "Paris.\n"
