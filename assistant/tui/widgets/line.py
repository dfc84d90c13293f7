"""A field of one line that holds nothing a terminal would obey."""

from textual.widgets import Input

from assistant.tui import text


class Line(Input):
    """Draws what is in it literally; so whatever comes in is cleaned first, pastes included."""

    def validate_value(self, value: str) -> str:
        return text.editable(value).replace("\n", " ").replace("\t", " ")
