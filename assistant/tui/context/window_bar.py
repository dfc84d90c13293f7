"""Context window as a bar, and its parts as lines."""

from collections.abc import Iterator
from typing import Final

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from assistant.core.turn.preview import SLICE_NAMES, ContextPreview, PreviewPart
from assistant.language.messages import _, number, pgettext
from assistant.tui.toolkit import text

CACHED: Final = ("█", "$accent")
TO_READ: Final = ("▓", "$warning")
FOR_ANSWER: Final = ("░", "$foreground 60%")
FREE: Final = ("·", "$foreground 30%")

NAME_COLUMNS: Final = max(14, *(len(name) + 1 for name in SLICE_NAMES.values()))
"""Columns of a part's name."""
TOKEN_COLUMNS: Final = 8
"""Columns of its tokens."""
STATUS_COLUMNS: Final = 42
"""Columns of where they are; what is longer pushes the words aside."""
ALIGNED_FROM_COLUMNS: Final = 110
"""Columns from which on the beginnings stand below each other."""


class WindowBar(Visual):
    """Bar of a window's parts, each as wide as its share; where apart without colours as well."""

    def __init__(self, found: ContextPreview) -> None:
        self._spans = list(_spans(found))

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        total, end, drawn = max(sum(size for _unused, size in self._spans), 1), 0, 0
        parts: list[Content] = []
        for (mark, colour), size in self._spans:
            end += size
            cells = round(end * width / total) - drawn
            drawn += cells
            parts.append(text.own(mark * cells, colour))
        return text.joined(parts).render_strips(width, height, style, options) if width else []

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return 1


def _spans(found: ContextPreview) -> Iterator[tuple[tuple[str, str], int]]:
    """What of the template is cached stands before the first part."""
    yield CACHED, sum(part.cached for part in found.slices if part.kind == "template")
    for part in found.slices:
        if not part.included:
            continue
        match part.kind:
            case "reserve":
                yield FOR_ANSWER, part.tokens
            case "free":
                yield FREE, part.tokens
            case "template":
                yield TO_READ, part.tokens - part.cached
            case _:
                yield CACHED, part.cached
                yield TO_READ, part.tokens - part.cached


def legend() -> Content:
    """Legend of the bar."""
    named = (
        (CACHED, pgettext("tokens", "cached")),
        (TO_READ, _("to read")),
        (FOR_ANSWER, SLICE_NAMES["reserve"]),
        (FREE, SLICE_NAMES["free"]),
    )
    parts = [text.own(mark, colour) + text.muted(f" {name}") for (mark, colour), name in named]
    return text.joined(parts, "   ")


class PartLine(Visual):
    """Line of a part: placing, name, tokens, where they are, how it begins.

    It is made when it comes into view: there may be thousands.
    """

    def __init__(self, part: PreviewPart) -> None:
        self.part = part

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        content = _line(self.part, width).truncate(width, ellipsis=True)
        return content.render_strips(width, height, style, options) if width else []

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return 1


def _line(part: PreviewPart, width: int) -> Content:
    mark = {"pinned": "▲ ", "excluded": "✕ "}.get(part.placing or "", "  ")
    tokens = f"{'' if part.exact else '≈'}{number(part.tokens)}".rjust(TOKEN_COLUMNS)
    facts = [part.status] if part.status else []
    if part.passages:
        facts.append(_("{passages:,} of passages", passages=part.passages))
    status = ", ".join(facts)
    style = "" if part.included else text.MUTED
    figures = (
        text.own(mark, text.ACCENT)
        + text.own(part.name.ljust(NAME_COLUMNS), style)
        + text.own(tokens, style or "bold")
        + text.own("  ")
    )
    if width < ALIGNED_FROM_COLUMNS:
        # The reason is worth more than the words.
        where = text.muted(status) + text.own("  " if status else "")
    else:
        where = text.muted(status.ljust(STATUS_COLUMNS)) + text.own("  ")
    return figures + where + text.line(part.excerpt, max(width, 1), style)
