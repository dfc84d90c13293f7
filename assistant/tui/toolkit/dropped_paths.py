"""Dropped files: paths that a terminal pastes, recognised among ordinary text.

Every terminal has its own way. Quoted for a shell: VTE (GNOME, Xfce, Tilix), Konsole, foot.
Escaped with backslashes: iTerm2, Terminal.app, Ghostty, WezTerm. As they are, one or a line each:
kitty, Alacritty. As `file://` addresses: file managers. In double quotes and with backslashes that
separate folders: Windows Terminal, where `C:\\x` is `/mnt/c/x` for whoever runs in WSL.

Which way it was is decided by what exists: the first reading of which every path is there counts.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from assistant.tui.toolkit import disk
from assistant.tui.toolkit.threads import in_thread

MAX_CHARACTERS = 1_000_000
"""Characters; a paste that is longer is a text."""

Exists = Callable[[str], bool]

_BLANK = " \t\n"
"""What separates words. Other white space, such as U+202F in the names of pictures, does not."""

_BEGINNING = re.compile(r"""[ \t\r\n]*(?:\$?['"])?(?:/|\\|~|file:|[A-Z]:[\\/])""", re.IGNORECASE)
_WORD = re.compile(
    r"""(?:\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^ \t\n'"\\])+""", re.DOTALL
)
_WORD_PART = re.compile(
    r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)'|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)\""""
    r"""|\\(?P<escaped>.)|(?P<plain>.)""",
    re.DOTALL,
)
_IN_DOUBLE = re.compile(r'\\(?:(["\\$`])|\n)')
_LITERAL_WORD = re.compile(r'"([^"\n]*)"|([^ \t\n"]+)')
_ADDRESS = re.compile(r"file:(?://[^/]*)?(/.*)", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)
_WSL_SHARE = re.compile(r"\\\\wsl(?:\.localhost|\$)\\[^\\]+\\(.*)", re.IGNORECASE | re.DOTALL)
_BYTES = re.compile(r"(?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}))+")
_BYTE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2}))")
_ANSI = re.compile(
    rf"(?P<bytes>{_BYTES.pattern})|\\(?:u(?P<short>[0-9A-Fa-f]{{1,4}})"
    r"|U(?P<long>[0-9A-Fa-f]{1,8})|(?P<letter>.))",
    re.DOTALL,
)
_LETTERS = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))


def may_be_dropped(text: str) -> bool:
    """Whether a paste looks like paths, so that it is worth asking what exists."""
    return len(text) <= MAX_CHARACTERS and _BEGINNING.match(text) is not None


def dropped_paths(text: str, exists: Exists, home: str = "") -> tuple[str, ...]:
    """Absolute paths of a paste that is nothing but paths; empty when it is a text.

    Args:
        exists: whether there is something at an absolute path.
        home: what `~` stands for; empty leaves it alone.
    """
    if not may_be_dropped(text):
        return ()
    return _first_reading(_readings(text), _Places(exists, home, relative=False))


def named_paths(text: str, exists: Exists, home: str = "") -> tuple[str, ...]:
    """Paths that a user typed or dropped after a command; relative ones stay relative.

    Other than a paste, these are meant as paths: what does not exist is given back as the words of
    a shell, so that whoever uses them can say what is missing.
    """
    places = _Places(exists, home, relative=True)
    found = _first_reading(_readings(text), places)
    return found or tuple(places.expand(word)[0] for word in _shell_words(text) or text.split())


def _first_reading(readings: Iterator[Sequence[str]], places: "_Places") -> tuple[str, ...]:
    for words in readings:
        paths = []
        for word in words:
            path = places.find(word)
            if path is None:
                break
            paths.append(path)
        else:
            if paths:
                return tuple(dict.fromkeys(paths))
    return ()


