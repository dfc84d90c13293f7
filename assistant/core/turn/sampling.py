"""Sampling settings of a conversation: set by name, each value with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from assistant.core.errors import AssistantError, ModelError
from assistant.core.ports.models import ModelCatalog
from assistant.core.values.conversation import Conversation
from assistant.core.values.prompts import Prompt
from assistant.core.values.sampling import Sampling, SamplingChanges
from assistant.language.messages import N_, _

FIELDS: Final = tuple(SamplingChanges.model_fields)

ALLOWED_VALUES: Final = {
    "temperature": N_("a number from 0 to 5"),
    "top_k": N_("a whole number from 0"),
    "top_p": N_("a number above 0, at most 1"),
    "min_p": N_("a number from 0 to 1"),
    "repeat_penalty": N_("a number above 0, at most 5"),
    "seed": N_("a whole number from 0 to 4,294,967,294"),
    "max_tokens": N_("a whole number from 1"),
    "thinking": N_("off, auto, low, medium, high, or a whole number of tokens"),
}
INTEGER_FIELDS: Final = ("top_k", "seed", "max_tokens", "thinking")

NO_CHANGES: Final = SamplingChanges()

DEFAULT_WORD: Final = "default"
"""What is typed to have again what holds without the conversation."""


class DefaultSampling:
    """Default sampling of models, from the settings."""

    def __init__(
        self,
        models: ModelCatalog,
        settings: Sampling | None = None,
        own: Mapping[str, SamplingChanges] = MappingProxyType({}),
    ) -> None:
        """Args:
        own: what single models have otherwise than `settings`, by their names.
        """
        self._models = models
        self._own = {name.casefold(): changes for name, changes in own.items()}
        self.settings = settings or Sampling()

    def for_model(self, model: str | None) -> Sampling:
        """Default sampling of a model by its name or path; None is the default model.

        What its file recommends holds where the settings say nothing.
        """
        return self.changes_for(model).over(self.recommended_for(model).over(self.settings))

    def recommended_for(self, model: str | None) -> SamplingChanges:
        """What the file of a model recommends, as far as the settings leave it open."""
        try:
            recommended = self._models.recommended_sampling(model)
        except ModelError:
            # Whoever opens it is told what is wrong.
            return NO_CHANGES
        chosen = self.settings.model_fields_set
        return recommended.model_copy(update=dict.fromkeys(chosen & {*FIELDS}))

    def changes_for(self, model: str | None) -> SamplingChanges:
        """Changes that the settings make for this model alone."""
        if not self._own:
            return NO_CHANGES
        try:
            name = self._models.reference(model).name
        except ModelError:
            # Whoever opens it is told what is wrong.
            return NO_CHANGES
        return self._own.get(name.casefold(), NO_CHANGES)


@dataclass(frozen=True)
class SamplingSetting:
    """Effective value of one sampling field, and where it comes from."""

    field: str
    value: str
    origin: str
    """Where it comes from, in words."""
    is_own: bool
    """Whether the conversation says so, its prompt included."""


def find_field(name: str) -> str:
    """Field by its name, or by the beginning of it when that is unique.

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


def with_field(sampling: SamplingChanges, field: str, text: str) -> SamplingChanges:
    """`sampling` with one field set to what was typed.

    Raises:
        AssistantError: it is no value of this field; says which are.
    """
    if text.strip().casefold() == DEFAULT_WORD:
        return sampling.model_copy(update={field: None})
    try:
        return SamplingChanges.model_validate(
            {**sampling.model_dump(), field: parse_value(field, text)}
        )
    except (ValueError, ValidationError):
        raise AssistantError(
            f"{field} takes {ALLOWED_VALUES[field]}; {text.strip()!r} is not one.",
            f"`{DEFAULT_WORD}` resets it.",
        ) from None


def is_allowed(field: str, value: object) -> bool:
    """Whether a field takes a value."""
    try:
        SamplingChanges.model_validate({field: value})
    except ValidationError:
        return False
    return True


def sampling_settings(
    conversation: Conversation | None,
    settings: Sampling,
    prompt: Prompt | None,
    of_model: SamplingChanges = NO_CHANGES,
    of_file: SamplingChanges = NO_CHANGES,
) -> list[SamplingSetting]:
    """Effective sampling of a conversation, field by field; None is one that has not begun.

    Args:
        prompt: the one the conversation is under or will be, where it is there.
        of_model: what the settings say of its model alone.
        of_file: what the model's file recommends where the settings say nothing.
    """
    of_prompt = prompt.sampling if prompt else NO_CHANGES
    own = conversation.sampling if conversation else of_prompt
    rows: list[SamplingSetting] = []
    for field in FIELDS:
        value = getattr(own, field)
        is_own = value is not None
        if is_own and prompt is not None and value == getattr(of_prompt, field):
            origin = _("the role {name}", name=prompt.name)
        elif is_own:
            origin = _("this conversation")
        elif getattr(of_model, field) is not None:
            value = getattr(of_model, field)
            origin = _("your settings for this model")
        elif getattr(of_file, field) is not None:
            value = getattr(of_file, field)
            origin = _("the model's file")
        else:
            value = getattr(settings, field)
            is_set = field in settings.model_fields_set
            origin = _("your settings") if is_set else _("default")
        rows.append(SamplingSetting(field, format_value(field, value), origin, is_own))
    return rows


def format_value(field: str, value: float | str | None) -> str:
    """Value of a field, in words."""
    if value is None:
        return {"seed": _("a new one each time"), "thinking": "auto"}.get(field, _("no limit"))
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse_value(field: str, text: str) -> float | str:
    """What was typed for a field, as a number where it is one.

    Raises:
        ValueError: it is none, and the field takes no words.
    """
    typed = text.strip()
    if field == "thinking" and not typed.lstrip("+-").isdigit():
        return typed.casefold()
    if field in INTEGER_FIELDS:
        return int(typed)
    # In half of the world a comma stands before the fraction.
    return float(typed.replace(",", ".", 1))
