"""Served conversations: what clients hold, found again here when they go on with it.

A client sends all that was said each time. Where that is what was answered last, the question goes
into the same conversation: then its earlier passages are there, and nothing is read twice. They
are temporary, and the oldest are forgotten, unless the user wants them kept.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.grounding.unconfirmed import unmarked_outside_code
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage, Keep, Message
from assistant.core.values.events import Finished
from assistant.core.values.sampling import Sampling
from assistant.serve.answers.request import AnswerRequest, PlainModel

MAX_TEMPORARY = 32
"""Conversations in memory."""


class ServedConversations:
    """Conversations of clients in the store. Safe to use from several threads."""

    def __init__(self, store: ConversationStore, *, kept: bool) -> None:
        """`kept` says whether they stay with the user's."""
        self.kept = kept
        self._store = store
        self._lock = Lock()
        self._known: OrderedDict[str, str] = OrderedDict()
        """Conversations by what was said in them."""

    @property
    def keep(self) -> Keep:
        """What becomes of a prompt that a model has read."""
        return "disk" if self.kept else "memory"

    def begin(self, request: AnswerRequest) -> str:
        """The conversation that a request goes on with, or a new one with what was said before.

        Returns: its id.
        """
        *said, _ = request.messages
        with self._lock:
            known = self._known.pop(_digest(request, said), None)
        if known is not None:
            with suppress(NotFoundError):
                return self._store.conversation(known).id
        return self._create(request, said)

    def remember(self, request: AnswerRequest, answer: str, conversation_id: str) -> None:
        """Remember what was answered, so that the conversation is found when it goes on."""
        said = [*request.messages, ChatMessage(role="assistant", content=answer)]
        forgotten = []
        with self._lock:
            self._known[_digest(request, said)] = conversation_id
            while len(self._known) > MAX_TEMPORARY:
                forgotten.append(self._known.popitem(last=False)[1])
        for each in forgotten:
            self.forget(each)

    def forget(self, conversation_id: str) -> None:
        """Delete a conversation that is not kept."""
        if self.kept:
            return
        with suppress(NotFoundError, StorageError):
            self._store.forget_temporary(conversation_id)

    def record(self, request: AnswerRequest, sampling: Sampling) -> "AnswerRecord":
        """Keep the question of a request to a model alone, and its answer as it grows."""
        return AnswerRecord(self._store, self.begin(request), request, sampling)

    def _create(self, request: AnswerRequest, said: Sequence[ChatMessage]) -> str:
        system = [message.content for message in said if message.role == "system"]
        model = request.model
        conversation = self._store.create(
            system_prompt="\n\n".join(system),
            model=model.name if isinstance(model, PlainModel) else None,
            temporary=not self.kept,
            durable=False,
        )
        parent: str | None = None
        for message in said:
            if message.role != "system":
                # Marks are written anew: a model that reads some writes more of them.
                is_answer = message.role == "assistant"
                text = unmarked_outside_code(message.content) if is_answer else message.content
                stored = self._store.append(
                    conversation.id, parent, message.role, text, durable=False
                )
                parent = stored.id
        return conversation.id


class AnswerRecord:
    """An answer of a model alone that is kept while it is written."""

    def __init__(
        self,
        store: ConversationStore,
        conversation_id: str,
        request: AnswerRequest,
        sampling: Sampling,
    ) -> None:
        self.conversation_id = conversation_id
        self._store = store
        assert isinstance(request.model, PlainModel)
        branch = store.branch(conversation_id)
        question = store.append(
            conversation_id,
            branch[-1].id if branch else None,
            "user",
            request.messages[-1].content,
            durable=False,
        )
        if not branch:
            store.suggest_title(conversation_id, _title(question), "words", durable=False)
        self._answer = store.append(
            conversation_id,
            question.id,
            "assistant",
            "",
            state="streaming",
            model=request.model.name,
            sampling=sampling,
        )
        self._is_open = True

    def wrote(self, text: str) -> None:
        self._store.journal(self._answer.id, text)

    def finished(self, event: Finished) -> None:
        self._end(event)

    def close(self) -> None:
        """The answer has ended, if only because nobody listens any more."""
        if self._is_open:
            self._end(None)

    def _end(self, event: Finished | None) -> None:
        self._is_open = False
        is_whole = event is not None and event.reason != "stopped"
        self._store.finish(
            self._answer.id,
            "complete" if is_whole else "stopped",
            stop_reason=event.reason if event else "stopped",
            usage=event.usage if event else None,
            timings=event.timings if event else None,
        )


def _title(question: Message) -> str:
    from assistant.core.background.titles import title_from  # noqa: PLC0415 -- seldom kept

    return title_from(question.text)


def _digest(request: AnswerRequest, said: Sequence[ChatMessage]) -> str:
    told = [request.model.id, *([message.role, message.content] for message in said)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