def _readings(text: str) -> Iterator[Sequence[str]]:
    """The ways to cut a paste into paths, the most literal first."""
    # Terminals send a carriage return for every new line of a paste.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = text.removesuffix("\n")
    yield [whole]
    yield [whole.strip(_BLANK)]
    yield _shell_words(text)
    lines = [line for line in text.split("\n") if line.strip(_BLANK)]
    yield lines
    yield [line.strip(_BLANK) for line in lines]
    yield [quoted or bare for quoted, bare in _LITERAL_WORD.findall(text)]


class _Places:
    """Finds what a word of a paste stands for."""

    def __init__(self, exists: Exists, home: str, *, relative: bool) -> None:
        self._exists = exists
        self._home = home.rstrip("/")
        self._relative = relative

    def find(self, word: str) -> str | None:
        """The path that exists; None when there is none, or the word is no path at all."""
        for path in self.expand(word):
            if "\0" not in path and (self._relative or _is_place(path)) and self._exists(path):
                return path
        return None

    def expand(self, word: str) -> list[str]:
        """What the word may stand for, the likeliest first."""
        address = _ADDRESS.fullmatch(word)
        if address is not None:
            path = unquote_to_bytes(address[1]).decode("utf-8", "surrogateescape")
            inner = path[1:]
            return [path, *_from_windows(inner)] if _DRIVE.match(inner) else [path]
        if self._home and (word.startswith("~/") or (word == "~" and self._relative)):
            return [self._home + word[1:]]
        return [word, *_from_windows(word)]


def _is_place(path: str) -> bool:
    """An absolute path; the root alone is as likely the beginning of a command."""
    return bool(_DRIVE.match(path)) or (path.startswith("/") and path.strip("/") != "")


def _from_windows(path: str) -> list[str]:
    drive = _DRIVE.fullmatch(path)
    if drive is not None:
        rest = drive[2].replace("\\", "/")
        return [f"/mnt/{drive[1].lower()}/{rest}"]
    share = _WSL_SHARE.fullmatch(path)
    return ["/" + share[1].replace("\\", "/")] if share is not None else []


def _shell_words(text: str) -> list[str]:
    """The words of a shell's line; none when a quotation does not end."""
    words = []
    at = 0
    for match in _WORD.finditer(text):
        if text[at : match.start()].strip(_BLANK):
            return []
        words.append("".join(_unquoted(part) for part in _WORD_PART.finditer(match.group())))
        at = match.end()
    return [] if text[at:].strip(_BLANK) else words


def _unquoted(part: re.Match[str]) -> str:
    match part.lastgroup:
        case "ansi":
            return _ANSI.sub(_ansi, part["ansi"])
        case "double":
            return _IN_DOUBLE.sub(r"\1", part["double"])
        case "escaped":
            return "" if part["escaped"] == "\n" else part["escaped"]
        case kind:
            return part[kind or 0]


def _ansi(escape: re.Match[str]) -> str:
    """One escape of a `$'…'` of bash, or a run of bytes."""
    if escape["bytes"]:
        codes = [int(o, 8) if o else int(h, 16) for o, h in _BYTE.findall(escape["bytes"])]
        return bytes(code & 0xFF for code in codes).decode("utf-8", "surrogateescape")
    if escape["letter"]:
        return _LETTERS.get(escape["letter"], escape["letter"])
    number = int(escape["short"] or escape["long"], 16)
    return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"


DROP_TIMEOUT: Final = 1.0
"""Seconds that a disk gets before a paste is a text: what is typed behind it has to wait."""


async def read_dropped_paths(pasted: str) -> tuple[str, ...]:
    """Paths of a paste that is nothing but paths.

    Returns: absolute paths; empty for a text, and when a disk does not answer in time.
    """
    if not may_be_dropped(pasted):
        return ()
    search = in_thread(dropped_paths, pasted, disk.exists, disk.home())
    try:
        return await asyncio.wait_for(search, DROP_TIMEOUT)
    except TimeoutError:
        return ()
