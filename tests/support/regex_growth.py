"""Growth of regular expressions: their steps on hostile text of one size and of three times that.

`python -m tests.support.regex_growth` prints the table, the worst first.
"""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import assistant
from tests.support.regex_steps import Pattern, StepCounter, TooManyStepsError, hostile_pieces

ENDED_FROM_OUTSIDE = "assistant.library.readers"
"""Readers run in a process whose time is limited."""

SHORT_TEXTS = {
    ("assistant.tui.composer.suggestions", "_PATH"): "MAX_TYPED characters of a line",
}
"""Expressions whose text is cut before, by module and name."""

FEW, MANY = 24, 72
"""Repetitions of a piece. A matcher that looks at each character a fixed number of times takes
three times the steps for three times the text, one that looks back from each takes nine times."""

AT_ONE_PLACE = {"match", "fullmatch"}


class ExpressionInUse(NamedTuple):
    """An expression of the program, with the methods that it is used by."""

    module: str
    name: str
    pattern: Pattern
    uses: set[str]

    @property
    def is_anchored(self) -> bool:
        return bool(self.uses) and self.uses <= AT_ONE_PLACE


def modules() -> list[str]:
    found = pkgutil.walk_packages(assistant.__path__, "assistant.")
    return [
        each.name
        for each in found
        if not each.ispkg
        and not each.name.endswith("__main__")
        and not each.name.startswith(ENDED_FROM_OUTSIDE)
    ]


def expressions(module: str) -> Iterator[ExpressionInUse]:
    """Expressions that a module makes."""
    loaded = importlib.import_module(module)
    source = Path(str(loaded.__file__)).read_text("utf-8")
    if "re." not in source:
        return
    for name, value in vars(loaded).items():
        if isinstance(value, re.Pattern) and re.search(rf"^{name}\b.*=", source, re.MULTILINE):
            uses = set(re.findall(rf"\b{name}\.(\w+)", source))
            yield ExpressionInUse(module, name, value, uses)
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                match call:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name("re"), attr=method),
                        args=[ast.Constant(value=str() | bytes() as text), *_],
                    ):
                        yield ExpressionInUse(
                            module, f"line {call.lineno}", re.compile(text), {method}
                        )


MAX_GROWTH = 4.5
"""For three times the text; between what is linear and what is quadratic."""

FEWEST_STEPS = 150
"""What is fewer counts as so many: a few steps more say nothing."""

DEPTH = 100_000
"""Calls within calls: the counter calls itself once for each repetition."""


class Growth(NamedTuple):
    """Steps of an expression on a text of some size and on one of three times that."""

    few: int
    many: int
    on: str
    """What was repeated, and what stood around it."""

    @property
    def rate(self) -> float:
        return self.many / max(self.few, FEWEST_STEPS)


def worst_growth(pattern: Pattern, *, anchored: bool) -> Growth:
    """The worst that hostile text does to an expression. Texts are tried until one is too slow."""
    counter, worst = StepCounter(pattern), Growth(0, 0, "nothing")
    for before, piece, after in hostile_pieces(pattern):
        on = f"{before!r} + {piece!r} × n + {after!r}"
        try:
            few = counter.steps(f"{before}{piece * FEW}{after}", anchored=anchored)
            many = counter.steps(f"{before}{piece * MANY}{after}", anchored=anchored)
        except TooManyStepsError:
            return Growth(0, sys.maxsize, on)
        worst = max(worst, Growth(few, many, on), key=lambda growth: growth.rate)
        if worst.rate > MAX_GROWTH:
            return worst
    return worst


def main() -> None:
    """Print the table."""
    sys.setrecursionlimit(DEPTH)
    rows = [
        (worst_growth(each.pattern, anchored=each.is_anchored), each)
        for module in modules()
        for each in expressions(module)
    ]
    rows.sort(key=lambda row: -row[0].rate)
    print(f"{len(rows)} expressions; growth of their steps for three times the text, worst first")
    for growth, each in rows:
        limit = SHORT_TEXTS.get((each.module, each.name), "")
        told = f"{growth.rate:5.2f} {growth.few:>7,} → {growth.many:>7,}"
        print(f"{told}  {each.module} {each.name} on {growth.on} {f'({limit})' if limit else ''}")


if __name__ == "__main__":
    main()
