"""Makes the documents that are read off the code, in every language: `make docs`."""

import json
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from assistant.cli.entry import COMMANDS as COMMANDS_OF_PROGRAM
from assistant.cli.entry import PROGRAM_NAME, command
from assistant.command_table import COMMANDS
from assistant.core.values.sampling import SamplingChanges
from assistant.keymap import ALLOWED_KEYS, key_name
from assistant.language.messages import LOCALES, _
from assistant.settings import EndpointSettings, OneModelSettings, Settings
from assistant.settings_reference import describe, docstrings, toml_text
from docs.rooms import layers, map_of_rooms, rooms_in_words

ROOT = Path(__file__).parents[1]
WIDTH = 96

MAP_BEGINS = "<!-- rooms: made by `make docs` from the docstring of each `__init__.py` -->"
MAP_ENDS = "<!-- end of rooms -->"


def documents() -> dict[str, str]:
    """Files by their paths in the project, and their contents as they should be."""
    return {
        **{f"docs/{name}": text for name, text in user_documents().items()},
        "docs/architecture.md": "\n".join(_architecture()) + "\n",
        "CONTRIBUTING.md": with_map((ROOT / "CONTRIBUTING.md").read_text("utf-8"), ROOT),
    }


def user_documents() -> dict[str, str]:
    """Those for users, by name, in the language that is shown."""
    made = {"keys.md": _keys(), "settings.md": _settings(), "cli.md": _cli()}
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


def languages() -> list[str]:
    """The languages that there is a catalog of, beside English."""
    return sorted(folder.name for folder in LOCALES.glob("*") if folder.is_dir())


def translated_documents(language: str) -> dict[str, str]:
    """Those for users in another language, by their paths in the project.

    A process of its own makes them: texts are fixed when they are imported.
    """
    with tempfile.TemporaryDirectory() as folder:
        catalogs = str(ROOT / "packaging" / "language" / "catalogs.py")
        subprocess.run([sys.executable, catalogs, "compile", folder], check=True)
        made = subprocess.run(
            [sys.executable, "-m", "docs.print_generated", language, folder],
            check=True,
            cwd=ROOT,
            capture_output=True,
        )
    named: dict[str, str] = json.loads(made.stdout)
    return {f"docs/{folder_of(language)}/{name}": text for name, text in named.items()}


def folder_of(language: str) -> str:
    """The folder of a language's documents: `pt-BR` for `pt_BR`."""
    return language.replace("_", "-")


ARCHITECTURE_TEXT = """\
# Architecture

Made by `make docs` from the docstring of each folder and from the import contracts.

The program is some processes. A **front end** – the screen, a command, the server – asks and
shows; it holds no model and reads no file of the library. The **engine**
(`assistant.engine.worker`) runs models in llama.cpp: when it dies, the front end says so and
starts another. The **library** (`assistant.library.worker`) indexes and searches the user's
files, and has them read in **readers**, processes with limits on memory and time: a damaged file
ends only its reader. All front ends of one user share the workers, and speak to them in lines of
JSON over a socket (`assistant.ipc`).

In the middle is the **core**: values, what is done with them, and ports – protocols that say what
it needs of storage, models and files. It imports the standard library and pydantic, nothing else.
`assistant.bootstrap` is the only place that chooses what stands behind the ports.

A question goes this way: the front end makes a request of it (`core.turn.requests`), which is
stored before anything else happens. The turn (`core.turn.chat`) searches the library, plans what
fits into the window (`core.context`), streams the answer from the engine, stores it as it grows,
and has its sentences compared with the passages (`core.grounding`). All of that is a stream of
events (`core.values.events`), which front ends show.

## What may import what

An import goes down this list, never up, and never to what stands beside it. Each folder has such
a list of its own in `pyproject.toml`; `make lint` holds the code to them.
"""


def _architecture() -> Iterator[str]:
    yield ARCHITECTURE_TEXT
    yield from layers(ROOT)
    yield ""
    yield "## Rooms"
    yield ""
    yield "A folder is a feature or a stage; its files stand in the order of the flow."
    yield from rooms_in_words(ROOT / "assistant")


def with_map(text: str, root: Path) -> str:
    """A document with the map of rooms between its two marks; the rest of it stays."""
    before, begins, rest = text.partition(MAP_BEGINS)
    _made, ends, after = rest.partition(MAP_ENDS)
    if not begins or not ends:
        raise ValueError(f"There is no place for the map of rooms: {MAP_BEGINS} … {MAP_ENDS}")
    rooms = "\n".join(map_of_rooms(root / "assistant"))
    return f"{before}{begins}\n\n{rooms}\n\n{ends}{after}"


