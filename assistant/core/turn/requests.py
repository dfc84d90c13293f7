"""Turn requests (ask, regenerate, edit, continue); they are stored before the turn runs.

A question can be answered under a prompt of its own: `/translator See you tomorrow`. The
conversation stays under its own prompt; what was said before is read along.
"""

from typing import NamedTuple

from assistant.core.background.titles import title_from
from assistant.core.errors import ConsentError, ModelError, NotFoundError
from assistant.core.grounding import mentions
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.values.conversation import (
    LOCAL_ONLY_TAG,
    Conversation,
    Message,
    QuestionPrompt,
)
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges


class Ask(NamedTuple):
    """A new question at the end of the active branch."""

    conversation_id: str
    text: str
    attached: tuple[str, ...] = ()
    """Files that go whole with it, as absolute paths; the library is not searched then."""
    prompt: QuestionPrompt | None = None
    """Under which it is answered, when not under the conversation's; `text` begins with its name
    then."""


class Regenerate(NamedTuple):
    """Another version of an answer."""

    message_id: str
    model: str | None = None
    """The model that writes this version alone; None is that of the conversation."""


class Edit(NamedTuple):
    """Another version of a question, as a new branch with an answer of its own."""

    message_id: str
    text: str
    attached: tuple[str, ...] = ()
    prompt: QuestionPrompt | None = None


class EditAnswer(NamedTuple):
    """Another version of an answer, in the user's words; no model writes it."""

    message_id: str
    text: str


class Continue(NamedTuple):
    """Continue an answer that was stopped, cut off, interrupted or edited."""

    message_id: str


Request = Ask | Regenerate | Edit | EditAnswer | Continue


class TurnRequests:
    """Stores requests before they are carried out."""

    def __init__(self, store: MessageStore, models: ModelCatalog) -> None:
        self._store = store
        self._models = models

    def _conversation(self, request: Request) -> Conversation:
        store = self._store
        if isinstance(request, Ask):
            return store.conversation(request.conversation_id)
        return store.conversation(store.message(request.message_id).conversation_id)

    def conversation_under_prompt(self, request: Request) -> Conversation:
        """Conversation of a request, under the prompt of its question where it has one, and with
        the model that is asked for."""
        if isinstance(request, Ask | Edit):
            prompt = request.prompt
        else:
            above = self._store.message(request.message_id).parent_id
            prompt = self._store.message(above).prompt if above else None
        conversation = under_prompt(self._conversation(request), prompt)
        if isinstance(request, Regenerate) and request.model is not None:
            # Adapters are for the model that they were chosen with.
            return conversation.model_copy(update={"model": request.model, "adapters": None})
        return conversation

    def store(self, request: Request, sampling: Sampling) -> tuple[Message | None, Message]:
        """Store the question and an empty answer; an answer to be continued is reopened.

        Returns:
            The question, None where an answer is continued or edited; and the answer.
        """
        store = self._store
        match request:
            case Ask(conversation_id=id):
                branch = store.branch(id)
                return self._append(id, branch[-1].id if branch else None, request, sampling)
            case Edit(message_id=id):
                edited = store.message(id)
                return self._append(edited.conversation_id, edited.parent_id, request, sampling)
            case Regenerate(message_id=id):
                old = self._answer(id)
                question = store.message(old.parent_id) if old.parent_id else None
                conversation = self.conversation_under_prompt(request)
                return question, self._begin(conversation, old.parent_id, sampling)
            case EditAnswer(message_id=id, text=text):
                return None, self._append_edited(self._answer(id), text)
            case Continue(message_id=id):
                old = self._answer(id)
                model, adapters = self._model_and_adapters(store.conversation(old.conversation_id))
                return None, store.reopen(id, model=model, adapters=adapters, sampling=sampling)

    def open_model(self, conversation: Conversation) -> ChatModel:
        """See `open_model`."""
        return open_model(self._models, conversation)

    def _append(
        self, conversation_id: str, parent_id: str | None, asked: Ask | Edit, sampling: Sampling
    ) -> tuple[Message, Message]:
        """A question and its empty answer, which takes all of it to the disk at once."""
        question = self._store.append(
            conversation_id,
            parent_id,
            "user",
            asked.text,
            attached=asked.attached,
            prompt=asked.prompt,
            durable=False,
        )
        conversation = self._store.conversation(conversation_id)
        if not conversation.title:
            words = title_from(mentions.with_file_names(question.asked, asked.attached))
            self._store.suggest_title(conversation_id, words, "words", durable=False)
        return question, self._begin(conversation, question.id, sampling)

    def _begin(
        self, conversation: Conversation, question_id: str | None, sampling: Sampling
    ) -> Message:
        """An answer that is still empty."""
        model, adapters = self._model_and_adapters(conversation)
        return self._store.append(
            conversation.id,
            question_id,
            "assistant",
            "",
            state="streaming",
            model=model,
            adapters=adapters,
            sampling=sampling,
        )

    def _append_edited(self, old: Message, text: str) -> Message:
        """The edited answer beside the old one, with what was thought and found for that one."""
        answer = self._store.append(
            old.conversation_id,
            old.parent_id,
            "assistant",
            text,
            state="streaming",
            model=old.model,
            adapters=old.adapters,
            sampling=old.sampling,
            edited=True,
        )
        if old.reasoning:
            self._store.set_reasoning(answer.id, old.reasoning)
            answer = answer.model_copy(update={"reasoning": old.reasoning})
        retrieval = self._store.retrieval(old.id)
        if retrieval is not None:
            unsaid = retrieval.model_copy(update={"saying": None})
            self._store.set_retrieval(answer.id, unsaid)
        return answer

    def _model_and_adapters(
        self, conversation: Conversation
    ) -> tuple[str | None, tuple[AdapterUse, ...]]:
        """Which model will answer, by its own name, and with which adapters; as they were asked
        for, if there is none such."""
        try:
            model = self._models.open(conversation.model, conversation.adapters)
        except ModelError:
            return conversation.model, conversation.adapters or ()
        return model.name, model.adapters

    def _answer(self, id: str) -> Message:
        message = self._store.message(id)
        if message.role != "assistant":
            raise NotFoundError(f"Message {id} is a question, not an answer.")
        return message


