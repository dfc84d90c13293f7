"""What is told on standard error while an answer is on its way."""

from assistant.cli.console import Console
from assistant.core.events import Loading, Queued, Reading, Searching, TurnEvent


def show(event: TurnEvent, console: Console) -> None:
    """Tell how far the answer is; nothing for events that need no telling."""
    match event:
        case Searching(unread=True):
            console.progress("waiting until your files are read")
        case Searching():
            console.progress("searching your files")
        case Queued(ahead=ahead) if ahead:
            others = "one other question" if ahead == 1 else f"{ahead} other questions"
            console.progress(f"waiting for {others}")
        case Loading(model=model, window=window) if window:
            console.progress(f"{model} gets a window of {window:,} tokens")
        case Loading(model=model, done=done):
            console.progress(f"loading {model}: {done:.0%}")
        case Reading(done=done, total=total) if total:
            console.progress(f"reading: {done / total:.0%} of {total:,} tokens")
        case _:
            pass
