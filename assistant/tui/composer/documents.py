"""Documents that a command names: by path, mention, collection, or as a source of an answer."""

import re
from collections.abc import Sequence

from assistant.core.grounding.mentions import missing_files, spell_collection, spell_file
from assistant.core.values.conversation import Message
from assistant.tui.toolkit import disk

_NO_FILES = frozenset({".", "..", "/", "~"})
"""Signs of their own: whoever means these folders puts a `/` behind them."""
_SOURCE = re.compile(r"\[?(\d{1,3})\]?(?=\s|$)")


def name_documents(argument: str, answer: Message | None, collections: Sequence[str]) -> str | None:
    """What was typed after a command, with its documents as mentions; looks at the disk.

    A number is that of a source of the answer. Without documents it is about the sources of the
    answer, and where it has none about the conversation's collections.

    Args:
        answer: the one that the user looks at.

    Returns:
        Mentions, and what else was typed; None where no document is meant.
    """
    typed = argument.strip()
    if typed[:1] in ("@", "#"):
        return typed
    number = _SOURCE.match(typed)
    if number is not None:
        cited = {each.number: each.path for each in answer.citations} if answer else {}
        path = cited.get(int(number[1]))
        if path is not None:
            return f"{spell_file(path)} {typed[number.end() :].strip()}".strip()
    words = typed.split(" ")
    found: list[str] = []
    while (count := _words_of_path(words)) > 0:
        found.append(spell_file(_path_of(words[:count])))
        words = words[count:]
    if found:
        return " ".join([*found, *words])
    if typed and missing_files(f"@{words[0]}", disk.exists):
        return None
    sources = list(dict.fromkeys(each.path for each in answer.citations)) if answer else []
    named = list(map(spell_file, sources)) or list(map(spell_collection, collections))
    return " ".join([*named, typed]).strip() if named else None


def _words_of_path(words: Sequence[str]) -> int:
    """How many of the words are a path of something that is there, the longest one; 0 for none."""
    lengths = range(len(words), 0, -1)
    return next((count for count in lengths if _is_there(_path_of(words[:count]))), 0)


def _path_of(words: Sequence[str]) -> str:
    return " ".join(words).strip("\"'")


def _is_there(path: str) -> bool:
    return bool(path) and path not in _NO_FILES and disk.exists(path)
