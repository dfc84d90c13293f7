"""Conversations to be summarised and looked at."""

import yaml

from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.messages import MessageStore
from assistant.core.prompts.library import PromptLibrary
from tests.support.checkout import SHIPPED_PROMPTS

PROMPTS = PromptLibrary([SHIPPED_PROMPTS], yaml.safe_load)


def speak(store: ConversationStore, turns: int, words: int = 40, **options: object) -> str:
    """A conversation of so many turns of about so many words; its id."""
    id = store.create(system_prompt="Be brief.", **options).id  # type: ignore[arg-type]
    add(store, id, turns, words)
    return id


def add(store: MessageStore, id: str, turns: int, words: int = 40) -> None:
    """More turns at the end of it."""
    branch = store.branch(id)
    parent = branch[-1].id if branch else None
    for number in range(len(branch) // 2 + 1, len(branch) // 2 + 1 + turns):
        question = store.append(id, parent, "user", f"question {number}" + " why" * (words // 2))
        answer = store.append(
            id, question.id, "assistant", f"answer {number}" + " so" * (words // 2)
        )
        parent = answer.id
