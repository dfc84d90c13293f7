"""Keymap: which keys run which command here, and which of them the terminal keeps for itself.

A command's keys come from the user's settings, else from the preset for what the program runs in,
else from the command table. Terminals, multiplexers and editors take some keys before the program
sees them; those stay bound, and are not shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from assistant.command_table import BY_NAME, COMMANDS
from assistant.language.messages import N_, _, pgettext

ALIASES: Final = {
    "control": "ctrl",
    "strg": "ctrl",
    "option": "alt",
    "opt": "alt",
    "meta": "alt",
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
}
"""Other names of keys."""

SIGNS: Final = {
    ",": "comma",
    ".": "full_stop",
    "/": "slash",
    "\\": "backslash",
    ";": "semicolon",
    "'": "apostrophe",
    "-": "minus",
    "+": "plus",
    "=": "equals_sign",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "_": "underscore",
    "?": "question_mark",
    "!": "exclamation_mark",
    "#": "number_sign",
    "*": "asterisk",
    ":": "colon",
    "@": "at",
}
"""Signs on keys, and what the program calls them."""

NAMES: Final = {
    "escape": pgettext("key", "Esc"),
    "enter": pgettext("key", "Enter"),
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "delete": pgettext("key", "Delete"),
    "insert": pgettext("key", "Insert"),
    "home": pgettext("key", "Home"),
    "end": pgettext("key", "End"),
    "pageup": pgettext("key", "PgUp"),
    "pagedown": pgettext("key", "PgDn"),
    "space": pgettext("key", "Space"),
    "ctrl": pgettext("key", "Ctrl"),
    "alt": pgettext("key", "Alt"),
    "shift": pgettext("key", "Shift"),
    **{name: sign for sign, name in SIGNS.items()},
}
"""How keys are called on the screen, where that is not their name in capitals."""

MODIFIERS: Final = ("ctrl", "alt", "shift")
MOVING: Final = frozenset(
    ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "delete", "insert")
)
LAST_F_KEY: Final = 24

TYPING: Final = frozenset(f"ctrl+{letter}" for letter in "chijmsv")
"""Keys that copy, paste, save in editors, or are another name of Tab, Enter and Backspace."""

CONTROL_SIGNS: Final = ("backslash", "underscore", "right_square_bracket")
"""Signs that terminals send with Ctrl."""

ALLOWED_KEYS: Final = N_(
    "keys such as ctrl+n, alt+m or f11; a letter alone is for a focused message"
)


def key_name(key: str) -> str:
    """Name of a key as it stands on the keyboard: `ctrl+n` is Ctrl+N."""
    parts = key.split("+")
    if len(parts) == 1 and len(key) == 1:
        return key
    return "+".join(NAMES.get(part, part.upper()) for part in parts)


def parse_key(typed: str) -> str:
    """A key as the program calls it, from how people write it: `Ctrl+N`, `alt-m`, `F11`, `+`.

    Raises:
        ValueError: there is no such key, or it is needed for typing.
    """
    text = typed.strip()
    *modifiers, last = _parts(text)
    if any(modifier not in MODIFIERS for modifier in modifiers) or not _is_key(last):
        raise ValueError(f"{typed!r} is not a key")
    if last.isalpha() and len(last) == 1 and last.isupper() and not modifiers:
        return last
    key = "+".join([*(each for each in MODIFIERS if each in modifiers), last.lower()])
    if key in TYPING:
        raise ValueError(f"{key_name(key)} is needed for typing")
    if modifiers and not _arrives(frozenset(modifiers), last.lower()):
        raise ValueError(f"terminals do not send {key_name(key)}")
    return key


def _arrives(modifiers: frozenset[str], name: str) -> bool:
    """Whether terminals tell such a key from others."""
    if name in MOVING or _is_function_key(name):
        return True
    is_letter = len(name) == 1 and name.isascii() and name.isalpha()
    if modifiers == {"ctrl"}:
        return is_letter or name in CONTROL_SIGNS
    # Alt with b or f is sent for Ctrl with an arrow.
    is_alt = modifiers == {"alt"} and name not in ("b", "f")
    return is_letter and (is_alt or modifiers == {"alt", "shift"})


def _parts(text: str) -> list[str]:
    if len(text) < 2:
        return [SIGNS.get(text, text)]
    # The sign at the end is a key of its own: `alt++`, `ctrl+-`.
    head, last = text[:-1], text[-1]
    if head[-1] in "+-" and len(head) > 1:
        parts, end = head[:-1].replace("-", "+").split("+"), last
    else:
        *parts, end = text.replace("-", "+").split("+")
    lowered = [part.strip().lower() for part in parts]
    name = end.strip() if len(end.strip()) == 1 else end.strip().lower()
    name = SIGNS.get(name, ALIASES.get(name, name))
    if lowered and len(name) == 1:
        name = name.lower()
    return [*(ALIASES.get(part, part) for part in lowered), name]


def _is_key(name: str) -> bool:
    if len(name) == 1:
        return name.isalnum()
    is_named = name in MOVING or name in SIGNS.values() or name in ("enter", "escape")
    return is_named or _is_function_key(name)


def _is_function_key(name: str) -> bool:
    return name[:1] == "f" and name[1:].isdecimal() and 1 <= int(name[1:]) <= LAST_F_KEY


def parse_keys(given: object) -> tuple[str, ...]:
    """Keys of one command, as the settings give them: a list, or a text with commas.

    Raises:
        ValueError: one of them is no key.
    """
    if isinstance(given, str):
        # A comma alone is the key.
        given = [given] if given.strip() == "," else given.split(",")
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise ValueError("it is not a list of keys")
    return tuple(dict.fromkeys(parse_key(each) for each in given if each.strip()))


def is_message_key(key: str) -> bool:
    """Whether a key can only be meant for a focused message: alone it is typed into the prompt."""
    single = "+" not in key and not (key[:1] == "f" and key[1:].isdecimal())
    return single and key not in ("escape", "pageup", "pagedown", "insert")


# Both are part of every start: plain classes are made in a fraction of the time.


class Preset:
    """Keys that something around the program takes, and others in their place."""

    def __init__(
        self,
        title: str,
        taken: frozenset[str] = frozenset(),
        keys: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        *,
        without_alt: bool = False,
    ) -> None:
        """Args:
        title: what takes them.
        keys: more keys of commands, the first one is shown.
        without_alt: whether Alt types signs, and is no modifier.
        """
        self.title = title
        self.taken = taken
        self.keys = keys
        self.without_alt = without_alt

    def takes(self, key: str) -> bool:
        """Whether a key does not arrive, or not reliably."""
        return key in self.taken or (self.without_alt and key.startswith("alt+"))


def _keys(*names: str) -> frozenset[str]:
    return frozenset(names)


PRESETS: Final[Mapping[str, Preset]] = {
    "plain": Preset("nothing"),
    "no-alt": Preset(_("Alt, which types signs on a Mac,"), without_alt=True),
    "tmux": Preset("tmux", _keys("ctrl+b"), {"conversations": ("ctrl+backslash",)}),
    "zellij": Preset(
        "zellij",
        _keys(
            *(f"ctrl+{letter}" for letter in "bghnopqst"),
            *(f"alt+{letter}" for letter in "fhijklnop"),
            *(f"alt+{name}" for name in ("left", "right", "up", "down")),
            "alt+plus",
            "alt+minus",
            "alt+equals_sign",
            "alt+left_square_bracket",
            "alt+right_square_bracket",
        ),
        {
            "conversations": ("ctrl+backslash",),
            "palette": ("alt+shift+c",),
            "new": ("alt+shift+n",),
        },
    ),
    "vscode": Preset(
        "VS Code",
        _keys(*(f"ctrl+{letter}" for letter in "efgjp"), "f1", "f3", "f5", "f6", "f11"),
        {"palette": ("alt+shift+c",), "find": ("alt+shift+f",)},
    ),
}
"""By the names that the settings have for them."""

MAC_TERMINALS: Final = ("Apple_Terminal", "iTerm.app", "iTerm2")


def surroundings(environment: Mapping[str, str], platform: str) -> list[str]:
    """Presets for what the program runs in, the innermost first."""
    found = []
    if environment.get("TMUX"):
        found.append("tmux")
    if environment.get("ZELLIJ"):
        found.append("zellij")
    if environment.get("TERM_PROGRAM") == "vscode":
        found.append("vscode")
    # Over SSH only the terminal's name comes along, and not always.
    terminals = (environment.get("TERM_PROGRAM"), environment.get("LC_TERMINAL"))
    if platform == "darwin" or any(each in MAC_TERMINALS for each in terminals):
        found.append("no-alt")
    return found


class Keymap:
    """Keys of all commands, here."""

    def __init__(
        self,
        keys: Mapping[str, tuple[str, ...]],
        message_keys: Mapping[str, tuple[str, ...]],
        presets: tuple[Preset, ...] = (),
        clashes: tuple[str, ...] = (),
    ) -> None:
        """Args:
        keys: by command, those that work everywhere, the best first.
        message_keys: by command, those that work while a message has the focus.
        presets: what takes keys here.
        clashes: keys that two commands were to have, a sentence each.
        """
        self.keys = keys
        self.message_keys = message_keys
        self.presets = presets
        self.clashes = clashes

    def is_reliable(self, key: str) -> bool:
        """Whether nothing is known to take the key here."""
        return not any(preset.takes(key) for preset in self.presets)

    def shown(self, name: str) -> str:
        """What runs a command, in few letters: a key that can be relied on, else `/name`."""
        return self.key(name) or f"/{name}"

    def key(self, name: str) -> str:
        """A key of a command that can be relied on; empty without one."""
        reliable = (key for key in self.keys[name] if self.is_reliable(key))
        return key_name(next(reliable, ""))

    def message_key(self, name: str) -> str:
        """The key of a command on a focused message; empty without one."""
        return key_name(next(iter(self.message_keys[name]), ""))

    def taken(self) -> Iterator[tuple[str, str, str]]:
        """Keys of commands that something takes here: command, key, and what takes it."""
        for name, keys in self.keys.items():
            for key in keys:
                for preset in self.presets:
                    if preset.takes(key):
                        yield name, key, preset.title
                        break


def make_keymap(given: Mapping[str, Any], environment: Mapping[str, str], platform: str) -> Keymap:
    """The keymap of the settings' section; what is not valid in it is left out.

    Args:
        given: the preset, and keys by command with `_` for `-`.
    """
    wanted = given.get("preset", "auto")
    names = [wanted] if wanted in PRESETS else surroundings(environment, platform)
    presets = tuple(PRESETS[name] for name in names)
    chosen: dict[str, tuple[str, ...]] = {}
    for setting, keys in given.items():
        name = setting.replace("_", "-")
        if name in BY_NAME:
            try:
                chosen[name] = parse_keys(keys)
            except ValueError:
                continue
    return _resolved(chosen, presets) if chosen or presets else DEFAULT_KEYMAP


def _resolved(chosen: Mapping[str, tuple[str, ...]], presets: tuple[Preset, ...]) -> Keymap:
    """Keys in order of who has a say: the user's, then the presets', then the table's.

    A key that two commands want is given to the first; that is told where the user wants it.
    """
    owners: dict[str, str] = {}
    keys: dict[str, tuple[str, ...]] = {}
    messages: dict[str, tuple[str, ...]] = {}
    clashes: list[str] = []
    lost: dict[str, list[str]] = {}
    for command in sorted(COMMANDS, key=lambda each: _rank(each.name, chosen)):
        name = command.name
        own, on_message = _wanted(name, chosen, presets)
        got = []
        for key in own + on_message:
            owner = owners.setdefault(key, name)
            if owner == name:
                got.append(key)
            elif owner in chosen:
                lost.setdefault(key, [owner]).append(name)
        keys[name] = tuple(key for key in own if key in got)
        messages[name] = tuple(key for key in on_message if key in got)
    for key, (winner, *losers) in lost.items():
        for loser in losers:
            left = _left(loser, keys, messages)
            said = _("{key} is for /{winner}, so /{loser} has {keys}")
            clashes.append(said.format(key=key_name(key), winner=winner, loser=loser, keys=left))
    in_order = [command.name for command in COMMANDS]
    return Keymap(
        {name: keys[name] for name in in_order},
        {name: messages[name] for name in in_order},
        presets,
        tuple(clashes),
    )


def _rank(name: str, chosen: Mapping[str, tuple[str, ...]]) -> int:
    """The user's commands come first, in the order of the settings; then those of the table."""
    order = list(chosen)
    return order.index(name) if name in chosen else len(order)


def _wanted(
    name: str, chosen: Mapping[str, tuple[str, ...]], presets: Sequence[Preset]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys that a command is to have, everywhere and on a message."""
    command = BY_NAME[name]
    usual = tuple(command.key.split(",")) if command.key else ()
    on_message = (command.message_key,) if command.message_key else ()
    if name not in chosen:
        more = [key for preset in presets for key in preset.keys.get(name, ())]
        return (*more, *usual), on_message
    everywhere = tuple(key for key in chosen[name] if not is_message_key(key))
    own = tuple(key for key in chosen[name] if is_message_key(key))
    if not chosen[name]:
        return (), ()
    # Whoever changes one of the two leaves the other.
    return everywhere or usual, (own or on_message) if command.message_key else ()


def _left(
    name: str, keys: Mapping[str, Sequence[str]], messages: Mapping[str, Sequence[str]]
) -> str:
    """The keys that a command still has, in words."""
    left = [key_name(key) for key in (*keys.get(name, ()), *messages.get(name, ()))]
    return _(" and ").join(left) or _("no key")


DEFAULT_KEYMAP: Final = _resolved({}, ())
"""That of the command table."""
