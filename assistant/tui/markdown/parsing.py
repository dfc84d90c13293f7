"""The Markdown parser for answers: nothing it yields can harm a terminal.

The text is cleaned before it is parsed; but Markdown knows entities (`&#x202e;`), so what comes
out is cleaned again.
"""

from collections.abc import Iterable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from assistant.core.sanitize import printable

DEEPEST: Final = 40
"""Levels of lists and quotations; the parser drops what is nested deeper."""


def make_parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough and bare links; HTML is text like any other."""
    parser = MarkdownIt("gfm-like", {"html": False, "maxNesting": DEEPEST})
    parser.core.ruler.push("whole", _keep_whole)
    parser.core.ruler.push("printable", _clean)
    return parser


def _keep_whole(state: StateCore) -> None:
    """What is nested too deeply is shown as it is: nothing of an answer may be lost."""
    if any(token.level >= DEEPEST - 1 for token in state.tokens):
        lines = state.src.count("\n") + 1
        state.tokens = [Token("code_block", "code", 0, content=state.src, map=[0, lines])]


def _clean(state: StateCore) -> None:
    _clean_tokens(state.tokens)


def _clean_tokens(tokens: Iterable[Token]) -> None:
    for token in tokens:
        token.content = printable(token.content)
        token.info = printable(token.info)
        if token.children:
            _clean_tokens(token.children)
