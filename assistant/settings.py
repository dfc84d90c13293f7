"""Settings from settings.toml and the environment, as one frozen value.

Every setting can be given in the file as `[section] key = value` and in the environment as
`ASSISTANT_SECTION__KEY`; the environment wins. pydantic-settings would do the same and costs a
tenth of a second at each start.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from assistant.allowed_values import allowed_values, is_table
from assistant.command_table import COMMANDS
from assistant.core.errors import SettingsError
from assistant.core.values.base import ALLOWED, Value
from assistant.core.values.load_options import ModelOptionChanges, ModelOptions
from assistant.core.values.sampling import ContextWindow, Sampling, SamplingChanges
from assistant.keymap import ALLOWED_KEYS, parse_keys
from assistant.language.choice import AUTO, nearest_language
from assistant.language.messages import N_, _
from assistant.settings_source import SettingsSource, read_settings_source

LISTED_AFTER = "listed_after"
"""Marks a setting that stands behind another one of its section when all are listed."""


Panel = Literal["auto", "shown", "hidden"]


def _as_paths(value: object) -> object:
    """A list as the environment gives it."""
    return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value


def _as_words(value: object) -> object:
    """A list of words as the environment gives it."""
    return tuple(value.split()) if isinstance(value, str) else value


class ChatSettings(Value):
    """How a new conversation begins."""

    model: str | None = None
    """Name of a model in the models folder, or a path to a GGUF file. Empty: the starter model."""
    prompt: str = "general"
    """The system prompt of new conversations: a name from the prompt library."""
    titles: bool = True
    """Whether the model thinks of a better title than the first words, when it is idle."""
    background_model: str | None = None
    """Model for titles and summaries of conversations whose model runs on a server. Empty: the
    one that would answer here, so that nothing more is sent."""


class EngineSettings(ModelOptions):
    """The worker that runs the model."""

    snapshots: Annotated[
        float, Field(ge=0, allow_inf_nan=False, json_schema_extra={LISTED_AFTER: "sequences"})
    ] = 4
    """Gigabytes on disk for what was read of other conversations; 0 keeps nothing."""
    models: Annotated[int, Field(ge=1, le=64)] = 3
    """Models that stay in memory together, so that going back to one costs nothing; fewer where
    the memory is short."""
    idle_unload: Annotated[float, Field(gt=0)] = 900
    """Seconds without a request after which a model leaves the memory."""
    idle_exit: Annotated[float, Field(gt=0)] = 1800
    """Seconds without a request after which the worker ends."""


class OneModelSettings(ModelOptionChanges):
    """What one model has otherwise than `[engine]`; what is not given is as there."""

    adapters: dict[str, Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    """LoRA adapters that it is run with: name or path, and how much of each."""
    sampling: SamplingChanges = Field(default_factory=SamplingChanges)
    """What it has otherwise than `[sampling]`."""


class ModelSettings(Value):
    """Models: where they are looked for and fetched from."""

    folders: Annotated[
        tuple[str, ...],
        BeforeValidator(_as_paths),
        Field(json_schema_extra={ALLOWED: N_("one or several folders")}),
    ] = ()
    """Folders with GGUF files, beside the models folder. In the environment they are separated
    as in `PATH`."""
    other_programs: bool = True
    """Whether the models of other programs are listed: Hugging Face's cache, LM Studio, Ollama,
    GPT4All, Jan and llama.cpp."""
    endpoint: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s?#]+$",
            json_schema_extra={ALLOWED: N_("an address that begins with https:// or http://")},
        ),
    ] = "https://huggingface.co"
    """Where `assistant models pull` fetches models: Hugging Face, or a mirror of it."""


class EndpointSettings(Value):
    """A server of models: another program's on this machine, or a service elsewhere."""

    url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s?#@]+$",
            json_schema_extra={ALLOWED: N_("an address such as https://example.com/v1, no key")},
        ),
    ]
    """Its address, with or without `/v1`."""
    key_variable: str = ""
    """Environment variable that holds the key."""
    key_file: str = ""
    """File that holds the key, for you alone (0600). Without either the one is taken that
    `assistant endpoints add` has kept."""
    window: ContextWindow = 0
    """Tokens that prompt and answer may use together; 0 asks the server."""
    connect_timeout: Annotated[float, Field(gt=0, le=600)] = 10
    """Seconds until it has to be reached."""
    first_timeout: Annotated[float, Field(ge=0)] = 0
    """Seconds until an answer has to begin; 0 waits as long as the prompt is read."""
    idle_timeout: Annotated[float, Field(gt=0)] = 120
    """Seconds without a sign, after which an answer that has begun is given up."""


ENDPOINT_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
"""What stands before the slash in the names of a server's models."""

EndpointName = Annotated[str, Field(pattern=ENDPOINT_NAME)]


