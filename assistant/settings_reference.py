"""Settings reference: every setting with what holds, where it comes from, and what it takes.

Read off the models that define them; `docs/settings.md` is made of it, too.
"""

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError

from assistant.allowed_values import allowed_values, words_of
from assistant.core.errors import SettingsError, did_you_mean
from assistant.core.values.base import Value
from assistant.core.values.sampling import PER_ANSWER
from assistant.language.messages import _
from assistant.settings import (
    KEY_NAMES,
    LISTED_AFTER,
    SECTIONS,
    KeySettings,
    OneModelSettings,
    Settings,
    field_at,
    value_of,
)
from assistant.settings_source import PREFIX, SettingsSource

DEFAULT: Final = "default"
"""Where a value comes from that nobody gave."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")

NEAREST = 3
"""Settings that are offered for one that is not there."""


class Setting(Value):
    """A setting with its value, default and description."""

    path: Annotated[tuple[str, ...], Field(exclude=True)]
    """Sections and name."""
    key: str
    """The same as it is typed."""
    variable: str
    value: Any
    default: Any
    description: str
    allowed: str
    """What it takes, in words."""
    origin: str = DEFAULT
    """Where the value comes from: the file, an environment variable, or the default."""

    @property
    def section(self) -> str:
        """The sections that it is in, as they are typed."""
        return dotted(self.path[:-1])


class ModelSetting(Value):
    """A setting that the file has for one model, or one server of models, alone."""

    model: str
    table: str
    """As it stands in the file."""
    key: str
    value: Any
    instead_of: Any
    """What holds for the others; None where there is no such thing."""
    origin: str
    """The file."""


def describe(settings: Settings, source: SettingsSource | None = None) -> Iterator[Setting]:
    """Every setting with its value and default, in the order of definition.

    Args:
        source: what the values were given by.
    """
    defaults = Settings()
    for section, kind in SECTIONS.items():
        group, default = getattr(settings, section), getattr(defaults, section)
        documented = docstrings(kind)
        for key in _listed(kind):
            yield Setting(
                path=(section, key),
                key=f"{section}.{key}",
                variable=variable_of((section, key)),
                value=value_of(group, key),
                default=value_of(default, key),
                description=documented.get(key) or KEY_NAMES[key].description,
                allowed=allowed_values(kind, key),
                origin=origin_of((section, key), source) if source else DEFAULT,
            )


def describe_own(settings: Settings, source: SettingsSource) -> Iterator[Setting]:
    """The settings that single models have, each as one of `describe`."""
    usual = {setting.path: setting for setting in describe(settings)}
    for one in model_settings(settings, str(source.file)):
        is_sampling = one.table.endswith(".sampling]")
        path = ("model", one.model, *(["sampling"] if is_sampling else []), one.key)
        common = usual.get(("sampling" if is_sampling else "engine", one.key))
        declared = field_at(path)
        assert declared is not None
        yield Setting(
            path=path,
            key=dotted(path),
            variable="",
            value=one.value,
            default=one.instead_of,
            description=common.description if common else docstrings(declared[0])[one.key],
            allowed=allowed_values(*declared),
            origin=one.origin,
        )


def dotted(path: Sequence[str]) -> str:
    """Sections and name as they are typed; a part with dots or spaces is quoted."""
    return ".".join(part if _PLAIN.fullmatch(part) else toml_text(part) for part in path)


def section_about(path: tuple[str, ...]) -> str:
    """What the section of a setting is about, in a sentence."""
    declared = SECTIONS.get(path[0], OneModelSettings)
    return (declared.__doc__ or "").partition(".")[0].partition("\n")[0].partition(";")[0]


def choices_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a setting takes; empty where it takes other values as well."""
    declared = field_at(path)
    return words_of(*declared) if declared else ()


def origin_of(path: tuple[str, ...], source: SettingsSource) -> str:
    """Where the value of a setting comes from."""
    variable = source.variables.get(path)
    if variable is not None:
        return variable
    section = source.values.get(path[0])
    is_given = isinstance(section, dict) and path[1] in section
    return str(source.file) if is_given else DEFAULT


def variable_of(path: Sequence[str]) -> str:
    """The environment variable that goes before a setting."""
    return f"{PREFIX}{'__'.join(path).upper()}"


def model_settings(settings: Settings, file: str) -> Iterator[ModelSetting]:
    """Settings that `file` has for single models and servers of models, table by table."""
    for name, chosen in settings.model.items():
        head = f"model.{toml_text(name)}"
        for key in type(chosen).model_fields:
            value = getattr(chosen, key)
            if key != "sampling" and value not in (None, {}):
                common = getattr(settings.engine, key, None)
                yield _model_setting(name, f"[{head}]", key, value, common, file)
        for key, value in chosen.sampling.model_dump(exclude_none=True).items():
            common = getattr(settings.sampling, key)
            yield _model_setting(name, f"[{head}.sampling]", key, value, common, file)
    for name, server in settings.endpoints.items():
        for key, value in server.model_dump(exclude_unset=True).items():
            yield _model_setting(name, f"[endpoints.{toml_text(name)}]", key, value, None, file)


def _model_setting(
    model: str, table: str, key: str, value: Any, instead_of: Any, origin: str
) -> ModelSetting:
    return ModelSetting(
        model=model, table=table, key=key, value=value, instead_of=instead_of, origin=origin
    )


