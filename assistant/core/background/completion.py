"""Background completions that do not touch a conversation's cache."""

from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple, Protocol

from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Loaded, Wrote
from assistant.core.values.models import ModelInfo
from assistant.core.values.prompts import ConversationStart, Prompt
from assistant.core.values.sampling import Sampling


class InternalPrompts(Protocol):
    """Source of the internal prompts, which a user may override."""

    def internal(self, name: str) -> Prompt: ...


class Completion(NamedTuple):
    """Completion: its text, and whether a limit cut it."""

    text: str
    is_cut: bool


def prompt_messages(
    opening: ConversationStart, *, quotes_files: bool = False
) -> tuple[ChatMessage, ...]:
    """Messages of an internal prompt: its examples, then its text as the question.

    Args:
        quotes_files: whether its values are from the user's files.
    """
    asked = ChatMessage(role="user", content=opening.text, quotes_files=quotes_files)
    return (*opening.examples, asked)


def open_internal_prompt(
    prompts: InternalPrompts, name: str, values: Mapping[str, str]
) -> ConversationStart:
    """Internal prompt with its values filled in."""
    return prompts.internal(name).resolve(values)


def load_model(model: ChatModel, stop: Event) -> ModelInfo | None:
    """Load the model.

    Returns:
        The loaded model; None when stopped meanwhile.
    """
    info = [event.info for event in model.load(stop) if isinstance(event, Loaded)]
    return info[-1] if info and not stop.is_set() else None


def complete(
    model: ChatModel, messages: Sequence[ChatMessage], sampling: Sampling, stop: Event
) -> Completion | None:
    """Complete `messages` beside the conversations' cache.

    Returns:
        The completion; None when it was interrupted, by `stop` or by a question.
    """
    text = ""
    at_once = sampling.model_copy(update={"thinking": 0})
    for event in model.stream(messages, at_once, stop, keep="aside"):
        match event:
            case Wrote(text=piece):
                text += piece
            case Finished(reason=reason):
                return None if reason == "stopped" else Completion(text, reason == "length")
    return None
