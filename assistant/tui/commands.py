"""Commands of the screen: bindings, hints and menus, made of the command table and the keymap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

from assistant.command_table import BY_NAME, COMMANDS, Command, name_meant
from assistant.keymap import DEFAULT_KEYMAP, Keymap
from assistant.language.messages import N_, _

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
    starting = [command for command in COMMANDS if command.begins_with(prefix)]
    within = [
        command
        for command in COMMANDS
        if command not in starting and prefix in command.words.lower()
    ]
    return starting + within


_OTHER_WORDS = {
    "quit": N_("exit bye close q"),
    "new": N_("clear reset chat"),
    "conversations": N_("history chats list"),
    "settings": N_("config preferences options keys"),
    "find": N_("search grep"),
    "regenerate": N_("retry again redo"),
    "add": N_("attach file upload read"),
    "export": N_("save share"),
    "import": N_("load restore"),
    "palette": N_("commands menu"),
    "set": N_("temperature parameters sampling"),
    "role": N_("persona character"),
    "fork": N_("branch split"),
    "delete": N_("remove trash-chat"),
    "context": N_("tokens window"),
    "theme": N_("dark light colour color"),
}

OTHER_WORDS = {
    word: name for name, words in _OTHER_WORDS.items() for word in f"{words} {_(words)}".split()
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
        command.name
        for command in COMMANDS
        if len(name) > 2 and name in f"{command.title} {command.english}".lower()
    ]
    return list(dict.fromkeys([*meant, *get_close_matches(name, known, NEAREST), *titled]))[
        :NEAREST
    ]


def typed_command(text: str) -> tuple[str, str] | None:
    """A command that was typed after a slash.

    Returns: its name and its argument; None when the text is none.
    """
    name, _unused, argument = text.strip().removeprefix("/").partition(" ")
    name = name_meant(name)
    is_one = text.lstrip().startswith("/") and name in BY_NAME
    return (name, argument.strip()) if is_one else None