def all_keys() -> list[str]:
    """The names of all settings, sections in order."""
    return [f"{section}.{key}" for section, kind in SECTIONS.items() for key in _listed(kind)]


def setting_path(typed: str) -> tuple[str, ...]:
    """Section and name of a setting that was typed, such as `chat.model`.

    For one model it is `model.NAME.threads`, `model.NAME.sampling.seed` or
    `model.NAME.adapters.OTHER`; names may be quoted as in TOML.

    Raises:
        SettingsError: there is no such setting; offers the nearest.
    """
    path = _typed_path(typed)
    declared = field_at(path)
    if declared is None or not _is_whole(path, declared[1]):
        raise unknown_setting(typed)
    return path


def _is_whole(path: tuple[str, ...], field: str) -> bool:
    if path[0] == "endpoints":
        return len(path) == 3
    if path[0] != "model":
        return len(path) == 2 and field in _listed(SECTIONS[path[0]])
    if field == "adapters":
        return len(path) == 4
    return path[-1] == field


def _typed_path(typed: str) -> tuple[str, ...]:
    """Parts of a dotted name. A model's name may hold dots without being quoted."""
    try:
        here: Any = tomllib.loads(f"{typed.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return tuple(typed.strip().split("."))
    path: list[str] = []
    while isinstance(here, dict) and len(here) == 1:
        ((part, here),) = here.items()
        path.append(part)
    if path[:1] == ["endpoints"] and len(path) > 3:
        return "endpoints", ".".join(path[1:-1]), path[-1]
    if path[:1] != ["model"] or len(path) < 3:
        return tuple(path)
    *within, last = path[1:]
    if "adapters" in within[1:]:
        place = within.index("adapters", 1)
        return "model", ".".join(within[:place]), "adapters", ".".join([*within[place + 1 :], last])
    if len(within) > 1 and within[-1] == "sampling":
        return "model", ".".join(within[:-1]), "sampling", last
    return "model", ".".join(within), last


def unknown_setting(typed: str) -> SettingsError:
    """The error for a name that no setting has, with the nearest that are there."""
    known = all_keys()
    name = typed.rpartition(".")[2].casefold()
    same = [key for key in known if key.partition(".")[2] == name]
    # A section that is misspelled, or left out, says less than the name.
    by_name = {key.partition(".")[2]: key for key in known}
    near = [by_name[each] for each in get_close_matches(name, by_name, NEAREST)]
    whole = get_close_matches(typed.casefold(), known, NEAREST)
    found = list(dict.fromkeys([*same, *whole, *near]))[:NEAREST]
    return SettingsError(
        f"There is no setting {typed!r}.",
        did_you_mean(found) if found else "`assistant settings` lists them.",
    )


def parse_setting(path: tuple[str, ...], words: Sequence[str]) -> Any:
    """The value of a setting from what was typed, as it is written into the file.

    Raises:
        SettingsError: the setting does not take it; says what it takes.
    """
    declared = field_at(path)
    assert declared is not None
    model, field = declared
    key = ".".join(path)
    typed: Any = words[0] if len(words) == 1 else list(words)
    if isinstance(typed, str):
        typed = typed.strip()
        if typed.startswith("["):
            typed = _typed_list(typed)
    try:
        if path[2:3] == ("adapters",):
            parsed = OneModelSettings.model_validate({"adapters": {path[3]: typed}})
            return parsed.adapters[path[3]]
        # A server has an address, whatever else of it is changed.
        needed = {"url": "http://localhost"} if path[0] == "endpoints" else {}
        value = value_of(model.model_validate({**needed, field: typed}), field)
    except ValidationError:
        allowed = allowed_values(model, field, of_entry=field == "adapters")
        raise SettingsError(
            f"{key} = {' '.join(words)} is not valid. Allowed: {allowed}."
        ) from None
    if value is None:
        raise SettingsError(
            f"{key} takes {allowed_values(model, field)}.",
            f"`assistant settings unset {key}` gives it back its default.",
        )
    return list(value) if isinstance(value, tuple) else value


def _typed_list(typed: str) -> Any:
    try:
        return tomllib.loads(f"list = {typed}")["list"]
    except tomllib.TOMLDecodeError:
        return typed


def _listed(section: type[BaseModel]) -> list[str]:
    """The settings of a section; one that says after which it stands does so."""
    keys: list[str] = []
    for key, field in section.model_fields.items():
        marks = field.json_schema_extra
        if marks == PER_ANSWER:
            continue
        before = marks.get(LISTED_AFTER) if isinstance(marks, dict) else None
        keys.insert(keys.index(str(before)) + 1 if before else len(keys), key)
    return [*keys, *KEY_NAMES] if section is KeySettings else keys


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Docstrings below the fields of a model, by field name; empty where there is no source."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _own_docstrings(kind)
    return found


def _own_docstrings(model: type[BaseModel]) -> dict[str, str]:
    try:
        tree = ast.parse(inspect.getsource(model))
    except (OSError, TypeError):
        return {}
    found: dict[str, str] = {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found


def toml_text(value: Any) -> str:
    """A value as it stands in the file; one that is not given is said so."""
    return _("(not set)") if value is None else json.dumps(value, ensure_ascii=False)
