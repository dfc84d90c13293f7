"""Text of the program's own that can be clicked."""

from textual.widgets import Static


class Clickable(Static):
    """Keeps the colours of its text; Textual would paint over what has an action."""

    auto_links = False
