"""Problems of an import, one line for each cause: where it happened first, and how often."""

from collections.abc import Iterable
from typing import NamedTuple

from assistant.core.values.transcript import ReadingProblem


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
        files = tuple(dict.fromkeys(path for path, _ in found))
        places = list(dict.fromkeys((path, each.place) for path, each in found if each.place))
        where = places[0][1] if places else ""
        more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        times = f" ({len(found):,} times)" if len(found) > max(len(places), len(files)) else ""
        text = f"{where}{more}: {cause}" if where else cause
        lines.append(ProblemLine(files, f"{text}{times}", is_refused))
    return lines
