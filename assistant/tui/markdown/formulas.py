"""Formulas and Windows paths in Markdown: found before its escapes take their backslashes.

Formulas stand between `$`, `$$`, `\\(` and `\\)`, or `\\[` and `\\]`. A price, a variable of a
shell or a word in brackets is none.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from assistant.tui.markdown.formula_symbols import FUNCTIONS
from assistant.tui.markdown.formula_text import formula_text

INLINE: Final = "formula"
BLOCK: Final = "formula_block"
"""Types of tokens; the content is the formula with its signs."""

MAX_LINES: Final = 60
"""Lines of a formula that stands by itself."""

_ENDS: Final = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "$": "$"}
_MATHEMATICAL = re.compile(r"[\\^_=<>+*/|!−×÷≤≥≠≈∑∫√]|-")
_WORD = re.compile(r"[^\W\d_]{3,}")
_THREE_WORDS = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]{2,} +){2}[^\W\d_]{2}")
_COMMAND = re.compile(r"\\[A-Za-z]+|\{[^{}]*\}")
_PATH = re.compile(r"""["'(\[{<*_`]*(?:[A-Za-z]:|\\\\[\w.?]|\.{1,2}\\|~\\|%\w+%\\)""")


def add_formulas(parser: MarkdownIt) -> None:
    """Let a parser find formulas, and keep the backslashes of paths."""
    parser.inline.ruler.before("escape", "path", _path)
    parser.inline.ruler.before("escape", INLINE, _inline)
    parser.block.ruler.before(
        "fence", BLOCK, _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def without_signs(source: str) -> str:
    """A formula without the signs around it."""
    sign = next(sign for sign in _ENDS if source.startswith(sign))
    return source[len(sign) : -len(sign)].strip()


def shown_formula(source: str) -> str | None:
    """A formula as it reads on a screen; None where it is better shown as it was written.

    Args:
        source: it, with its signs.
    """
    return formula_text(without_signs(source))


def _inline(state: StateInline, silent: bool) -> bool:
    source, start = state.src, state.pos
    sign = next((sign for sign in _ENDS if source.startswith(sign, start)), None)
    if sign is None or (start and source[start - 1] == "\\" and sign[0] == "$"):
        return False
    inner = start + len(sign)
    end = source.find(_ENDS[sign], inner, state.posMax)
    content = source[inner:end] if end > inner else ""
    after = source[end + len(sign) : end + len(sign) + 3]
    if not _is_formula(content, sign) or (sign == "$" and _is_in_a_word(source, start, after)):
        return False
    if not silent:
        token = state.push(INLINE, "", 0)
        token.content = source[start : end + len(sign)]
    state.pos = end + len(sign)
    return True


def _is_formula(content: str, sign: str) -> bool:
    """Whether what stands between two signs is mathematics."""
    if not content.strip() or "\n\n" in content or "`" in content:
        return False
    if sign == "$$":
        return True
    if sign == "$" and (content[0].isspace() or content[-1].isspace() or content[-1] == "\\"):
        return False
    if any(content.count(first) != content.count(last) for first, last in ("{}", "()")) or (
        sign == "$" and re.search('["\'“”]\\s|\\s["“”]|["“”]$|^["“”]', content)
    ):
        return False
    is_short = len(content.strip()) <= 2 and not content.strip().isdecimal()
    if not _MATHEMATICAL.search(content) and not (is_short and sign != r"\["):
        # A number alone is none in square brackets: Markdown has escaped a source.
        return sign != r"\[" and content.strip().isalnum() and " " not in content.strip()
    return not _is_prose(content, sign)


def _is_prose(content: str, sign: str) -> bool:
    """Whether words stand there that are no names of a formula: `$5 and that one is 10$`."""
    words = [word for word in _WORD.findall(_COMMAND.sub(" ", content)) if word not in FUNCTIONS]
    is_price = (
        sign == "$"
        and content[0].isdecimal()
        and bool(re.search(r"[^\W\d_]{2}", content))
        and not re.search(r"[\\^=]", content)
    )
    between = _THREE_WORDS.search(_COMMAND.sub(" ", content))
    return is_price or (bool(between) and bool(words) and "=" not in content)


def _is_in_a_word(source: str, start: int, after: str) -> bool:
    """Whether a dollar sign stands close to letters or numbers outside: `US$5`, `$10`, `$PATH`.

    Args:
        after: what follows the second one; `$n$th` is a formula.
    """
    before = source[start - 1] if start else " "
    if before.isalnum() or before == "$":
        return True
    return bool(re.match(r"[\w$({]", after)) and not re.match(r"(th|st|nd|rd|s)\b", after)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    sign = state.src[state.bMarks[start] + state.tShift[start] :][:2]
    if sign not in ("$$", r"\["):
        return False
    last, lines = _closing_line(state, start, end, _ENDS[sign])
    content = "\n".join(lines)
    if last is None or not _is_formula(content[2:-2], sign):
        return False
    if not silent:
        state.line = last + 1
        token = state.push(BLOCK, "", 0)
        token.content = content
        token.map = [start, state.line]
    return True


def _closing_line(
    state: StateBlock, start: int, end: int, closing: str
) -> tuple[int | None, list[str]]:
    """The line that ends with the closing sign, and all up to it."""
    lines: list[str] = []
    for number in range(start, min(end, start + MAX_LINES)):
        if number > start and state.sCount[number] < state.blkIndent:
            break
        line = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
        line = line.rstrip()
        lines.append(line)
        at = line.find(closing, 2 if number == start else 0)
        if at >= 0:
            is_end = line[at + 2 :].strip(" .,;:") == ""
            lines[-1] = line[: at + 2]
            return (number if is_end else None), lines
    return None, lines


def _path(state: StateInline, silent: bool) -> bool:
    """A backslash in a path of Windows, with the sign behind it."""
    source, start = state.src, state.pos
    if source[start] != "\\":
        return False
    begin = max(source.rfind(" ", 0, start), source.rfind("\n", 0, start)) + 1
    if not _PATH.match(source, begin, start + 3):
        return False
    if not silent:
        state.append_pending(source[start : start + 2])
    state.pos = min(start + 2, state.posMax)
    return True
