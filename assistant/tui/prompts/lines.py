"""Text lines of prompts, and the prompts that can be called after a slash."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.command_table import BY_NAME
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.tui.toolkit import text


@dataclass(frozen=True)
class DeletedPrompt:
    """Deleted prompt that can be restored."""

    name: str


Entry = Prompt | PromptProblem | DeletedPrompt

KEY_HINTS = (
    ("Enter takes it up", ""),
    ("e edit", "edit"),
    ("o in your editor", "open"),
    ("n new", "new"),
    ("Del delete", "delete"),
    ("Ctrl+Z undo", "undo"),
    ("/ search", "find"),
    ("Esc back", "leave"),
)


def key_line() -> Content:
    """Line of key hints, each of which can be clicked."""
    parts = [
        text.button(words, f"screen.{action}", style=text.MUTED) if action else text.muted(words)
        for words, action in KEY_HINTS
    ]
    return text.joined(parts, "  ")


def entry_name(entry: Entry) -> str:
    """Name of an entry of the list."""
    return PurePath(entry.path).stem if isinstance(entry, PromptProblem) else entry.name


def prompt_option(entry: Entry, current: str | None, is_own: Callable[[Prompt], bool]) -> Option:
    """Option of the list for one entry."""
    match entry:
        case PromptProblem():
            return Option(text.line(f"! {entry_name(entry)}: {entry.reason}", 200, "$text-error"))
        case DeletedPrompt():
            line = text.own("  ") + text.line(entry.name, 40, text.MUTED)
            return Option(line + text.muted("  deleted"))
    mark = text.own("● " if entry.name == current else "  ", text.ACCENT)
    own = text.own(" +", text.ACCENT) if is_own(entry) else text.EMPTY
    return Option(mark + text.line(entry.name, 40) + own)


def prompt_preview(entry: Entry) -> Content:
    """Preview of an entry: all that is known of it."""
    match entry:
        case PromptProblem():
            head = text.line(entry.path, 400, "bold")
            wrong = text.line(entry.reason, 400, "$text-error")
            return text.joined([head, text.EMPTY, wrong, text.line(entry.fix, 400)], "\n")
        case DeletedPrompt():
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
    yield text.EMPTY
    yield text.block(prompt.text)
    for example in prompt.examples:
        yield text.EMPTY
        yield text.muted("you" if example.role == "user" else "assistant")
        yield text.block(example.content)
    yield text.EMPTY
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


def is_callable(name: str) -> bool:
    """Whether a prompt of this name can be called after a slash: commands go before prompts."""
    return name not in BY_NAME and "/" not in name and not any(mark.isspace() for mark in name)


def why_not_callable(name: str) -> str:
    """Reason why a prompt cannot be called after a slash; empty when it can."""
    if name in BY_NAME:
        return f"/{name} is a command of its own: /role {name} takes it up"
    return "" if is_callable(name) else "a name with spaces cannot be typed after /"
