"""Paths that a terminal pastes when files are dropped on its window, told from ordinary text.

Every terminal has its own way. Quoted for a shell: VTE (GNOME, Xfce, Tilix), Konsole, foot.
Escaped with backslashes: iTerm2, Terminal.app, Ghostty, WezTerm. As they are, one or a line each:
kitty, Alacritty. As `file://` addresses: file managers. In double quotes and with backslashes that
separate folders: Windows Terminal, where `C:\\x` is `/mnt/c/x` for whoever runs in WSL.

Which way it was is decided by what exists: the first reading of which every path is there counts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote_to_bytes

LONGEST = 1_000_000
"""Characters; a paste that is longer is a text."""

Exists = Callable[[str], bool]

_BEGINNING = re.compile(r"""\s*(?:\$?['"])?(?:/|\\|~|file:|[A-Za-z]:[\\/])""", re.IGNORECASE)
_WORD = re.compile(
    r"""(?: \$'(?:[^'\\]|\\.)*' | '[^']*' | "(?:[^"\\]|\\.)*" | \\. | [^\s'"\\] )+""",
    re.DOTALL | re.VERBOSE,
)
_PART = re.compile(
    r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)' | '(?P<single>[^']*)' | "(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.) | (?P<plain>[^\s'"\\]+?)(?=\$'|['"\\]|$)""",
    re.DOTALL | re.VERBOSE,
)
_WINDOWS_WORD = re.compile(r'"([^"\n]*)"|([^\s"]+)')
_ADDRESS = re.compile(r"file:(?://([^/]*))?(/.*)", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)
_WSL_SHARE = re.compile(r"\\\\wsl(?:\.localhost|\$)\\[^\\]+\\(.*)", re.IGNORECASE | re.DOTALL)
_ANSI = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})|u(?P<short>[0-9A-Fa-f]{1,4})"
    r"|U(?P<long>[0-9A-Fa-f]{1,8})|(?P<letter>.))",
    re.DOTALL,
)
_LETTERS = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def may_be_dropped(text: str) -> bool:
    """Whether it is worth asking what exists."""
    return len(text) <= LONGEST and _BEGINNING.match(text) is not None


def dropped_paths(text: str, exists: Exists, home: str = "") -> tuple[str, ...]:
    """The absolute paths of a paste that is nothing but paths; empty when it is a text.

    Args:
        exists: whether there is something at an absolute path.
        home: what `~` stands for; empty leaves it alone.
    """
    if not may_be_dropped(text):
        return ()
    return _first_reading(_readings(text), _Places(exists, home, relative=False))


def named_paths(text: str, exists: Exists, home: str = "") -> tuple[str, ...]:
    """The paths that a user typed or dropped after a command; relative ones stay relative.

    Other than a paste, these are meant as paths: what does not exist is given back as the words of
    a shell, so that whoever uses them can say what is missing.
    """
    places = _Places(exists, home, relative=True)
    found = _first_reading(_readings(text), places)
    return found or tuple(places.expand(word)[0] for word in _shell_words(text) or text.split())


def _first_reading(
    readings: Iterator[Sequence[str]], places: "_Places"
) -> tuple[str, ...]:
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
    whole = text.removesuffix("\n").removesuffix("\r")
    yield [whole]
    if whole != whole.strip():
        yield [whole.strip()]
    yield _shell_words(text)
    lines = [line for line in text.splitlines() if line.strip()]
    yield lines
    yield [line.strip() for line in lines]
    per_line = [_shell_words(line) for line in lines]
    yield [words[0] for words in per_line if len(words) == 1] if len(lines) > 1 else []
    yield [quoted or bare for quoted, bare in _WINDOWS_WORD.findall(text)]


class _Places:
    """Finds what a word of a paste stands for."""

    def __init__(self, exists: Exists, home: str, *, relative: bool) -> None:
        self._exists = exists
        self._home = home
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
            path = unquote_to_bytes(address[2]).decode("utf-8", "surrogateescape")
            inner = path[1:]
            return [path, *_from_windows(inner)] if _DRIVE.match(inner) else [path]
        if self._home and (word == "~" or word.startswith("~/")):
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
        if text[at : match.start()].strip():
            return []
        words.append(_unquoted(match.group()))
        at = match.end()
    return [] if text[at:].strip() else words


def _unquoted(word: str) -> str:
    return "".join(_part(match) for match in _PART.finditer(word))


def _part(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "ansi":
            return _ansi(match["ansi"])
        case "double":
            return re.sub(r'\\(["\\$`])', r"\1", match["double"].replace("\\\n", ""))
        case "escaped":
            return "" if match["escaped"] == "\n" else match["escaped"]
        case group:
            return match[group or 0]


def _ansi(quoted: str) -> str:
    r"""A `$'…'` of bash: bytes in UTF-8, with escapes."""

    def character(match: re.Match[str]) -> str:
        if match["octal"] or match["hex"]:
            byte = int(match["octal"], 8) if match["octal"] else int(match["hex"], 16)
            return bytes([byte & 0xFF]).decode("utf-8", "surrogateescape")
        code = match["short"] or match["long"]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else ""
        return _LETTERS.get(match["letter"], match["letter"])

    # Bytes that stand alone as surrogates become the characters they are together.
    joined = _ANSI.sub(character, quoted)
    return joined.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
