"""Every regular expression of the program, fed what would make it slow."""

import re
import sys
from collections.abc import Iterator

import pytest

from tests.support.regex_growth import (
    DEPTH,
    MAX_GROWTH,
    SHORT_TEXTS,
    expressions,
    modules,
    worst_growth,
)
from tests.support.regex_steps import StepCounter


@pytest.fixture(autouse=True)
def deep_calls() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("module", modules())
def test_no_expression_looks_back_from_each_character(module: str) -> None:
    slow = [
        (each.name, growth)
        for each in expressions(module)
        if (module, each.name) not in SHORT_TEXTS
        and (growth := worst_growth(each.pattern, anchored=each.is_anchored)).rate > MAX_GROWTH
    ]
    assert slow == []


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
    growth = worst_growth(re.compile(pattern), anchored=False)
    assert (growth.rate > MAX_GROWTH) == is_slow


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