class LibrarySettings(Value):
    """Your files: how they are read and searched."""

    embedder: str | None = None
    """Folder of a sentence-transformers model, or one that `packaging/embedder` makes. Empty: the
    one that comes with the program, for English and Portuguese. Another one takes over in the
    background, from the stored texts, while the old one answers."""
    hidden: bool = False
    """Whether files and folders are indexed whose name begins with a dot."""
    largest_file: Annotated[int, Field(ge=1)] = 200
    """Megabytes; larger files are left out."""
    readers: Annotated[int, Field(ge=1, le=64)] = 2
    """Processes that read files."""
    watch: bool = True
    """Whether changes are noticed automatically, as long as the library runs."""
    ocr: bool = False
    """Whether scanned PDFs are read with tesseract, where that is installed. It takes seconds for
    each page."""
    ocr_languages: Annotated[
        str,
        Field(
            pattern=r"^\w+(\+\w+)*$",
            json_schema_extra={ALLOWED: N_("names such as eng or eng+por")},
        ),
    ] = "eng+por"
    """The languages of scanned pages, as tesseract calls them; `tesseract --list-langs` tells
    which are installed."""
    fall_back: bool = False
    """Whether a question to a named collection is answered from the model alone when the files
    do not speak to it. Without it the answer then only says so."""
    server: str = ""
    """Address of a Chroma server, such as http://127.0.0.1:8000. Empty: vectors are kept here."""
    idle_exit: Annotated[float, Field(gt=0)] = 1800
    """Seconds without a request or anything to index after which the worker ends."""


class ServeSettings(Value):
    """What `assistant serve` gives to other programs."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8719
    """Where it listens; 0 takes any port that is free."""
    keep: bool = False
    """Whether what other programs ask, and the answers, are kept with your conversations."""
    ping: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 10
    """Seconds after which a program that waits for an answer is told to wait on; 0 is never."""
    origins: Annotated[tuple[str, ...], BeforeValidator(_as_words)] = ()
    """Web pages that may ask, such as https://chat.example.org. In the environment they are
    separated by spaces. Empty: none."""
    hosts: Annotated[tuple[str, ...], BeforeValidator(_as_words)] = ()
    """What else this machine is called by those that ask: names, without port."""


def _as_language(code: str) -> str:
    """A language that there is, as the program calls it."""
    language = AUTO if code == AUTO else nearest_language(code)
    if language is None:
        raise PydanticCustomError("language", "There is no such language.")
    return language


class InterfaceSettings(Value):
    """What holds for the screen and the command line alike."""

    language: Annotated[
        str,
        AfterValidator(_as_language),
        Field(json_schema_extra={ALLOWED: N_("auto, or a language such as en or pt_BR")}),
    ] = AUTO
    """The language of screens, messages and help; `auto` is that of the locale. Prompts and answers
    follow the conversation."""


class ScreenSettings(Value):
    """The look of the terminal interface."""

    theme: Literal["auto", "dark", "light"] = "auto"
    """`auto` asks the terminal for its background, and is dark where it does not answer."""
    conversations: Panel = "auto"
    """The list of conversations; `auto` shows it where there is room for it."""
    sources: Panel = "auto"
    """The sources of an answer; `auto` shows them where there is room for them."""
    notify: Literal["auto", "bell", "off"] = "auto"
    """When an answer that took long is done and the window is not looked at: a notification where
    the terminal shows some, else its bell."""


def _as_keys(value: object) -> object:
    """Keys as the program calls them, however they are written."""
    return parse_keys(value)


CommandKeys = Annotated[
    tuple[str, ...], BeforeValidator(_as_keys), Field(json_schema_extra={ALLOWED: ALLOWED_KEYS})
]

KEY_NAMES: Final = {command.name.replace("-", "_"): command for command in COMMANDS}
"""Commands by the settings of their keys."""


class KeySettings(Value):
    """Keys of the terminal interface, by command."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, CommandKeys] = Field(init=False)

    preset: Literal["auto", "plain", "no-alt", "tmux", "zellij", "vscode"] = "auto"
    """For what the program runs in: `auto` finds out, `plain` is for a terminal that takes no keys,
    `no-alt` for one where Alt types signs."""

    @model_validator(mode="before")
    @classmethod
    def _only_commands(cls, given: Any) -> Any:
        unknown = [key for key in given if key not in KEY_NAMES and key != "preset"]
        if unknown:
            raise PydanticCustomError("extra_forbidden", "{key}", {"key": str(unknown[0])})
        return given

    def of(self, name: str) -> tuple[str, ...]:
        """The keys of a command, those that work on a message last."""
        given = self.__pydantic_extra__ or {}
        command = KEY_NAMES[name]
        usual = tuple(filter(None, [*command.key.split(","), command.message_key]))
        return given.get(name, usual)