def _paragraph(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _keys() -> Iterator[str]:
    yield "# " + _("Keys and commands")
    yield ""
    yield from _paragraph(
        _(
            "Every command has a key, a name for the `/` menu and an entry in the palette "
            "(Ctrl+P). The third column works while a message has the focus."
        )
    )
    group = ""
    for entry in COMMANDS:
        if entry.group != group:
            group = entry.group
            yield from (
                "",
                f"## {_(group)}",
                "",
                _("| does | key | on a message | `/` |"),
                "|---|---|---|---|",
            )
        keys = _(" or ").join(key_name(key) for key in entry.key.split(",") if key)
        on_message = key_name(entry.message_key) if entry.message_key else ""
        typed = f"/{entry.name} {entry.argument}".strip()
        yield f"| {entry.description} | {keys} | {on_message} | `{typed}` |"


def _settings() -> Iterator[str]:
    yield "# " + _("Settings")
    yield ""
    yield from _paragraph(
        _(
            "`settings.toml` holds sections and keys; `assistant settings` names the file and "
            "shows what holds now, and where it comes from. `assistant settings set KEY VALUE` "
            "changes the file, `unset KEY` takes a setting back; your comments stay. The "
            "environment goes before the file."
        )
    )
    yield ""
    others = [key for key in OneModelSettings.model_fields if key not in ("adapters", "sampling")]
    yield from _paragraph(
        _(
            'A table `[model."NAME"]` holds what one model has otherwise than `[engine]`: {keys}. '
            'With `adapters = {{"NAME" = 0.8}}` it is run with LoRA adapters, each by its name or '
            "path and with how much of it: 0 is nothing, 1 what it was trained for. They are GGUF "
            "files among the models; `assistant models` lists them with the models that they fit. "
            "A conversation may have others (`assistant ask --adapter`); to go from one to the "
            "other no model is loaded again.",
            keys=_listed(others),
        )
    )
    yield ""
    yield from _paragraph(
        _(
            "What `[sampling]` leaves open the model's own file may recommend "
            "(`general.sampling.*`); `assistant models show` and `/set` tell it. A table "
            '`[model."NAME".sampling]` holds what it has otherwise than `[sampling]`; what a '
            "prompt or a conversation says goes before it: {keys}.",
            keys=_listed(SamplingChanges.model_fields),
        )
    )
    yield ""
    documented = docstrings(EndpointSettings)
    keys = [f"`{key}` ({_(text).rstrip('.')})" for key, text in documented.items()]
    yield from _paragraph(
        _(
            "A table `[endpoints.NAME]` names a server of models, see [Models on other "
            "servers](endpoints.md): {keys}. `assistant settings` shows the tables that are there.",
            keys=", ".join(keys),
        )
    )
    section = ""
    for setting in describe(Settings()):
        name, _dot, key = setting.key.partition(".")
        if name == "keys" and key != "preset":
            continue
        if name != section:
            section = name
            about = _about_keys() if name == "keys" else []
            head = (
                _("| key | default | takes | what it does | in the environment |"),
                "|---|---|---|---|---|",
            )
            yield from ("", f"## [{name}]", "", *about, *head)
        default = "" if setting.default is None else f"`{toml_text(setting.default)}`"
        what = f"{setting.allowed} | {_(setting.description)}"
        yield f"| `{key}` | {default} | {what} | `{setting.variable}` |"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _about_keys() -> list[str]:
    text = _(
        "Every command has a key here, by its name with `_` for `-`: see [keys](keys.md). It takes "
        "one or several {keys}. An empty list is none.",
        keys=ALLOWED_KEYS,
    )
    return [*_paragraph(text), ""]


def _cli() -> Iterator[str]:
    yield "# " + _("Commands")
    for path, member in _commands(PROGRAM_NAME, command):
        context = click.Context(
            member,
            info_name=path,
            terminal_width=WIDTH,
            max_content_width=WIDTH,
            **command.context_settings,
        )
        text = "\n".join(line.rstrip() for line in member.get_help(context).splitlines())
        yield from ("", f"## {path}", "", "```text", text, "```")


def _commands(path: str, member: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, member
    if isinstance(member, click.Group):
        for name in COMMANDS_OF_PROGRAM if member is command else member.commands:
            child = member.get_command(click.Context(member), name)
            assert child is not None
            yield from _commands(f"{path} {name}", child)


def main() -> None:
    """Write all of them."""
    made = documents()
    for language in languages():
        made.update(translated_documents(language))
    for name, text in made.items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
