"""Text lines of prompts, and the prompts that can be called after a slash."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.command_table import BY_NAME
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.language.messages import _, localized, number, pgettext
from assistant.tui.toolkit import text


@dataclass(frozen=True)
class DeletedPrompt:
    """Deleted prompt that can be restored."""

    name: str


Entry = Prompt | PromptProblem | DeletedPrompt

KEY_HINTS = (
    (_("Enter uses prompt"), ""),
    (_("e edit"), "edit"),
    (_("o in your editor"), "open"),
    (_("n new"), "new"),
    (_("Del delete"), "delete"),
    (_("Ctrl+Z undo"), "undo"),
    (_("/ search"), "find"),
    (_("Esc back"), "leave"),
)


EXAMPLE_ROLES: Final[Mapping[str, str]] = {
    "user": pgettext("role", "you"),
    "assistant": pgettext("role", "assistant"),
}


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
            return Option(
                text.line(f"! {entry_name(entry)}: {localized(entry.reason)}", 200, "$text-error")
            )
        case DeletedPrompt():
            line = text.own("  ") + text.line(entry.name, 40, text.MUTED)
            return Option(line + text.muted(f"  {_('deleted')}"))
    mark = text.own("● " if entry.name == current else "  ", text.ACCENT)
    own = text.own(" +", text.ACCENT) if is_own(entry) else text.EMPTY
    return Option(mark + text.line(entry.name, 40) + own)


def prompt_preview(entry: Entry) -> Content:
    """Preview of an entry: all that is known of it."""
    match entry:
        case PromptProblem():
            head = text.line(entry.path, 400, "bold")
            wrong = text.line(localized(entry.reason), 400, "$text-error")
            return text.joined(
                [head, text.EMPTY, wrong, text.line(localized(entry.fix), 400)], "\n"
            )
        case DeletedPrompt():
            return text.line(entry.name, 60, "bold") + text.muted(f"\n\n{_('Enter restores it.')}")
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
        value = _("asked for") if variable.default is None else variable.default
        yield (
            text.line(f"{{{{{variable.name}}}}}", 60, text.ACCENT)
            + text.own("  ")
            + text.line(value, 200)
        )
    yield text.EMPTY
    yield text.block(prompt.text)
    for example in prompt.examples:
        yield text.EMPTY
        yield text.muted(EXAMPLE_ROLES[example.role])
        yield text.block(example.content)
    yield text.EMPTY
    yield text.line(prompt.path, 400, text.MUTED)


def _facts(prompt: Prompt) -> Iterator[str]:
    yield f"/{prompt.name}"
    yield prompt.language
    for field, value in prompt.sampling.model_dump(exclude_none=True).items():
        yield f"{field} {number(value, 'g')}"
    if prompt.model:
        yield _("model {model}", model=prompt.model)
    if prompt.collections is not None:
        files = ", ".join(f"#{name}" for name in prompt.collections) or pgettext("files", "none")
        yield _("files: {files}", files=files)


def is_callable(name: str) -> bool:
    """Whether a prompt of this name can be called after a slash: commands go before prompts."""
    return name not in BY_NAME and "/" not in name and not any(mark.isspace() for mark in name)


def why_not_callable(name: str) -> str:
    """Reason why a prompt cannot be called after a slash; empty when it can."""
    if name in BY_NAME:
        return _("/{name} is a command: use /role {name}", name=name)
    return "" if is_callable(name) else _("a name with spaces cannot be typed after /")
