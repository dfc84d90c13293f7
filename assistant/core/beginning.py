"""How a conversation begins: under a prompt of the library, kept as it is then."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from assistant.core.errors import ModelNotFoundError
from assistant.core.models import AdapterUse, Conversation
from assistant.core.ports import ConversationStore, ModelCatalog
from assistant.core.prompts import Opening, Prompt
from assistant.core.surroundings import Surroundings


def begin(
    store: ConversationStore,
    prompt: Prompt | Opening | None = None,
    model: str | None = None,
    *,
    values: Mapping[str, str] | None = None,
    models: ModelCatalog | None = None,
    adapters: Sequence[AdapterUse] | None = None,
    temporary: bool = False,
) -> Conversation:
    """Create a conversation under `prompt`, or without a system prompt.

    Args:
        model: name or path of the model; None follows the prompt's hint, then the settings.
        values: of the prompt's variables; None looks around for the built-in ones.
        models: where the prompt's hint is looked up; without it hints are not followed.
        adapters: what the model is run with; None follows the settings.
        temporary: whether it lives in memory only.

    Raises:
        MissingValuesError: the prompt has variables without a value.
    """
    opening = opened(prompt, values)
    if model is None and models is not None:
        model = hinted_model(opening, models)
    return store.create(
        system_prompt=opening.text,
        prompt_name=opening.prompt_name,
        model=model,
        adapters=adapters,
        collections=opening.collections,
        examples=opening.examples,
        sampling=opening.sampling,
        temporary=temporary,
    )


def take_up(
    store: ConversationStore, conversation_id: str, opening: Opening, model: str | None = None
) -> None:
    """Let an earlier conversation go on under another prompt; see `ConversationStore.take_up`.

    Whoever follows the prompt's model gives it, see `hinted_model`.
    """
    store.take_up(conversation_id, opening, model)


def opened(prompt: Prompt | Opening | None, values: Mapping[str, str] | None = None) -> Opening:
    """What a conversation under `prompt` begins with.

    Raises:
        MissingValuesError: the prompt has variables without a value.
    """
    match prompt:
        case None:
            return Opening()
        case Opening():
            return prompt
    return prompt.resolve(Surroundings().values(prompt.names) if values is None else values)


def hinted_model(opening: Opening, models: ModelCatalog) -> str | None:
    """The model that the prompt asks for, where there is such a model."""
    if opening.model is not None:
        with suppress(ModelNotFoundError):
            models.reference(opening.model)
            return opening.model
    return None
