"""Every regular expression of the program, fed what would make it slow."""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant
from tests.support.regex_steps import (
    Pattern,
    StepCounter,
    TooManyStepsError,
    hostile_pieces,
)

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


def modules() -> list[str]:
    found = pkgutil.walk_packages(assistant.__path__, "assistant.")
    return [
        each.name
        for each in found
        if not each.ispkg
        and not each.name.endswith("__main__")
        and not each.name.startswith(ENDED_FROM_OUTSIDE)
    ]


def expressions(module: str) -> Iterator[tuple[str, Pattern, set[str]]]:
    """Expressions that a module makes, with the methods they are used by."""
    loaded = importlib.import_module(module)
    source = Path(str(loaded.__file__)).read_text("utf-8")
    if "re." not in source:
        return
    for name, value in vars(loaded).items():
        if isinstance(value, re.Pattern) and re.search(rf"^{name}\b.*=", source, re.MULTILINE):
            yield name, value, set(re.findall(rf"\b{name}\.(\w+)", source))
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                match call:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name("re"), attr=method),
                        args=[ast.Constant(value=str() | bytes() as text), *_],
                    ):
                        yield f"line {call.lineno}", re.compile(text), {method}


@pytest.fixture(autouse=True)
def deep_calls() -> Iterator[None]:
    """The counter calls itself once for each repetition."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("module", modules())
def test_no_expression_looks_back_from_each_character(module: str) -> None:
    slow = [
        f"{name}: {worst}"
        for name, pattern, uses in expressions(module)
        if (module, name) not in SHORT_TEXTS
        and (worst := slowest(pattern, anchored=bool(uses) and uses <= AT_ONE_PLACE))
    ]
    assert slow == []


def slowest(pattern: Pattern, *, anchored: bool) -> str:
    """A text that makes an expression slow; empty when there is none."""
    counter = StepCounter(pattern)
    for before, piece, after in hostile_pieces(pattern):
        try:
            few = counter.steps(f"{before}{piece * FEW}{after}", anchored=anchored)
            many = counter.steps(f"{before}{piece * MANY}{after}", anchored=anchored)
        except TooManyStepsError:
            return f"without end on {before!r} + {piece!r} × {MANY} + {after!r}"
        if many > 4.5 * max(few, 150):
            return f"{few} → {many} steps on {before!r} + {piece!r} × n + {after!r}"
    return ""


@pytest.mark.parametrize(
    ("pattern", "is_slow"),
    [
        (r"(?:a+)+b", True),
        (r"(?:a|aa)+$", True),
        (r"\s+$", True),
        (r"x*y", True),
        (r"<(\w+)([^>]*)/>", True),
        (r'"(?:\\.|[^"\\])*"', True),
        (r"(?<!\s)\s++$", False),
        (r"(?<!a)(?:a++)++b", False),
        (r"[a-z]+@[a-z]+", True),
        (r"\bfoo\b", False),
        (r"^(`{3,}+)(.*?)\n\1$", False),
        (r"a{2,5}b", False),
    ],
)
def test_the_counter_knows_slow_expressions(pattern: str, is_slow: bool) -> None:
    assert bool(slowest(re.compile(pattern), anchored=False)) == is_slow


@pytest.mark.parametrize(
    ("pattern", "text", "ends"),
    [
        (r"(a|b)*c", "ababc", [5]),
        (r"(?i)AB+", "xabBb", [5]),
        (r"a(?=b)|\bc", "ab c", [1, 4]),
        (r"(?P<q>['\"]).*?(?P=q)", "'a' \"b\"", [3, 7]),
        (r"(?<=x)y{2,3}?", "xyyyy", [3]),
        (r"(?>a+)b|[^\W\d]", "aab1z", [3, 5]),
    ],
)
def test_the_counter_matches_what_python_matches(pattern: str, text: str, ends: list[int]) -> None:
    compiled = re.compile(pattern)

    assert [found.end() for found in compiled.finditer(text)] == ends
    assert StepCounter(compiled).ends(text) == ends
