"""What to do about a failure, where the screen knows a way that the engine does not."""

from assistant.core.errors import AdapterError, AssistantError


def hint_of(failure: AssistantError) -> str:
    """What to do about it; a conversation need not go on with an adapter that cannot be used."""
    if isinstance(failure, AdapterError):
        return f"{failure.hint} /adapters chooses others, or none.".strip()
    return failure.hint
