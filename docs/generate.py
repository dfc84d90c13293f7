"""Makes the documents that are read off the code: `make docs`."""

from collections.abc import Iterator
from pathlib import Path

import click

from assistant.cli.entry import COMMANDS as COMMANDS_OF_PROGRAM
from assistant.cli.entry import PROGRAM_NAME, command
from assistant.command_table import COMMANDS
from assistant.core.values.sampling import SamplingChanges
from assistant.keymap import ALLOWED_KEYS, key_name
from assistant.settings import EndpointSettings, OneModelSettings, Settings
from assistant.settings_reference import describe, docstrings, toml_text
from docs.rooms import layers, map_of_rooms, rooms_in_words

ROOT = Path(__file__).parents[1]
WIDTH = 96

MAP_BEGINS = "<!-- rooms: made by `make docs` from the docstring of each `__init__.py` -->"
MAP_ENDS = "<!-- end of rooms -->"


KEYS_TEXT = (
    "Every command has a key here, by its name with `_` for `-`: see [keys](keys.md). It takes one",
    f"or several {ALLOWED_KEYS}. An empty list is none.",
    "",
)


def documents() -> dict[str, str]:
    """Files by their paths in the project, and their contents as they should be."""
    return {
        "docs/keys.md": "\n".join(_keys()) + "\n",
        "docs/settings.md": "\n".join(_settings()) + "\n",
        "docs/cli.md": "\n".join(_cli()) + "\n",
        "docs/architecture.md": "\n".join(_architecture()) + "\n",
        "CONTRIBUTING.md": with_map((ROOT / "CONTRIBUTING.md").read_text("utf-8"), ROOT),
    }


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
    _, ends, after = rest.partition(MAP_ENDS)
    if not begins or not ends:
        raise ValueError(f"There is no place for the map of rooms: {MAP_BEGINS} … {MAP_ENDS}")
    rooms = "\n".join(map_of_rooms(root / "assistant"))
    return f"{before}{begins}\n\n{rooms}\n\n{ends}{after}"


def _keys() -> Iterator[str]:
    yield "# Keys and commands"
    yield ""
    yield "Every command has a key, a name for the `/` menu and an entry in the palette (Ctrl+P)."
    yield "The third column works while a message has the focus."
    group = ""
    for entry in COMMANDS:
        if entry.group != group:
            group = entry.group
            yield from (
                "",
                f"## {group}",
                "",
                "| does | key | on a message | `/` |",
                "|---|---|---|---|",
            )
        keys = " or ".join(key_name(key) for key in entry.key.split(",") if key)
        on_message = key_name(entry.message_key) if entry.message_key else ""
        typed = f"/{entry.name} {entry.argument}".strip()
        yield f"| {entry.description} | {keys} | {on_message} | `{typed}` |"


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "`settings.toml` holds sections and keys; `assistant settings` names the file and shows"
    yield "what holds now, and where it comes from. `assistant settings set KEY VALUE` changes the"
    yield "file, `unset KEY` takes a setting back; your comments stay. The environment goes before"
    yield "the file."
    yield ""
    yield 'A table `[model."NAME"]` holds what one model has otherwise than `[engine]`:'
    others = [key for key in OneModelSettings.model_fields if key not in ("adapters", "sampling")]
    yield f"{', '.join(f'`{key}`' for key in others)}. With"
    yield '`adapters = {"NAME" = 0.8}` it is run with LoRA adapters, each by its name or path and'
    yield "with how much of it: 0 is nothing, 1 what it was trained for. They are GGUF files among"
    yield "the models; `assistant models` lists them with the models that they fit. A conversation"
    yield "may have others (`assistant ask --adapter`); to go from one to the other no model is"
    yield "loaded again."
    fields = ", ".join(f"`{key}`" for key in SamplingChanges.model_fields)
    yield "What `[sampling]` leaves open the model's own file may recommend"
    yield "(`general.sampling.*`); `assistant models show` and `/set` tell it."
    yield 'A table `[model."NAME".sampling]` holds what it has otherwise than `[sampling]`; what'
    yield f"a prompt or a conversation says goes before it: {fields}."
    yield "A table `[endpoints.NAME]` names a server of models, see [Models on other"
    yield "servers](endpoints.md):"
    documented = docstrings(EndpointSettings)
    keys = [f"`{key}` ({text.rstrip('.')})" for key, text in documented.items()]
    yield f"{', '.join(keys)}."
    yield "`assistant settings` shows the tables that are there."
    section = ""
    for setting in describe(Settings()):
        name, _, key = setting.key.partition(".")
        if name == "keys" and key != "preset":
            continue
        if name != section:
            section = name
            head = (
                "| key | default | takes | what it does | in the environment |",
                "|---|---|---|---|---|",
            )
            yield from ("", f"## [{name}]", "", *(KEYS_TEXT if name == "keys" else ()), *head)
        default = "" if setting.default is None else f"`{toml_text(setting.default)}`"
        what = f"{setting.allowed} | {setting.description}"
        yield f"| `{key}` | {default} | {what} | `{setting.variable}` |"


def _cli() -> Iterator[str]:
    yield "# Commands"
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


if __name__ == "__main__":
    for name, text in documents().items():
        (ROOT / name).write_text(text, encoding="utf-8")
