"""Markdown beyond CommonMark: task lists, footnotes, and `<details>` of GitHub."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from assistant.language.messages import _

DONE: Final = "done"
"""Attribute of an item of a task list: whether it is done."""
DETAILS: Final = "details"
"""Type of a block that is folded; its first child is the paragraph that says what is in it."""
SUMMARY: Final = "summary"
"""Attribute of that paragraph."""
OPEN: Final = "open"
"""Attribute of details that are not folded at first: so written, or not ended."""

MAX_SUMMARY: Final = 400
"""Characters of a summary; a longer one is text."""

_BOX = re.compile(r"\[([ xX])\][ \t]+")
_BEGIN = re.compile(r"<details(\s[^<>]{0,200})?>", re.IGNORECASE)
_INNER_BEGIN = re.compile(r"(?:[>*+-]\s+|\d{1,9}[.)]\s+)?<details[\s>]", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*<summary>(.*?)</summary>", re.IGNORECASE | re.DOTALL)
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em)>", re.IGNORECASE)
"""A summary is bold anyway."""
_END: Final = "</details>"
_FENCES: Final = ("```", "~~~")


def add_extensions(parser: MarkdownIt) -> None:
    """Let a parser find task lists, footnotes and details."""
    parser.use(footnote_plugin, inline=False)
    parser.core.ruler.after("inline", "tasks", _find_tasks)
    parser.block.ruler.before(
        "fence", "details", _find_details, {"alt": ["paragraph", "reference", "blockquote"]}
    )


def _find_tasks(state: StateCore) -> None:
    for place, token in enumerate(state.tokens[:-2]):
        if token.type == "list_item_open":
            inline = state.tokens[place + 2]
            box = _BOX.match(inline.content) if inline.type == "inline" else None
            if box and inline.children and _drop(inline.children[0], len(box[0])):
                token.attrSet(DONE, "yes" if box[1].strip() else "no")


def _drop(token: Token, length: int) -> bool:
    """Take the beginning off a text.

    Returns: whether the token is one.
    """
    is_long = token.type == "text" and len(token.content) >= length
    if is_long:
        token.content = token.content[length:]
    return is_long


def _find_details(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Details are a block around the blocks in them; an end without a beginning is no text."""
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    found = _BEGIN.match(line)
    if found is None:
        is_end = line.lower() == _END
        if is_end and not silent:
            state.line = start + 1
        return is_end
    if not silent:
        last = _last_line(state, start, end)
        _push_details(state, start, end if last is None else last, found, has_end=last is not None)
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _last_line(state: StateBlock, start: int, end: int) -> int | None:
    """The line that ends the details that begin in a line; None without one."""
    depth, in_code = 0, False
    for number in range(start, end):
        line = _line(state, number)
        if line and state.sCount[number] < state.blkIndent:
            break
        if line.startswith(_FENCES):
            in_code = not in_code
        elif not in_code:
            depth += bool(_INNER_BEGIN.match(line))
            depth -= line[: len(_END)].lower() == _END or line[-len(_END) :].lower() == _END
            if depth <= 0:
                return number
    return None


def _push_details(
    state: StateBlock, start: int, last: int, begin: re.Match[str], *, has_end: bool
) -> None:
    """Push the tokens of details.

    Args:
        last: their last line, or the one after it where they have no end.
        begin: how they begin.
    """
    lines = state.getLines(start, min(last + 1, state.lineMax), state.blkIndent, False)
    content = lines.lstrip()[begin.end() :].rstrip()
    if has_end:
        content = content[: content.lower().rindex(_END)]
    summary, content = _split_summary(content)
    token = state.push("details_open", DETAILS, 1)
    token.map = [start, last + 1]
    if not has_end or (begin[1] or "").strip().lower().startswith(OPEN):
        token.attrSet(OPEN, "yes")
    state.push("paragraph_open", "p", 1).attrSet(SUMMARY, "yes")
    inline = state.push("inline", "", 0)
    # Browsers call them so where they have no summary.
    inline.content, inline.children = summary or _("Details"), []
    state.push("paragraph_close", "p", -1)
    inner = StateBlock(content, state.md, state.env, state.tokens)
    inner.level = state.level
    state.md.block.tokenize(inner, 0, inner.lineMax)
    state.push("details_close", DETAILS, -1)
    state.line = last + 1 if has_end else last


def _split_summary(content: str) -> tuple[str, str]:
    """The summary of details, empty without one, and what they hold."""
    found = _SUMMARY.match(content, 0, MAX_SUMMARY)
    if found is None:
        return "", content
    return " ".join(_EMPHASIS.sub("", found[1]).split()), content[found.end() :]
