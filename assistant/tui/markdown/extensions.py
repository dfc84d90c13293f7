"""Markdown beyond CommonMark: task lists, footnotes, and `<details>` of GitHub."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

DONE: Final = "done"
"""Attribute of an item of a task list: whether it is done."""
SUMMARY: Final = "summary"
"""Attribute of a paragraph that says what follows it."""

_BOX = re.compile(r"\[([ xX])\][ \t]+")
_DETAILS = re.compile(
    r"\s*<details(?:\s[^<>]*)?>\s*(?:<summary>(.*?)</summary>\s*)?$", re.IGNORECASE
)
_SUMMARY = re.compile(r"\s*<summary>(.*?)</summary>\s*$", re.IGNORECASE)
_END = re.compile(r"\s*</details>\s*$", re.IGNORECASE)


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


def _find_details(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001
    """The lines around details are no text; the summary of them is a paragraph."""
    if state.is_code_block(start):
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not line.startswith("<"):
        return False
    found = _DETAILS.match(line) or _SUMMARY.match(line)
    if found is None and not _END.match(line):
        return False
    if not silent:
        state.line = start + 1
        if found is not None and found[1]:
            state.push("paragraph_open", "p", 1).attrSet(SUMMARY, "yes")
            state.tokens[-1].map = [start, state.line]
            inline = state.push("inline", "", 0)
            inline.content, inline.map, inline.children = found[1], [start, state.line], []
            state.push("paragraph_close", "p", -1)
    return True
