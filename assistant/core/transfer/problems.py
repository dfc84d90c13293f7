"""Problems of an import, one line for each cause: where it happened first, and how often."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.core.values.transcript import ReadingProblem
from assistant.language.messages import _


class ProblemLine(NamedTuple):
    """One line for all problems of one cause."""

    files: tuple[str, ...]
    """Paths of the files, in the order in which they were read."""
    text: str
    """What happened, and where in the files."""
    is_refused: bool
    """Whether the files, or the rest of them, could not be read at all."""


def problem_lines(problems: Iterable[tuple[str, ReadingProblem, bool]]) -> list[ProblemLine]:
    """Problems of many files as lines.

    Args:
        problems: each with the path of its file, and whether that file was refused.
    """
    by_cause: dict[tuple[str, bool], list[tuple[str, ReadingProblem]]] = {}
    for path, problem, is_refused in problems:
        by_cause.setdefault((problem.cause, is_refused), []).append((path, problem))
    lines = []
    for (cause, is_refused), found in by_cause.items():
        files = tuple(dict.fromkeys(path for path, _problem in found))
        places = list(dict.fromkeys((path, each.place) for path, each in found if each.place))
        text = f"{_where(places)}: {cause}" if places else cause
        if len(found) > max(len(places), len(files)):
            text = _("{problem} ({times:,} times)", problem=text, times=len(found))
        lines.append(ProblemLine(files, text, is_refused))
    return lines


def _where(places: Sequence[tuple[str, str]]) -> str:
    first, more = places[0][1], len(places) - 1
    return _("{listed} and {more:,} more", listed=first, more=more) if more else first
