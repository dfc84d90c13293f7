"""A conversation as a prompt: its system prompt, and its first turns as examples."""

from collections.abc import Sequence

from assistant.core.context import turns_of
from assistant.core.models import ChatMessage, Conversation, Message
from assistant.core.prompts.files import clean
from assistant.core.prompts.placeholders import literal
from assistant.core.prompts.values import Prompt
from assistant.core.sanitize import one_line


def prompt_of(
    conversation: Conversation,
    branch: Sequence[Message],
    name: str,
    *,
    title: str = "",
    turns: int = 3,
) -> Prompt:
    """A prompt that begins conversations as this one began.

    Examples it began with stay in front. Braces in what was said stay what they are.

    Args:
        branch: its messages, from the first on.
        turns: how many of its complete turns become examples, at most.
    """
    by_id = {message.id: message for message in branch}
    said = [by_id[id] for turn in turns_of(branch)[:turns] for id in turn.message_ids]
    messages = [*conversation.examples, *(_bare(message) for message in said)]
    return Prompt(
        name=name,
        title=one_line(title or conversation.title or name),
        description="",
        language="en",
        text=literal(clean(conversation.system_prompt)),
        examples=tuple(_example(message) for message in messages),
        sampling=conversation.sampling,
        model=conversation.model,
        collections=conversation.collections,
    )


def _bare(message: Message) -> ChatMessage:
    """As it was said: passages of files belong to one question, not to an example."""
    return ChatMessage(role=message.role, content=message.asked)


def _example(message: ChatMessage) -> ChatMessage:
    return message.model_copy(update={"content": literal(clean(message.content))})
