"""Prompt made of a conversation: its system prompt, and its first turns as examples."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from assistant.core.context.plan import group_turns
from assistant.core.prompts.files import clean, yaml_scalar
from assistant.core.sanitize import one_line
from assistant.core.values.conversation import ChatMessage, Conversation, Message
from assistant.core.values.prompts import Prompt, escape_placeholders

NEW_PROMPT = """\
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


def new_prompt_text(title: str) -> str:
    """Text of a new prompt file, to be edited."""
    return NEW_PROMPT.format(title=yaml_scalar(one_line(title)))


def prompt_from_conversation(
    conversation: Conversation,
    branch: Sequence[Message],
    name: str,
    *,
    title: str = "",
    turns: int = 3,
    chosen: AbstractSet[str] | None = None,
) -> Prompt:
    """Prompt that begins conversations as this one began.

    Examples it began with stay in front. Braces in what was said stay what they are.

    Args:
        branch: its messages, from the first on.
        turns: how many of its complete turns become examples, at most.
        chosen: the questions whose turns become examples, by their ids; instead of the first.
    """
    by_id = {message.id: message for message in branch}
    kept = group_turns(branch)
    if chosen is None:
        kept = kept[:turns]
    else:
        kept = [turn for turn in kept if not chosen.isdisjoint(turn.message_ids)]
    said = [by_id[id] for turn in kept for id in turn.message_ids]
    messages = [*conversation.examples, *(_as_asked(message) for message in said)]
    return Prompt(
        name=name,
        title=one_line(title or conversation.title or name),
        description="",
        language="en",
        text=escape_placeholders(clean(conversation.system_prompt)),
        examples=tuple(_example(message) for message in messages),
        sampling=conversation.sampling,
        model=conversation.model,
        collections=conversation.collections,
    )


def _as_asked(message: Message) -> ChatMessage:
    """Message as it was asked: passages of files belong to one question, not to an example."""
    return ChatMessage(role=message.role, content=message.asked)


def _example(message: ChatMessage) -> ChatMessage:
    return message.model_copy(update={"content": escape_placeholders(clean(message.content))})
