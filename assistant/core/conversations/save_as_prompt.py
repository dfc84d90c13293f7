"""A conversation as a prompt: its system prompt, and its first turns as examples."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from assistant.core.context.plan import turns_of
from assistant.core.prompts.files import clean, plain
from assistant.core.sanitize import one_line
from assistant.core.values.conversation import ChatMessage, Conversation, Message
from assistant.core.values.prompts import Prompt, literal

TEMPLATE = """\
---
title: {title}
description:
language: en
# All of these are optional; docs/prompts.md explains them.
# variables:
#   tone: friendly
#   topic:
# sampling:
#   temperature: 0.2
---

Tell the model here who it is and how to answer.
"""


def begun(title: str) -> str:
    """The text of a prompt file to begin with."""
    return TEMPLATE.format(title=plain(one_line(title)))


def prompt_of(
    conversation: Conversation,
    branch: Sequence[Message],
    name: str,
    *,
    title: str = "",
    turns: int = 3,
    chosen: AbstractSet[str] | None = None,
) -> Prompt:
    """A prompt that begins conversations as this one began.

    Examples it began with stay in front. Braces in what was said stay what they are.

    Args:
        branch: its messages, from the first on.
        turns: how many of its complete turns become examples, at most.
        chosen: the questions whose turns become examples, by their ids; instead of the first.
    """
    by_id = {message.id: message for message in branch}
    told = turns_of(branch)
    if chosen is None:
        told = told[:turns]
    else:
        told = [turn for turn in told if not chosen.isdisjoint(turn.message_ids)]
    said = [by_id[id] for turn in told for id in turn.message_ids]
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
