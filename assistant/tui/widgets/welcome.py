"""What an empty conversation shows."""

from textual.widgets import Static

from assistant.tui import text

_STARTER = (
    "The small starter model answers. For better answers put a GGUF file into the models folder "
    "and name it as `model` under [chat] in settings.toml."
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
