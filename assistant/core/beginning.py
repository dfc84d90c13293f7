"""How a conversation begins: with a system prompt from the library, kept as it is then."""

from assistant.core.models import Conversation
from assistant.core.ports import ConversationStore
from assistant.core.prompts import Prompt


def begin(
    store: ConversationStore, prompt: Prompt | None = None, model: str | None = None
) -> Conversation:
    """Create a conversation under `prompt`, or without a system prompt.

    Args:
        model: name or path of the model; None follows the settings.
    """
    if prompt is None:
        return store.create(model=model)
    return store.create(system_prompt=prompt.text, prompt_name=prompt.name, model=model)
