"""Code in few, calm colours."""

from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Token, _TokenType  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]
from textual.content import Content, Span

from assistant.tui import text

LIMIT = 16_384
"""Characters; longer code stays in one colour, a lexer takes too long for it."""

_STYLES: dict[_TokenType, str] = {
    Token.Comment: f"{text.MUTED} italic",
    Token.Keyword: "$text-accent",
    Token.Operator.Word: "$text-accent",
    Token.Literal.String: "$text-success",
    Token.Literal.Number: "$text-warning",
    Token.Name.Function: "bold",
    Token.Name.Class: "bold",
    Token.Name.Decorator: "$text-warning",
    Token.Name.Tag: "$text-accent",
    Token.Name.Attribute: "$text-warning",
    Token.Generic.Deleted: "$text-error",
    Token.Generic.Inserted: "$text-success",
    Token.Generic.Heading: "bold",
}


def highlighted(code: str, language: str) -> Content:
    """`code` in colours, when its language is known and it is not too long."""
    content = text.block(code)
    if not language or len(code) > LIMIT:
        return content
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return content
    spans = [
        Span(start, start + len(piece), style)
        for start, kind, piece in lexer.get_tokens_unprocessed(content.plain)
        if (style := _style(kind))
    ]
    return content.add_spans(spans)


def _style(kind: _TokenType) -> str:
    while kind is not Token:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.parent
    return ""
