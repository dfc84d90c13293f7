"""Ignore rules: which files a folder's `.gitignore` and `.assistantignore` leave out.

The rules are git's (https://git-scm.com/docs/gitignore): a later line wins over an earlier one, a
file in a deeper folder over one further up, and what lies in an ignored folder cannot be taken
back. Within one folder `.assistantignore` has the last word, and a `!` line of it takes back also
what would be left out without any line: hidden files and folders, and types that are skipped.

Anybody may have written these lines. They are matched by RE2, whose time grows with the length of
the path alone, never with the wildcards of the line.
"""

import logging
import os
import re
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

import re2
from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from assistant.library.file_access import open_regular

OWN_IGNORE_FILE = ".assistantignore"
IGNORE_FILES = (".gitignore", OWN_IGNORE_FILE)
"""In the order in which they are read; the later one wins."""

_MAX_BYTES = 1_000_000
"""Bytes of an ignore file that are read."""
_MAX_LINES = 10_000
"""Lines of an ignore file that are obeyed; each file is held against all of them."""
_MAX_LINE = 4096
"""Characters of a line: no path is longer."""
_MAX_MEMORY = 64 << 20
"""Bytes that one compiled expression may take."""

_EVERYTHING = {".": ".+", "(?:/)": ".+/"}
"""What pathspec abbreviates: any name, any folder."""
_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_log = logging.getLogger(__name__)


class IgnoreDecision(Enum):
    """The decision of an ignore file's line about a file or folder."""

    LEAVE_OUT = auto()
    TAKE = auto()
    TAKE_BACK = auto()
    """Take it even if it is hidden or of a type that is skipped."""


class _Rule(NamedTuple):
    expression: str
    matches: Callable[[str], object]
    says: IgnoreDecision
    by_name: bool
    """Whether it holds for a name in any folder: the line has no slash but at its end."""


class IgnoreRules:
    """The rules that hold in one folder, and below it until a deeper folder adds its own."""

    def __init__(self, folder: str, rules: list[_Rule], above: "IgnoreRules | None") -> None:
        self._start = len(_without_surrogates(folder).rstrip("/")) + 1
        self._last_first = rules[::-1]
        self._speaks_of_name = _any_of([rule for rule in rules if rule.by_name])
        self._speaks_of_path = _any_of([rule for rule in rules if not rule.by_name])
        self._above = above
        own = any(rule.says is IgnoreDecision.TAKE_BACK for rule in rules)
        self.has_negations: bool = own or (above is not None and above.has_negations)
        """Whether there is a line that takes back what is hidden."""

    def decision(self, path: str, *, is_folder: bool) -> IgnoreDecision | None:
        """The decision of the last line that matches `path`; None when no line does.

        The folders above must have been asked about, and not left out.
        """
        path = _without_surrogates(path)
        name = path[path.rfind("/") + 1 :]
        if is_folder:
            path, name = f"{path}/", f"{name}/"
        level: IgnoreRules | None = self
        while level is not None:
            inside = path[level._start :]
            if level._speaks_of_name(name) or level._speaks_of_path(inside):
                for rule in level._last_first:
                    if rule.matches(name if rule.by_name else inside):
                        return rule.says
            level = level._above
        return None


def rules_of(folder: str, files: tuple[str, ...], above: IgnoreRules | None) -> IgnoreRules | None:
    """The rules in `folder`, whose ignore files are `files`, on top of those from `above`."""
    rules = [
        rule
        for name in files
        for line in _lines_of(Path(folder, name))
        if (
            rule := _rule(
                line,
                folder,
                IgnoreDecision.TAKE_BACK if name == OWN_IGNORE_FILE else IgnoreDecision.TAKE,
            )
        )
    ]
    return IgnoreRules(folder, rules, above) if rules else above


def _any_of(rules: list[_Rule]) -> Callable[[str], object]:
    """Whether any of `rules` matches.

    Most files match no line: one expression for all says so in a fraction of the time.
    """
    if not rules:
        return _never
    try:
        return _compiled("|".join(f"(?:{rule.expression})" for rule in rules))
    except re2.error:
        # Too large together.
        return lambda text: any(rule.matches(text) for rule in rules)


def _never(_: str) -> None:
    return None


def _compiled(expression: str) -> Callable[[str], object]:
    """Raises: re2.error: no expression, or too large."""
    options = re2.Options()
    options.dot_nl = True
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    matches: Callable[[str], object] = re2.compile(expression, options).fullmatch
    return matches


def _without_surrogates(text: str) -> str:
    """Bytes of a path that are no UTF-8, which RE2 refuses, as U+FFFD."""
    if text.isascii():
        return text
    return os.fsencode(text).decode("utf-8", "replace")


def _lines_of(file: Path) -> list[str]:
    try:
        with open_regular(os.fsencode(file)) as stream:
            lines = stream.read(_MAX_BYTES).decode("utf-8-sig", "surrogateescape").splitlines()
    except OSError as failure:
        _log.warning("An ignore file cannot be read: %r: %s", str(file), failure.strerror)
        return []
    if len(lines) > _MAX_LINES:
        _log.warning("Only the first %d lines are obeyed: %r", _MAX_LINES, str(file))
    return lines[:_MAX_LINES]


def _rule(line: str, folder: str, taking: IgnoreDecision) -> _Rule | None:
    """`taking` is what a `!` line says."""
    if len(line) > _MAX_LINE:
        _log.warning("Left out, too long: %r… in %r", line[:80], folder)
        return None
    line = _without_surrogates(line)
    if not line.endswith("\\ "):
        line = line.rstrip()
    # pathspec matches a file with all that is below it. Here each level is asked about by itself,
    # so an expression has to match the whole of a path.
    if line.endswith("/**"):
        line += "/*"
    elif line.endswith("/**/"):
        line += "*/"
    try:
        pattern = GitIgnoreSpecPattern(line)
        if pattern.include is None or pattern.regex is None:
            return None
        expression = _GROUP_NAME.sub("(?:", pattern.regex.pattern)
        expression = _EVERYTHING.get(expression, expression)
        matches = _compiled(expression)
    except (GitIgnorePatternError, re2.error):
        _log.warning("Not a pattern: %r in %r", line, folder)
        return None
    says = IgnoreDecision.LEAVE_OUT if pattern.include else taking
    return _Rule(expression, matches, says, "/" not in line.rstrip("/"))
