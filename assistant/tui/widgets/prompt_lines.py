"""What the screen of prompts tells of each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.core.prompts import Problem, Prompt
from assistant.tui import text
from assistant.tui.roles import why_not_callable


@dataclass(frozen=True)
class Deleted:
    """One that can be brought back."""

    name: str


Entry = Prompt | Problem | Deleted

KEYS = (
    ("Enter takes it up", ""),
    ("e edit", "edit"),
    ("o in your editor", "open"),
    ("n new", "new"),
    ("Del delete", "delete"),
    ("Ctrl+Z undo", "undo"),
    ("/ search", "find"),
    ("Esc back", "leave"),
)


def keys() -> Content:
    """The line of keys, each of which can be clicked."""
    parts = [
        text.button(words, f"screen.{action}", style=text.MUTED) if action else text.muted(words)
        for words, action in KEYS
    ]
    return text.joined(parts, "  ")


def name_of(entry: Entry) -> str:
    return PurePath(entry.path).stem if isinstance(entry, Problem) else entry.name


def option(entry: Entry, current: str | None, is_own: Callable[[Prompt], bool]) -> Option:
    """One line of the list."""
    match entry:
        case Problem():
            return Option(text.line(f"! {name_of(entry)}: {entry.reason}", 200, "$text-error"))
        case Deleted():
            line = text.own("  ") + text.line(entry.name, 40, text.MUTED)
            return Option(line + text.muted("  deleted"))
    mark = text.own("● " if entry.name == current else "  ", text.ACCENT)
    own = text.own(" +", text.ACCENT) if is_own(entry) else text.NOTHING
    return Option(mark + text.line(entry.name, 40) + own)


def preview(entry: Entry) -> Content:
    """All that is known of it."""
    match entry:
        case Problem():
            head = text.line(entry.path, 400, "bold")
            wrong = text.line(entry.reason, 400, "$text-error")
            return text.joined([head, text.NOTHING, wrong, text.line(entry.fix, 400)], "\n")
        case Deleted():
            return text.line(entry.name, 60, "bold") + text.muted("\n\nEnter brings it back.")
    return text.joined(_lines(entry), "\n")


def _lines(prompt: Prompt) -> Iterator[Content]:
    yield text.line(prompt.title, 200, "bold")
    if prompt.description:
        yield text.line(prompt.description, 400)
    yield text.line(" · ".join(_facts(prompt)), 400, text.MUTED)
    why = why_not_callable(prompt.name)
    if why:
        yield text.line(why, 200, "$text-warning")
    for variable in prompt.variables:
        value = "asked for" if variable.default is None else variable.default
        yield (
            text.line(f"{{{{{variable.name}}}}}", 60, text.ACCENT)
            + text.own("  ")
            + text.line(value, 200)
        )
    yield text.NOTHING
    yield text.block(prompt.text)
    for example in prompt.examples:
        yield text.NOTHING
        yield text.muted("you" if example.role == "user" else "assistant")
        yield text.block(example.content)
    yield text.NOTHING
    yield text.line(prompt.path, 400, text.MUTED)


def _facts(prompt: Prompt) -> Iterator[str]:
    yield f"/{prompt.name}"
    yield prompt.language
    for field, value in prompt.sampling.model_dump(exclude_none=True).items():
        yield f"{field} {value:g}"
    if prompt.model:
        yield f"model {prompt.model}"
    if prompt.collections is not None:
        yield "files: " + (", ".join(f"#{name}" for name in prompt.collections) or "none")
