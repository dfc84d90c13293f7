"""Naming: the files of the library that a question names, which it is then about."""

import sqlite3
from collections import defaultdict
from typing import NamedTuple

from assistant.library.store.scope import SearchScope
from assistant.library.text.names import NamedRun, file_name, folder_words, named_runs

MAX_NAMED = 20
"""Files; a name that more of them have names none."""

_AT_ONCE = 500


class _Named(NamedTuple):
    file: int
    run: NamedRun
    fit: int
    """See `NamedRun.fit`."""
    folders: int
    """Words of its folders that stand in the question."""


def named_files(
    connection: sqlite3.Connection, question: str, scope: SearchScope
) -> tuple[int, ...]:
    """The ids of the files of a scope that a question names.

    Of files with the same name those are meant whose suffix or folders it names, too.
    """
    runs: dict[str, list[NamedRun]] = defaultdict(list)
    for run in named_runs(question):
        runs[run.key].append(run)
    words = frozenset(key for key, same in runs.items() if len(same[0].typed) >= len(key))
    named: dict[str, list[_Named]] = defaultdict(list)
    for file, path, key in _with_keys(connection, list(runs)):
        if not scope.has_file(file):
            continue
        best = max(runs[key], key=lambda run: run.fit(file_name(path)))
        fit = best.fit(file_name(path))
        if fit:
            named[key].append(_Named(file, best, fit, len(folder_words(path) & words)))
    meant = [each for same in named.values() for each in _meant(same)]
    longest = [each for each in meant if not any(_is_inside(each.run, o.run) for o in meant)]
    found = tuple(dict.fromkeys(each.file for each in longest))
    return found if len(found) <= MAX_NAMED else ()


def _meant(same: list[_Named]) -> list[_Named]:
    best = max((each.fit, each.folders) for each in same)
    return [each for each in same if (each.fit, each.folders) == best]


def _is_inside(one: NamedRun, other: NamedRun) -> bool:
    shorter = len(one.typed) < len(other.typed)
    return shorter and other.start <= one.start and one.end <= other.end


def _with_keys(connection: sqlite3.Connection, keys: list[str]) -> list[tuple[int, str, str]]:
    """Id, printable path and key of the files that have passages and one of these keys."""
    found = []
    for at in range(0, len(keys), _AT_ONCE):
        part = [key for key in keys[at : at + _AT_ONCE] if key]
        found += connection.execute(
            "SELECT id, display, name FROM files WHERE passages > 0"
            f" AND name IN ({', '.join('?' * len(part))})",
            part,
        ).fetchall()
    return found
