"""The fields of `Sampling` as a user sets them: by name, one at a time, each from somewhere."""

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from assistant.core.errors import AssistantError
from assistant.core.models import Conversation, Sampling, SamplingChanges
from assistant.core.prompts import Prompt

FIELDS: Final = tuple(SamplingChanges.model_fields)

TAKES: Final = {
    "temperature": "a number from 0 to 5",
    "top_k": "a whole number from 0",
    "top_p": "a number above 0, at most 1",
    "min_p": "a number from 0 to 1",
    "repeat_penalty": "a number above 0, at most 5",
    "seed": "a whole number from 0 to 4,294,967,294",
    "max_tokens": "a whole number from 1",
    "thinking": "a whole number from 0",
}
WHOLE: Final = ("top_k", "seed", "max_tokens", "thinking")

NOTHING: Final = SamplingChanges()

DEFAULT: Final = "default"
"""What is typed to have again what holds without the conversation."""


@dataclass(frozen=True)
class Held:
    """What holds for one field."""

    field: str
    value: str
    origin: str
    """Where it comes from, in words."""
    is_own: bool
    """Whether the conversation says so, its prompt included."""


def field_called(name: str) -> str:
    """The field of this name; the beginning of it is enough when it is the only one.

    Raises:
        AssistantError: there is none, or several begin so.
    """
    typed = name.casefold().replace("-", "_")
    found = [field for field in FIELDS if field.startswith(typed)] if typed else []
    if typed in FIELDS:
        return typed
    if len(found) == 1:
        return found[0]
    what = f"could be {' or '.join(found)}" if found else "is nothing that can be set"
    raise AssistantError(f"{name!r} {what}.", f"There are: {', '.join(FIELDS)}.")


def changed(sampling: SamplingChanges, field: str, text: str) -> SamplingChanges:
    """`sampling` with what was typed for a field.

    Raises:
        AssistantError: it is no value of this field; says which are.
    """
    if text.strip().casefold() == DEFAULT:
        return sampling.model_copy(update={field: None})
    try:
        return SamplingChanges.model_validate(
            {**sampling.model_dump(), field: _number(field, text)}
        )
    except (ValueError, ValidationError):
        raise AssistantError(
            f"{field} takes {TAKES[field]}; {text.strip()!r} is not one.",
            f"`{DEFAULT}` takes it back.",
        ) from None


def held(
    conversation: Conversation | None, settings: Sampling, prompt: Prompt | None
) -> list[Held]:
    """What holds in a conversation, field by field; None is one that has not begun.

    Args:
        prompt: the one the conversation is under or will be, where it is there.
    """
    asked_for = prompt.sampling if prompt else NOTHING
    own = conversation.sampling if conversation else asked_for
    usual = Sampling()
    rows: list[Held] = []
    for field in FIELDS:
        value = getattr(own, field)
        is_own = value is not None
        if is_own and prompt is not None and value == getattr(asked_for, field):
            origin = f"the role {prompt.name}"
        elif is_own:
            origin = "this conversation"
        else:
            value = getattr(settings, field)
            origin = "default" if value == getattr(usual, field) else "your settings"
        rows.append(Held(field, told(field, value), origin, is_own))
    return rows


def told(field: str, value: float | None) -> str:
    """A value in words."""
    if value is None:
        return "a new one each time" if field == "seed" else "no limit"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(field: str, text: str) -> float:
    typed = text.strip()
    if field in WHOLE:
        return int(typed)
    # In half of the world a comma stands before the fraction.
    return float(typed.replace(",", ".", 1))
