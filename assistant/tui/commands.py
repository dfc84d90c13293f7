"""Commands of the screen: bindings, hints and menus, made of the command table and the keymap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

from assistant.command_table import BY_NAME, COMMANDS, OTHER_SPELLINGS, Command
from assistant.keymap import DEFAULT_KEYMAP, Keymap

if TYPE_CHECKING:
    # Bindings are part of the first frame, where no value is yet.
    from assistant.core.values.conversation import Message


EVERYWHERE = ("palette", "find", "quit")
"""Commands that work on every screen: their bindings are the application's."""


def keymap_of(node: DOMNode) -> Keymap:
    """The keymap of the application that a widget is in; the usual one in any other."""
    found = getattr(node.app, "keymap", None)
    return found if isinstance(found, Keymap) else DEFAULT_KEYMAP


def bind(node: DOMNode, bindings: list[Binding]) -> None:
    """Give a screen or widget bindings, beside those of its class."""
    node._bindings = BindingsMap.merge([node._bindings, BindingsMap(bindings)])


def bindings(keymap: Keymap) -> list[Binding]:
    """Bindings of the chat screen, checked before an input field sees a key; Esc comes last."""
    return [
        Binding(
            ",".join(keymap.keys[command.name]),
            f"command('{command.name}')",
            command.title,
            show=False,
            priority=command.name != "stop",
        )
        for command in COMMANDS
        if keymap.keys[command.name] and command.name not in EVERYWHERE
    ]


def bindings_everywhere(keymap: Keymap) -> list[Binding]:
    """Bindings of the application."""
    actions = {"palette": "command_palette", "find": "find", "quit": "quit"}
    return [
        Binding(",".join(keymap.keys[name]), action, show=False, priority=True)
        for name, action in actions.items()
        if keymap.keys[name]
    ]


def message_bindings(keymap: Keymap) -> list[Binding]:
    """Bindings of a focused message."""
    return [
        Binding(
            ",".join(keymap.message_keys[command.name]),
            f"screen.command('{command.name}')",
            command.title,
            show=False,
        )
        for command in COMMANDS
        if keymap.message_keys[command.name]
    ]


def hints(message: Message) -> Iterator[Command]:
    """Commands worth a hint on this message; the least important comes last."""
    for command in sorted(COMMANDS, key=lambda command: command.name in ("good", "bad")):
        if command.name == "open" and not message.citations:
            continue
        if command.hint and command.is_for(message):
            yield command


def matching(prefix: str) -> list[Command]:
    """Commands of the `/` menu that match what was typed, the best first."""
    prefix = prefix.lower()
    starting = [command for command in COMMANDS if command.name.startswith(prefix)]
    within = [
        command
        for command in COMMANDS
        if command not in starting and prefix in f"{command.name} {command.title}".lower()
    ]
    return starting + within


OTHER_WORDS = {
    **dict.fromkeys(("exit", "bye", "close", "q"), "quit"),
    **dict.fromkeys(("clear", "reset", "chat"), "new"),
    **dict.fromkeys(("history", "chats", "list"), "conversations"),
    **dict.fromkeys(("config", "preferences", "options", "keys"), "settings"),
    **dict.fromkeys(("search", "grep"), "find"),
    **dict.fromkeys(("retry", "again", "redo"), "regenerate"),
    **dict.fromkeys(("attach", "file", "upload", "read"), "add"),
    **dict.fromkeys(("save", "share"), "export"),
    **dict.fromkeys(("load", "restore"), "import"),
    **dict.fromkeys(("commands", "menu"), "palette"),
    **dict.fromkeys(("temperature", "parameters", "sampling"), "set"),
    **dict.fromkeys(("persona", "character"), "role"),
    **dict.fromkeys(("branch", "split"), "fork"),
    **dict.fromkeys(("remove", "trash-chat"), "delete"),
    **dict.fromkeys(("tokens", "window"), "context"),
    **dict.fromkeys(("dark", "light", "colour", "color"), "theme"),
}
"""What other programs call commands; they are offered for it."""

NEAREST = 3
"""Commands that are offered for one that is not there."""

_NAME = re.compile(r"/([\w-]+)(?:\s|$)")


def unknown_name(text: str) -> str:
    """The name after a slash at the beginning of a text; empty without one, and for a path."""
    found = _NAME.match(text.lstrip())
    return found[1] if found else ""


def nearest(name: str, prompts: Sequence[str]) -> list[str]:
    """Commands and prompts that may be meant by a name that nothing has, the nearest first."""
    # Seldom needed, and not before the first frame.
    from difflib import get_close_matches  # noqa: PLC0415

    name = name.casefold()
    known = [*BY_NAME, *prompts]
    meant = [OTHER_WORDS[name]] if name in OTHER_WORDS else []
    titled = [
        command.name for command in COMMANDS if len(name) > 2 and name in command.title.lower()
    ]
    return list(dict.fromkeys([*meant, *get_close_matches(name, known, NEAREST), *titled]))[
        :NEAREST
    ]


def typed_command(text: str) -> tuple[str, str] | None:
    """A command that was typed after a slash.

    Returns: its name and its argument; None when the text is none.
    """
    name, _, argument = text.strip().removeprefix("/").partition(" ")
    name = name.lower()
    name = OTHER_SPELLINGS.get(name, name)
    is_one = text.lstrip().startswith("/") and name in BY_NAME
    return (name, argument.strip()) if is_one else None
