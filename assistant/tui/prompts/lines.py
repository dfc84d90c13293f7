"""What the screen of prompts tells of each of them.

The prompts that are called by their names after a slash, for the menu.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.core.values.prompts import Problem, Prompt
from assistant.tui.commands import BY_NAME
from assistant.tui.services import Desk
from assistant.tui.toolkit import text


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


class Roles:
    """The library as it was last read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.prompts: Sequence[Prompt] = ()

    async def refresh(self) -> None:
        """Read what changed."""
        self.prompts, _ = await self._desk.run(self._desk.prompts.read)

    def matching(self, typed: str) -> tuple[list[Prompt], list[Prompt]]:
        """Those whose names begin with what was typed, and others that have to do with it."""
        key = typed.casefold()
        callable_ = [prompt for prompt in self.prompts if is_callable(prompt.name)]
        first = [prompt for prompt in callable_ if prompt.name.casefold().startswith(key)]
        others = [
            prompt
            for prompt in callable_
            if prompt not in first and key in f"{prompt.name} {prompt.title}".casefold()
        ]
        return first, others


def is_callable(name: str) -> bool:
    """Whether a prompt of this name can be called after a slash: commands go before prompts."""
    return name not in BY_NAME and "/" not in name and not any(mark.isspace() for mark in name)


def why_not_callable(name: str) -> str:
    """What to tell of a prompt that cannot be called so; empty for all others."""
    if name in BY_NAME:
        return f"/{name} is a command of its own: /role {name} takes it up"
    return "" if is_callable(name) else "a name with spaces cannot be typed after /"