def open_model(models: ModelCatalog, conversation: Conversation) -> ChatModel:
    """Open the model of a conversation.

    Raises:
        ModelNotFoundError: there is none such.
        ConsentError: the conversation stays on this machine, and the model does not run here.
    """
    model = models.open(conversation.model, conversation.adapters)
    if model.host and conversation.is_local_only:
        raise ConsentError(
            f"This conversation is for this machine only, and {model.name} runs on {model.host}.",
            f"Choose a model that runs here, or take the tag “{LOCAL_ONLY_TAG}” off it.",
        )
    return model


PROMPT_SIGN = "/"


def split_prompt_name(text: str) -> tuple[str, str]:
    """Split a text into the prompt's name after its slash and what follows.

    Returns:
        Name and text; the name is empty where there is none.
    """
    typed = text.strip()
    if not typed.startswith(PROMPT_SIGN):
        return "", typed
    name, *rest = typed[len(PROMPT_SIGN) :].split(maxsplit=1)[:2] or [""]
    return (
        ("", typed) if typed[len(PROMPT_SIGN) :][:1].isspace() else (name, rest[0] if rest else "")
    )


def question_prompt(opening: ConversationStart) -> QuestionPrompt:
    """Prompt of one question; a prompt's model and files are for conversations only."""
    return QuestionPrompt(
        name=opening.prompt_name or "",
        text=opening.text,
        examples=opening.examples,
        sampling=opening.sampling,
    )


def under_prompt(conversation: Conversation, prompt: QuestionPrompt | None) -> Conversation:
    """Conversation with the prompt of one question in place of its own."""
    if prompt is None:
        return conversation
    chosen = prompt.sampling.model_dump(exclude_none=True)
    sampling: SamplingChanges = conversation.sampling.model_copy(update=chosen)
    return conversation.model_copy(
        update={
            "system_prompt": prompt.text,
            "examples": prompt.examples,
            "sampling": sampling,
        }
    )
