"""Where in a message on the screen something stands that was found in its text."""

import re
from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from assistant.core.findings import MATCH_BEGIN, MATCH_END
from assistant.core.locating import find
from assistant.tui.markdown.layout import Laid
from assistant.tui.widgets.message import MessageView


def row_of(view: MessageView, snippet: str) -> int:
    """The row of a message that has been laid out, as near as can be told.

    What is drawn is not what was written: marks of Markdown are gone, and lines are wrapped. So
    the row is estimated from the place in the text, and is that of the nearest of the words that
    were found.

    Args:
        snippet: the surroundings of what was found, see `core.findings`.
    """
    height, message = view.region.height, view.message.text
    words = snippet.partition(MATCH_BEGIN)[2].partition(MATCH_END)[0]
    around = snippet.replace(MATCH_BEGIN, "").replace(MATCH_END, "").strip().strip("…")
    span = find(message, around, 0)
    start = span.start + max(around.find(words), 0) if span else message.find(words)
    estimate = round(height * max(start, 0) / max(len(message), 1))
    rows = list(_rows(view, words)) if words else []
    return min(rows, key=lambda row: abs(row - estimate), default=estimate)


def _rows(view: MessageView, words: str) -> Iterator[int]:
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    for widget in view.query(Static):
        plain = _plain(widget)
        top, height = widget.region.y - view.region.y, widget.region.height
        for match in pattern.finditer(plain):
            yield top + round(height * match.start() / len(plain))


def _plain(widget: Static) -> str:
    match widget.visual:
        case Content() as content:
            return content.plain
        case Laid() as laid:
            return laid.shown.plain
    return ""
