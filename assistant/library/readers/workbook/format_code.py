"""Format codes: a number format taken apart (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

BUILT_IN: Final = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: "$#,##0;($#,##0)", 6: "$#,##0;($#,##0)", 7: "$#,##0.00;($#,##0.00)",
    8: "$#,##0.00;($#,##0.00)", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 41: "#,##0;(#,##0);-", 42: "$#,##0;($#,##0);$-",
    43: "#,##0.00;(#,##0.00);-", 44: "$#,##0.00;($#,##0.00);$-", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""The formats that workbooks name by number alone. 5 to 8 and 37 to 44 vary by country."""
LOCAL_DATES: Final = frozenset({14, 22})
"""Formats whose look is left to the machine that shows them, whatever the workbook says."""
_BUILT_IN_DATES = (range(27, 37), range(50, 59))
"""Dates of East Asian editions."""

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.)
    | \[(?P<elapsed>h+|m+|s+)\]
    | \[\$(?P<currency>[^\]-]*)(?:-(?P<locale>[0-9A-Fa-f]+))?[^\]]*\]
    | \[(?P<operator><>|<=|>=|<|>|=)\s*(?P<bound>-?\d+(?:\.\d+)?(?:E[+-]?\d+)?)\]
    | \[(?P<ignored>[^\]]*)\]
    | (?P<general>General) | (?P<noon>AM/PM|A/P) | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+|e+|b+|g+)
    | (?P<digit>[0\#?]) | (?P<mark>[.,%/@;]) | (?P<literal>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MAX_CODE = 255
"""Characters of a format; a workbook allows no more."""
TokenKind = Literal[
    "text", "space", "elapsed", "general", "noon", "exponent", "date", "digit", ".", ",", "%", "/",
    "@",
]  # fmt: skip


class Token(NamedTuple):
    """A piece of a format."""

    kind: TokenKind
    text: str


class Section(NamedTuple):
    """A part of a format, for some values."""

    tokens: Sequence[Token]
    condition: tuple[str, float] | None
    """A comparison and its bound."""
    locale: int
    """As Windows numbers it; 0 for none."""
    is_date: bool
    """Whether it shows a date, a time or a duration."""


def builtin_code(number: int) -> str:
    """The format that a workbook names by its number alone."""
    if any(number in dates for dates in _BUILT_IN_DATES):
        return BUILT_IN[14]
    return BUILT_IN.get(number, "General")


@lru_cache(maxsize=1024)
def sections_of(code: str) -> Sequence[Section]:
    """The parts of a format: for numbers, for negative ones, for zero, and for texts."""
    sections = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    locale = 0
    for match in _TOKEN.finditer(code[:_MAX_CODE]):
        kind, text = match.lastgroup or "", match[0]
        if match["locale"] is not None:
            locale = int(match["locale"][-8:], 16)
        if match["currency"] is not None:
            tokens.append(Token("text", match["currency"]))
        elif kind == "bound":
            condition = (match["operator"], float(match["bound"]))
        elif text == ";" and kind == "mark":
            sections.append(_section(tokens, condition, locale))
            tokens, condition, locale = [], None, 0
        elif kind not in ("ignored", "fill"):
            tokens.append(_token(kind, text, match))
    return [*sections, _section(tokens, condition, locale)]


def _section(tokens: list[Token], condition: tuple[str, float] | None, locale: int) -> Section:
    is_date = any(token.kind in ("date", "elapsed", "noon") for token in tokens)
    return Section(_settled(tokens), condition, locale, is_date)


def _token(kind: str, text: str, match: re.Match[str]) -> Token:
    match kind:
        case "quoted" | "escaped" | "literal":
            return Token("text", match[kind])
        case "mark":
            return Token(text, text)  # type: ignore[arg-type]  # One of the marks of the kind.
        case "elapsed" | "date":
            return Token(kind, (match[kind] or "").lower())
        case _:
            return Token(kind, text)  # type: ignore[arg-type]  # A group of the pattern.


def _settled(tokens: list[Token]) -> list[Token]:
    """The tokens, with `n` for the minutes among the months: those beside hours or seconds."""
    times = [at for at, token in enumerate(tokens) if token.kind in ("date", "elapsed")]
    settled = list(tokens)
    for index, at in enumerate(times):
        if tokens[at].text not in ("m", "mm") or tokens[at].kind == "elapsed":
            continue
        before = tokens[times[index - 1]].text[0] if index else ""
        after = tokens[times[index + 1]].text[0] if index + 1 < len(times) else ""
        if before == "h" or after == "s":
            settled[at] = Token("date", "n" * len(tokens[at].text))
    return settled


def literal(token: Token) -> str:
    """What a token adds to any value: text or a space."""
    match token.kind:
        case "space":
            return " "
        case "text":
            return token.text
        case _:
            return ""
