"""How a conversation begins: with a system prompt from the library, kept as it was then."""

from assistant.core.models import Conversation
from assistant.core.ports import ConversationStore
from assistant.core.prompts import PromptLibrary


def begin(
    store: ConversationStore, prompts: PromptLibrary, prompt: str, model: str | None = None
) -> Conversation:
    """Create a conversation under the prompt called `prompt`; "" begins without one.

    Args:
        model: name or path of the model; None follows the settings.

    Raises:
        NotFoundError: there is no such prompt, or its file cannot be used.
    """
    if not prompt:
        return store.create(model=model)
    chosen = prompts.get(prompt)
    return store.create(system_prompt=chosen.text, prompt_name=chosen.name, model=model)
