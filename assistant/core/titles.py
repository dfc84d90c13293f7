"""A title from the first words of a conversation, and a better one by the model."""

import re
from threading import Event

from assistant.core import aside
from assistant.core.aside import InternalPrompts
from assistant.core.models import Sampling
from assistant.core.ports import ConversationStore, ModelCatalog
from assistant.core.sanitize import one_line

LIMIT = 48
"""Characters; what a sidebar of usual width shows."""


def title_from(text: str) -> str:
    """The first words of `text` on one line, cut between words; "Untitled" for blank text."""
    words = re.sub(r"\s+", " ", text[:2000]).strip().lstrip("#>*- ")
    if len(words) <= LIMIT:
        return words or "Untitled"
    cut = words[: LIMIT - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > LIMIT // 2 else cut).rstrip(" ,;:.") + "…"


ASKED = 1500
"""Characters of a question that tell what it is about."""

_AROUND = "#*_\"'“”„«»`.,;: "
_BEFORE = re.compile(r"^(?:title|título|titulo)\s*:\s*", re.IGNORECASE)


def improve(
    store: ConversationStore,
    models: ModelCatalog,
    prompts: InternalPrompts,
    conversation_id: str,
    stop: Event,
) -> bool:
    """Let the model think of a title, where there are but the first words; whether it has one.

    What is no title leaves the first words, and is not tried again.
    """
    conversation = store.conversation(conversation_id)
    branch = store.branch(conversation.id)
    if conversation.titled != "words" or not branch or not branch[0].asked.strip():
        return False
    model = models.open(conversation.model)
    if aside.loaded(model, stop) is None:
        return False
    opening = aside.opened(prompts, "title", {"question": branch[0].asked.strip()[:ASKED]})
    sampling = opening.sampling.over(Sampling())
    text = aside.written(model, aside.messages_of(opening), sampling, stop)
    if text is None:
        return False
    return store.suggest_title(conversation.id, cleaned(text) or conversation.title, "model")


def cleaned(text: str) -> str:
    """The title in what a model wrote; empty when there is none."""
    first = next((line for line in _lines(text) if line), "")
    title = _BEFORE.sub("", first.strip(_AROUND)).strip(_AROUND)
    if len(title) > LIMIT:
        title = title_from(title)
    return title if sum(char.isalnum() for char in title) > 1 else ""


def _lines(text: str) -> list[str]:
    """The lines of a text, fit to be shown."""
    return [one_line(line) for line in text.strip().splitlines()]
