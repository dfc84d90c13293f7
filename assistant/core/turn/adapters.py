"""LoRA adapters of a conversation: chosen by name, each with a scale."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.values import models
from assistant.core.values.base import Value
from assistant.core.values.models import ModelDetails
from assistant.core.values.sampling import AdapterUse
from assistant.language.messages import pgettext

NONE_WORD: Final = "none"
"""What is typed to have no adapter."""

SWITCH_WORDS: Final = ("off", "on")
"""What may follow a name in place of a number."""

MIN_SCALE: Final = -10.0
MAX_SCALE: Final = 10.0
SCALE_STEP: Final = 0.1
"""How much one key changes a scale."""

_ESCAPED = re.compile(r"""\\(["\\$`])""")
"""In double quotes, as a shell has it."""

Adapters = tuple[AdapterUse, ...]


class TypedAdapter(Value):
    """Adapter as typed: a name and a scale."""

    name: str
    scale: float | None
    """None turns it off."""


def typed_adapter(typed: str) -> TypedAdapter:
    """Parse a name with a number, `on` or `off` behind it; a name alone is on.

    Raises:
        AssistantError: the number cannot be a scale.
    """
    name, _space, last = typed.rpartition(" ")
    word = last.casefold()
    if name and word in SWITCH_WORDS:
        return TypedAdapter(name=unquote(name), scale=None if word == "off" else 1.0)
    scale = parse_scale(last) if name else None
    if scale is None:
        return TypedAdapter(name=unquote(typed), scale=1.0)
    return TypedAdapter(name=unquote(name), scale=check_scale(scale))


def parse_scale(typed: str) -> float | None:
    """Parse a scale, with a point or a comma.

    Returns:
        The number; None when it is none.
    """
    try:
        found = float(typed.strip().removeprefix("×").replace(",", ".", 1))
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def check_scale(scale: float) -> float:
    """Check a scale.

    Returns:
        The scale.

    Raises:
        AssistantError: it cannot.
    """
    try:
        return AdapterUse(name="", scale=scale).scale
    except ValidationError:
        raise AssistantError(
            f"The scale of an adapter is a number from {MIN_SCALE:g} to {MAX_SCALE:g}; {scale:g} is"
            " none.",
            "0 is nothing of it, 1 what it was trained for.",
        ) from None


def step_scale(scale: float, steps: int) -> float:
    """Scale so many steps higher or lower, rounded to one decimal and kept within its bounds."""
    return min(max(round(scale + steps * SCALE_STEP, 1), MIN_SCALE), MAX_SCALE) + 0.0


def with_adapter(now: Adapters, typed: TypedAdapter) -> Adapters:
    """Adapters with one of them on, off or at another scale; the others stay in their places.

    Raises:
        NotFoundError: it is to be off, and is not on.
    """
    is_on = any(is_named(use, typed.name) for use in now)
    if typed.scale is None:
        if not is_on:
            there = ", ".join(str(use) for use in now)
            raise NotFoundError(
                f"The adapter {typed.name!r} is not in use.",
                f"In use: {there}." if there else "No adapter is in use.",
            )
        return tuple(use for use in now if not is_named(use, typed.name))
    if not is_on:
        return (*now, AdapterUse(name=typed.name, scale=typed.scale))
    return tuple(
        use.model_copy(update={"scale": typed.scale}) if is_named(use, typed.name) else use
        for use in now
    )


def is_named(use: AdapterUse, name: str) -> bool:
    """Whether an adapter has this name; case does not matter."""
    return use.name.casefold() == name.casefold()


def only_adapters(found: Sequence[ModelDetails]) -> list[ModelDetails]:
    """Adapters among the models found."""
    return [one for one in found if one.facts.kind == "adapter"]


def misfit(adapter: ModelDetails, base: ModelDetails | None) -> str:
    """Reason why an adapter does not go with a model.

    Args:
        base: the model; None while it is not known.

    Returns:
        The reason in few words; empty where none is known.
    """
    if adapter.fit == "damaged":
        return pgettext("model", "damaged")
    return models.misfit(adapter.facts, base.facts) if base else ""


def unquote(name: str) -> str:
    """Name or path without the quotes around it."""
    name = name.strip()
    if len(name) < 2 or name[0] != name[-1] or name[0] not in "\"'":
        return name
    return name[1:-1] if name[0] == "'" else _ESCAPED.sub(r"\1", name[1:-1])
