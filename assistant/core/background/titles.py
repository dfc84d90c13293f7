"""Titles of conversations: from the first words, and a better one by the model."""

import re
import unicodedata
from threading import Event

from assistant.core.background import completion
from assistant.core.background.completion import InternalPrompts
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ModelCatalog
from assistant.core.sanitize import one_line
from assistant.core.values.sampling import Sampling

MAX_TITLE_CHARS = 48
"""Characters; what a sidebar of usual width shows."""


def title_from(text: str) -> str:
    """Title from the first words of `text`, cut between words; "Untitled" for blank text."""
    words = re.sub(r"\s+", " ", text[:2000]).strip().lstrip("#>*- ")
    if len(words) <= MAX_TITLE_CHARS:
        return words or "Untitled"
    cut = words[: MAX_TITLE_CHARS - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > MAX_TITLE_CHARS // 2 else cut).rstrip(" ,;:.") + "…"


QUESTION_CHARS = 1500
"""Characters of a question that say what it is about."""

STOP_WORDS = frozenset(
    [
        "the",
        "and",
        "for",
        "you",
        "can",
        "how",
        "why",
        "who",
        "are",
        "was",
        "not",
        "what",
        "when",
        "with",
        "this",
        "that",
        "your",
        "from",
        "about",
        "que",
        "com",
        "uma",
        "por",
        "dos",
        "das",
        "nao",
        "como",
        "para",
        "pelo",
        "pela",
        "isso",
        "esta",
        "este",
        "qual",
        "meu",
        "minha",
        "sobre",
    ]
)
"""Words that are in every question, in English and Portuguese, without accents."""

STEM_LETTERS = 4
"""Letters that words of one family have in common."""

_IDEOGRAPHS = "\u2e80"
"""From here on scripts are written without spaces."""

_STRIPPED = "#*_\"'“”„«»`.,;: "
_LABEL = re.compile(r"^(?:title|título|titulo)\s*:\s*", re.IGNORECASE)


def improve_title(
    store: MessageStore,
    models: ModelCatalog,
    prompts: InternalPrompts,
    conversation_id: str,
    stop: Event,
) -> bool:
    """Replace the first words as title by one of the model's.

    What is no title leaves the first words, and is not tried again.

    Returns:
        Whether the conversation has a new title.
    """
    conversation = store.conversation(conversation_id)
    branch = store.branch(conversation.id)
    if conversation.titled != "words" or not branch or not branch[0].asked.strip():
        return False
    model = models.open_for_background(conversation.model, conversation.adapters)
    if model.host and conversation.is_local_only:
        return False
    if completion.load_model(model, stop) is None:
        return False
    opening = completion.open_internal_prompt(
        prompts, "title", {"question": branch[0].asked.strip()[:QUESTION_CHARS]}
    )
    sampling = opening.sampling.over(Sampling())
    found = completion.complete(model, completion.prompt_messages(opening), sampling, stop)
    if found is None:
        return False
    title = "" if found.is_cut else extract_title(found.text)
    if not is_about(title, branch[0].asked):
        title = conversation.title
    return store.suggest_title(conversation.id, title, "model")


def extract_title(text: str) -> str:
    """Title in a completion; empty when there is none, or none that is short."""
    lines = (one_line(line) for line in text.strip().splitlines())
    first = next((line for line in lines if line), "")
    title = _LABEL.sub("", first.strip(_STRIPPED)).strip(_STRIPPED)
    return (
        title if len(title) <= MAX_TITLE_CHARS and sum(char.isalnum() for char in title) > 1 else ""
    )


def is_about(title: str, question: str) -> bool:
    """Whether a title shares a content word with the question: a small model may well write the
    title of an example, which is worse than the first words.
    """
    return not _stems(title).isdisjoint(_stems(question[:QUESTION_CHARS]))


def _stems(text: str) -> set[str]:
    """Stems of the words that mean something; each character where there are no words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = {word for word in re.findall(r"\w+", bare) if word not in STOP_WORDS}
    stems = {word[:STEM_LETTERS] for word in words if len(word) > 2 and word < _IDEOGRAPHS}
    return stems | {char for word in words for char in word if char >= _IDEOGRAPHS}
