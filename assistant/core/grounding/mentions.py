"""Mentions in a question: `#collection` limits it to these files, `@file` goes with it whole."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from assistant.core.sanitize import one_line, printable
from assistant.core.values.base import Value

_MENTION = re.compile(r"""(?<![^\s(])#(?:"([^"\n]+)"|([^\s"#]+?))(?=[\s.,;:!?)]|$)""")
"""A name with spaces stands in quotes; what follows it is white space or punctuation."""

_FILE = re.compile(r"""(?<![^\s(])@(?:"((?:[^"\\\n]|\\.)*)"|([^\s"]\S*))""")
_ESCAPE = re.compile(r"""\\(?:(["\\])|u([0-9a-f]{4})|U([0-9a-f]{8}))""")
_PUNCTUATION = ".,;:!?)]}'\"…"
_LOOKS_LIKE_FILE = re.compile(r"^(?:\.{0,2}|~)/|/$|[^.]\.[^\W\d_]\w{0,4}$")
"""Begins like a path, or ends like a folder or with a suffix."""
_NO_FILES = frozenset({".", "..", "/", "~"})
"""Signs of their own: whoever means these folders puts a `/` behind them."""


class FileMention(Value):
    """A path in a question."""

    start: int
    end: int
    """Where the mention stands, its `@` and quotes included."""
    path: str
    """As it was typed: it may be relative or begin with `~`."""


def may_name_collections(text: str) -> bool:
    """Whether a text may mention a collection, so that it is worth asking which there are."""
    return _MENTION.search(text) is not None


def collections_in(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Collections that a question mentions, under their own spelling; case does not matter."""
    by_key = {_key(name): name for name in known}
    found = [by_key.get(_key(_name(match))) for match in _MENTION.finditer(text)]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def without_collections(text: str, collections: Sequence[str]) -> str:
    """Question without its mentions of these collections."""
    keys = {_key(name) for name in collections}

    def keep(match: re.Match[str]) -> str:
        return "" if _key(_name(match)) in keys else match.group()

    kept = _MENTION.sub(keep, text)
    return text if kept == text else re.sub(r"[ \t]{2,}", " ", kept).strip()


def spell_collection(collection: str) -> str:
    """Mention of a collection, as it is typed in a question."""
    mention = f"#{collection}"
    match = _MENTION.fullmatch(mention)
    return mention if match else f'#"{collection}"'


def composed(name: str) -> str:
    """A name with its accents in one piece with their letters, as most people type them."""
    return unicodedata.normalize("NFC", name)


def _key(name: str) -> str:
    return composed(name).casefold()


def _name(match: re.Match[str]) -> str:
    return match[1] or match[2]


def files_in(text: str, exists: Callable[[str], bool]) -> tuple[FileMention, ...]:
    """Files that a question mentions, of those that exist; any other `@word` is a word.

    A path with spaces stands in quotes, where a backslash escapes quotes, backslashes and, as
    `\u202e`, what cannot be shown. What follows a path without quotes may be punctuation.
    """
    return tuple(_files_in(text, exists))


def missing_files(text: str, exists: Callable[[str], bool]) -> tuple[str, ...]:
    """What a question mentions that looks like a file and is none: `@notes.md`, not `@anna`."""
    found = []
    for match in _FILE.finditer(text):
        paths = [path for path in _paths(match) if path not in _NO_FILES]
        if paths and not any("\0" not in path and exists(path) for path in paths):
            shortest = paths[-1]
            if match[2] is None or _LOOKS_LIKE_FILE.search(shortest):
                found.append(shortest)
    return tuple(dict.fromkeys(found))


def spell_file(path: str) -> str:
    """Mention of a file, as typed in a question; survives the sanitiser whatever the path holds."""
    word = f"@{path}"
    bare = _FILE.fullmatch(word)
    if bare and path[-1] not in _PUNCTUATION and printable(word) == word and path not in _NO_FILES:
        return word
    quoted = "".join(_escaped(mark) for mark in path)
    if printable(quoted) != quoted:
        quoted = "".join(_escaped(mark, all_but_ascii=True) for mark in path)
    return f'@"{quoted}"'


def unescape_path(quoted: str) -> str:
    """Path in the quotes of a mention."""
    return _ESCAPE.sub(_unescaped, quoted)


def with_file_names(text: str, paths: Sequence[str]) -> str:
    """Question with these files' paths replaced by their names, as the model reads it."""
    names = {composed(PurePath(path).name) for path in paths}
    for mention in reversed(files_in(text, lambda path: composed(PurePath(path).name) in names)):
        name = one_line(PurePath(mention.path).name)
        text = f"{text[: mention.start]}{name}{text[mention.end :]}"
    return text


def without_files(text: str, paths: Sequence[str], word: str = "") -> str:
    """Question with this word in place of its mentions of these files."""
    names = {composed(PurePath(path).name) for path in paths}
    for mention in reversed(files_in(text, lambda path: composed(PurePath(path).name) in names)):
        text = f"{text[: mention.start]}{word}{text[mention.end :]}"
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def _files_in(text: str, exists: Callable[[str], bool]) -> Iterator[FileMention]:
    for match in _FILE.finditer(text):
        for path in _paths(match):
            if path not in _NO_FILES and "\0" not in path and exists(path):
                left_out = 0 if match[2] is None else len(match[2]) - len(path)
                yield FileMention(start=match.start(), end=match.end() - left_out, path=path)
                break


def _paths(match: re.Match[str]) -> Iterator[str]:
    """What a mention may mean, the longest first."""
    if match[2] is None:
        yield unescape_path(match[1])
        return
    word = match[2]
    yield word
    while word[-1:] in _PUNCTUATION and word:
        word = word[:-1]
        if word:
            yield word


def _escaped(mark: str, *, all_but_ascii: bool = False) -> str:
    if mark in '"\\':
        return "\\" + mark
    is_shown = mark.isprintable() and printable(mark) == mark
    if is_shown and (mark.isascii() or not all_but_ascii):
        return mark
    code = ord(mark)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _unescaped(match: re.Match[str]) -> str:
    code = match[2] or match[3]
    if code is None:
        return match[1]
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF else match[0]
