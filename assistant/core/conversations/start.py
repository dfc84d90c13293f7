"""Start of a conversation: under a prompt, with its built-in variables (date, os, clipboard)."""

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from assistant.core.errors import ModelNotFoundError
from assistant.core.ports.conversations import ConversationSettings
from assistant.core.ports.models import ModelCatalog
from assistant.core.values.conversation import Conversation
from assistant.core.values.prompts import ConversationStart, Prompt
from assistant.core.values.sampling import AdapterUse


def begin_conversation(
    store: ConversationSettings,
    prompt: Prompt | ConversationStart | None = None,
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
        values: of the prompt's variables; None takes the built-in ones.
        models: where the prompt's hint is looked up; without it hints are not followed.
        adapters: what the model is run with; None follows the settings.
        temporary: whether it lives in memory only.

    Raises:
        MissingValuesError: the prompt has variables without a value.
    """
    opening = resolve_opening(prompt, values)
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
        # What it is begun for takes it along to the disk, and without that it is nothing.
        durable=False,
    )


def resolve_opening(
    prompt: Prompt | ConversationStart | None, values: Mapping[str, str] | None = None
) -> ConversationStart:
    """Resolve a prompt to what a conversation begins with.

    Raises:
        MissingValuesError: the prompt has variables without a value.
    """
    match prompt:
        case None:
            return ConversationStart()
        case ConversationStart():
            return prompt
    return prompt.resolve(BuiltinVariables().values(prompt.names) if values is None else values)


def hinted_model(opening: ConversationStart, models: ModelCatalog) -> str | None:
    """Model that the prompt asks for.

    Returns:
        Its name; None where it asks for none that is there.
    """
    if opening.model is not None:
        with suppress(ModelNotFoundError):
            models.reference(opening.model)
            return opening.model
    return None


Read = Callable[[], str | None]


class BuiltinVariables:
    """Built-in variables, looked up when a prompt asks for them; the unavailable are missing."""

    def __init__(
        self,
        clipboard: Read = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._readers: Mapping[str, Read] = {
            "date": lambda: now().strftime("%Y-%m-%d"),
            "time": lambda: now().strftime("%H:%M"),
            "os": operating_system,
            "cwd": working_folder,
            "clipboard": clipboard,
        }

    def values(
        self, names: Iterable[str], given: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Current values of these variables; `given` ones take precedence.

        Args:
            names: see `Prompt.names`.
            given: what the front end knows: `input`, `selection`, the file's own.
        """
        values = dict(given or {})
        for name in names:
            if name not in values and name in self._readers:
                found = self._readers[name]()
                if found is not None:
                    values[name] = found
        return values


def operating_system() -> str:
    """Name of the operating system, such as `Debian GNU/Linux 12 (bookworm)` or `macOS 15.1`."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        pass
    release = platform.mac_ver()[0]
    return f"macOS {release}" if release else f"{platform.system()} {platform.release()}".strip()


def working_folder() -> str | None:
    """Path of the working folder; None when it is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return None