def value_of(section: Value, field: str) -> Any:
    """The value of a setting in its section."""
    is_key = isinstance(section, KeySettings) and field in KEY_NAMES
    return section.of(field) if is_key else getattr(section, field)  # type: ignore[attr-defined]


class Settings(Value):
    """Everything that can be set."""

    chat: ChatSettings = Field(default_factory=ChatSettings)
    sampling: Sampling = Field(default_factory=Sampling)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    model: dict[str, OneModelSettings] = Field(default_factory=dict)
    """By the name of a model."""
    endpoints: dict[EndpointName, EndpointSettings] = Field(default_factory=dict)
    """Servers of models, by names of the user's."""
    library: LibrarySettings = Field(default_factory=LibrarySettings)
    interface: InterfaceSettings = Field(default_factory=InterfaceSettings)
    screen: ScreenSettings = Field(default_factory=ScreenSettings)
    serve: ServeSettings = Field(default_factory=ServeSettings)
    keys: KeySettings = Field(default_factory=KeySettings)


SECTIONS: Final[Mapping[str, type[Value]]] = {
    "chat": ChatSettings,
    "sampling": Sampling,
    "engine": EngineSettings,
    "models": ModelSettings,
    "library": LibrarySettings,
    "interface": InterfaceSettings,
    "screen": ScreenSettings,
    "serve": ServeSettings,
    "keys": KeySettings,
}
"""Those that are always there; `model` has one for each model that something is set for, and
`endpoints` one for each server."""


def load_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: names the file or variable, the key and what it should be.
    """
    return checked_settings(read_settings_source(file, environment))


def checked_settings(source: SettingsSource) -> Settings:
    """Settings of a source.

    Raises:
        SettingsError: names the file or variable, the key and what it should be.
    """
    given = source.values
    if given.keys() <= SECTIONS.keys():
        # What is wrong with them is told below.
        with suppress(ValidationError):
            return _checked_where_given(given)
    # With a section that is not given, pydantic would build the checks of that section twice.
    empty: dict[str, object] = {section: {} for section in Settings.model_fields}
    try:
        return Settings.model_validate({**empty, **given})
    except ValidationError as failure:
        raise _explain(failure, source) from None


def _checked_where_given(given: Mapping[str, object]) -> Settings:
    """Settings whose defaults are taken as they are. Most users have set little, and building the
    checks of all sections is a good part of what a start computes.

    Raises:
        ValidationError: what is given will not do.
    """
    sections: dict[str, Any] = {
        name: kind.model_validate(given[name]) if name in given else kind.model_construct()
        for name, kind in SECTIONS.items()
    }
    return Settings.model_construct(model={}, endpoints={}, **sections)


def field_at(location: Sequence[str]) -> tuple[type[Value], str] | None:
    """What declares a setting: a section, and the field in it; None for what is no setting."""
    match tuple(location):
        case ("model", _, "sampling", field, *_):
            found: tuple[type[Value], str] = (SamplingChanges, field)
        case ("model", _, field, *_):
            found = (OneModelSettings, field)
        case ("endpoints", _, field, *_):
            found = (EndpointSettings, field)
        case (section, field, *_) if section in SECTIONS:
            found = (SECTIONS[section], field)
        case _:
            return None
    model, name = found
    is_key = model is KeySettings and name in KEY_NAMES
    return found if is_key or name in model.model_fields else None


def _explain(failure: ValidationError, source: SettingsSource) -> SettingsError:
    problem = failure.errors()[0]
    location = tuple(str(part) for part in problem["loc"])
    variables = [v for path, v in source.variables.items() if path[: len(location)] == location[:2]]
    if problem["type"] == "extra_forbidden":
        location += (problem["ctx"]["key"],) if "ctx" in problem else ()
        key = ".".join(location)
        return SettingsError(
            f"The environment variable {variables[0]} is not a setting."
            if variables
            else f"{source.file}: `{key}` is not a setting.",
            "`assistant settings` lists all settings.",
        )
    declared = field_at(location)
    # What comes behind the field tells which of its kinds a value was tried as.
    depth = location.index(declared[1]) + 1 if declared else len(location)
    of_entry = declared is not None and depth < len(location) and is_table(*declared)
    depth += of_entry
    allowed = _("settings, each with its name")
    if declared:
        allowed = allowed_values(*declared, of_entry=of_entry)
    key, given = ".".join(location[:depth]), problem["input"]
    return SettingsError(
        f"The environment variable {variables[0]} = {given!r} is not valid. Allowed: {allowed}."
        if variables
        else f"{source.file}: `{key}` = {given!r} is not valid. Allowed: {allowed}.",
        "Correct it, or remove it to get the default.",
    )
