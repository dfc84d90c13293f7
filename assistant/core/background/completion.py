"""What the model writes while nobody asks: titles and summaries, in no conversation's place."""

from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple, Protocol

from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Loaded, Wrote
from assistant.core.values.models import ModelInfo
from assistant.core.values.prompts import Opening, Prompt
from assistant.core.values.sampling import Sampling


class InternalPrompts(Protocol):
    """Where the wording of what is asked comes from."""

    def internal(self, name: str) -> Prompt: ...


class Written(NamedTuple):
    """What the model wrote, and whether a limit ended it."""

    text: str
    is_cut: bool


def messages_of(opening: Opening) -> tuple[ChatMessage, ...]:
    """An internal prompt as the model reads it: its examples, then what it is about."""
    return (*opening.examples, ChatMessage(role="user", content=opening.text))


def opened(prompts: InternalPrompts, name: str, values: Mapping[str, str]) -> Opening:
    """An internal prompt with its values."""
    return prompts.internal(name).resolve(values)


def loaded(model: ChatModel, stop: Event) -> ModelInfo | None:
    """The model in memory; None when stopped meanwhile."""
    info = [event.info for event in model.load(stop) if isinstance(event, Loaded)]
    return info[-1] if info and not stop.is_set() else None


def written(
    model: ChatModel, messages: Sequence[ChatMessage], sampling: Sampling, stop: Event
) -> Written | None:
    """What the model writes to that; None when it was interrupted, by `stop` or by a question."""
    text = ""
    at_once = sampling.model_copy(update={"thinking": 0})
    for event in model.stream(messages, at_once, stop, keep="aside"):
        match event:
            case Wrote(text=piece):
                text += piece
            case Finished(reason=reason):
                return None if reason == "stopped" else Written(text, reason == "length")
    return None
