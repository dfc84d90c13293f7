"""What an empty conversation shows."""

from textual.widgets import Static

from assistant.tui import text

_STARTER = (
    "The small starter model answers. /models (Alt+U) shows better ones, those on this machine and "
    "those that can be fetched."
)


class Welcome(Static):
    """A quiet beginning, and a word on the model when none was chosen."""

    def __init__(self, model_chosen: bool) -> None:
        lines = [
            text.own("Ask anything.", "bold"),
            text.muted("Drop a folder here to ask about your files."),
            text.muted("Everything stays on this machine."),
        ]
        if not model_chosen:
            lines += [text.NOTHING, text.muted(_STARTER)]
        super().__init__(text.joined(lines, between="\n"), id="welcome")
