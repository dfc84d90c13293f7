"""LoRA adapters as a user chooses them: by name, each more or less of it."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.values import models
from assistant.core.values.base import Value
from assistant.core.values.models import ModelDetails
from assistant.core.values.sampling import AdapterUse

NONE: Final = "none"
"""What is typed to have no adapter."""

OFF: Final = ("off", "on")
"""What may follow a name in place of a number."""

LOWEST: Final = -10.0
HIGHEST: Final = 10.0
STEP: Final = 0.1
"""How much one key changes a scale."""

_ESCAPED = re.compile(r"""\\(["\\$`])""")
"""In double quotes, as a shell has it."""

Adapters = tuple[AdapterUse, ...]


class Wish(Value):
    """What was typed of one adapter."""

    name: str
    scale: float | None
    """None turns it off."""


def wished(typed: str) -> Wish:
    """What is meant by a name with a number, `on` or `off` behind it; a name alone is on.

    Raises:
        AssistantError: the number cannot be a scale.
    """
    name, _, last = typed.rpartition(" ")
    word = last.casefold()
    if name and word in OFF:
        return Wish(name=unquoted(name), scale=None if word == "off" else 1.0)
    scale = number(last) if name else None
    if scale is None:
        return Wish(name=unquoted(typed), scale=1.0)
    return Wish(name=unquoted(name), scale=within(scale))


def number(typed: str) -> float | None:
    """The number that was typed, with a point or a comma; None when it is none."""
    try:
        found = float(typed.strip().removeprefix("×").replace(",", ".", 1))
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def within(scale: float) -> float:
    """The scale, when it can be one.

    Raises:
        AssistantError: it cannot.
    """
    try:
        return AdapterUse(name="", scale=scale).scale
    except ValidationError:
        raise AssistantError(
            f"The scale of an adapter is a number from {LOWEST:g} to {HIGHEST:g}; {scale:g} is"
            " none.",
            "0 is nothing of it, 1 what it was trained for.",
        ) from None


def stepped(scale: float, steps: int) -> float:
    """A scale so many steps higher or lower, on the steps that are told in one decimal."""
    return min(max(round(scale + steps * STEP, 1), LOWEST), HIGHEST) + 0.0


def changed(now: Adapters, wish: Wish) -> Adapters:
    """The adapters with one of them on, off or at another scale; the others stay in their places.

    Raises:
        NotFoundError: it is to be off, and is not on.
    """
    is_on = any(is_named(use, wish.name) for use in now)
    if wish.scale is None:
        if not is_on:
            there = ", ".join(str(use) for use in now)
            raise NotFoundError(
                f"The adapter {wish.name!r} is not on.", f"On: {there}." if there else "None is."
            )
        return tuple(use for use in now if not is_named(use, wish.name))
    if not is_on:
        return (*now, AdapterUse(name=wish.name, scale=wish.scale))
    return tuple(
        use.model_copy(update={"scale": wish.scale}) if is_named(use, wish.name) else use
        for use in now
    )


def is_named(use: AdapterUse, name: str) -> bool:
    return use.name.casefold() == name.casefold()


def among(found: Sequence[ModelDetails]) -> list[ModelDetails]:
    """The adapters of what was found."""
    return [one for one in found if one.facts.kind == "adapter"]


def misfit(adapter: ModelDetails, base: ModelDetails | None) -> str:
    """Why an adapter does not go with a model, in few words; empty as far as is known it does.

    Args:
        base: the model; None while it is not known.
    """
    if adapter.fit == "damaged":
        return "damaged"
    return models.misfit(adapter.facts, base.facts) if base else ""


def unquoted(name: str) -> str:
    """A name or a path without the quotes around it."""
    name = name.strip()
    if len(name) < 2 or name[0] != name[-1] or name[0] not in "\"'":
        return name
    return name[1:-1] if name[0] == "'" else _ESCAPED.sub(r"\1", name[1:-1])
