"""Inline Markdown as Content: emphasis, code, links."""

from markdown_it.token import Token
from textual.content import Content, Span
from textual.style import Style

from assistant.tui import text

_STYLES = {"em_open": "italic", "strong_open": "bold", "s_open": "strike"}
CODE = ".code_inline"
LINK = "$accent underline"


def inline(token: Token | None) -> Content:
    """The content of an `inline` token. Links run the action `link`, they open nothing."""
    return _Inline(token.children if token and token.children else []).content


class _Inline:
    """Collects text and the styles that lie over it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: list[tuple[list[Style | str], int]] = []
        for token in tokens:
            self._take(token)
        while self._open:
            self._end()
        self.content = Content(text.editable("".join(self._pieces)), spans=self._spans)

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._add(token.content.replace("\n", " "))
        elif kind == "softbreak":
            self._add(" ")
        elif kind == "hardbreak":
            self._add("\n")
        elif kind == "code_inline":
            self._begin(CODE)
            self._add(token.content)
            self._end()
        elif kind == "link_open":
            self._begin(LINK, _click(token.attrGet("href")))
        elif kind == "image":
            self._begin(LINK, _click(token.attrGet("src")))
            self._add(f"▣ {token.content or 'image'}")
            self._end()
        elif kind in _STYLES:
            self._begin(_STYLES[kind])
        elif kind.endswith("_close"):
            self._end()
        else:
            self._add(token.content)

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def _begin(self, *styles: Style | str) -> None:
        self._open.append((list(styles), self._length))

    def _end(self) -> None:
        if self._open:
            styles, start = self._open.pop()
            if self._length > start:
                self._spans += [Span(start, self._length, style) for style in styles]


def _click(address: str | int | float | None) -> Style:
    return text.click("link", str(address or ""))
