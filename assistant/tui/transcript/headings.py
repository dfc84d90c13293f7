"""The line above a message, and the line below one that did not end well.

The line between two messages that tells what is different from there on.

How the sources of an answer read: their place in few letters, their strength as dots.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.grounding.references import ORDER, Reference
from assistant.core.values.changes import told
from assistant.core.values.conversation import (
    Citation,
    Mark,
    MarkSubject,
    Message,
    Overflow,
    Place,
    Rating,
    Strength,
)
from assistant.core.values.library import Retrieval, Saying
from assistant.tui import commands
from assistant.tui.toolkit import text
from assistant.tui.toolkit.text import count
from assistant.tui.toolkit.widgets import Row, Spread

NAMES = {"user": "you", "assistant": "assistant", "system": "system"}
RATED: Mapping[Rating, str] = {"good": "$text-success", "bad": "$text-error"}
NOTE = 40
"""Characters of a note that stand beside its rating."""
ROLE_STYLES = {"user": "$text-accent bold", "assistant": "bold", "system": text.MUTED}

OUTGROWN: Final[dict[Overflow, str]] = {
    "leave_out": "From here on the oldest turns are left out of the model's window;"
    " no message is lost.",
    "summarise": "From here on a summary takes the place of the oldest turns in the model's"
    " window; no message is lost.",
}


class Header(Widget):
    """Who speaks, which version it is, and – while it is looked at – what can be done."""

    auto_links = False

    message: reactive[Message | None] = reactive(None)
    active: reactive[bool] = reactive(False)

    def render(self) -> RenderResult:
        if self.message is None:
            return text.NOTHING
        left = text.joined(_left(self.message), between="  ")
        if not self.active:
            return left
        room = self.content_size.width - left.cell_length - 2
        right = _fitting(_right(self.message), room)
        gap = self.content_size.width - left.cell_length - right.cell_length
        return left + text.own(" " * gap) + right if right else left


def _left(message: Message) -> list[Content]:
    parts = [text.own(NAMES[message.role], ROLE_STYLES[message.role])]
    if message.versions > 1:
        older = _command("‹", "older", message, text.ACCENT)
        newer = _command("›", "newer", message, text.ACCENT)
        parts.append(older + text.muted(f"{message.version}/{message.versions}") + newer)
    if message.rating is not None:
        parts.append(_rating(message, message.rating))
    return parts


def _rating(message: Message, rating: Rating) -> Content:
    """What the user thinks of it, and why; a click changes the note."""
    sign = text.own("▲ good" if rating == "good" else "▼ bad", RATED[rating])
    note = (
        text.own(" ") + text.line(message.note, NOTE, text.MUTED) if message.note else text.NOTHING
    )
    return (sign + note).stylize(text.click("screen.command", "note", "", message.id))


def _right(message: Message) -> list[Content]:
    return [
        _command(commands.key_name(command.message_key), command.name, message, text.ACCENT)
        + _command(f" {command.hint}", command.name, message, text.MUTED)
        for command in commands.hints(message)
    ]


def _fitting(parts: Sequence[Content], room: int) -> Content:
    """As many as there is room for; the first ones matter most."""
    line = text.NOTHING
    for part in parts:
        longer = line + text.own("  ") + part if line else part
        if longer.cell_length > room:
            break
        line = longer
    return line


def ending(
    message: Message, hint: str = "", searched: int = 0, retrieval: Retrieval | None = None
) -> Content:
    """How the message ended, when there is something to say about it.

    Args:
        hint: what to do about a failure.
        searched: passages of the user's files that were searched in vain.
        retrieval: what the files had to do with it, when they say something else.
    """
    ended = text.joined(
        [part for part in (_ended(message, hint), _outgrown(message)) if part.plain], "\n"
    )
    if retrieval is not None and retrieval.saying is not None:
        told = _saying(message, retrieval, retrieval.saying)
        return told + text.own("\n") + ended if ended.plain else told
    if not searched:
        return ended
    alone = text.own("not from your files", "$text-warning")
    told = alone + text.muted(f": {count(searched, 'passage')} searched")
    return told + text.own("\n") + ended if ended.plain else told


def _outgrown(message: Message) -> Content:
    """That the conversation outgrew the window with this answer."""
    if message.outgrown is None:
        return text.NOTHING
    see = text.button("see the context", "screen.command", "context", style=text.ACCENT)
    return text.muted(f"{OUTGROWN[message.outgrown]} ") + see


def _saying(message: Message, retrieval: Retrieval, saying: Saying) -> Content:
    """What the files say to the question, with the passage to open."""
    passage = retrieval.used[saying.number - 1]
    source = (
        text.own(f"[{saying.number}] ", text.ACCENT)
        + text.line(name_of(passage.path), 60, text.MUTED)
        + (text.own("  ") + text.line(str(passage.place), 60, text.MUTED))
    )
    return (
        text.own(
            f"{'hardly' if message.citations else 'not'} borne out by your files", "$text-warning"
        )
        + text.muted(", which say: “")
        + text.line(saying.text, 400)
        + text.muted("”")
        + text.own("\n")
        + source.stylize(text.click("screen.command", "open", str(saying.number), message.id))
    )


def _ended(message: Message, hint: str) -> Content:
    if message.role != "assistant":
        return _attached(message)
    go_on = _command("c continues", "continue", message, text.ACCENT)
    typing = text.muted(f" ({commands.key_name(commands.BY_NAME['continue'].key)} while typing)")
    again = _command("r tries again", "regenerate", message, text.ACCENT)
    dash = text.muted(" — ")
    match message.state:
        case "stopped":
            return text.muted("stopped") + dash + go_on + typing
        case "partial":
            return text.muted("interrupted") + dash + go_on + typing
        case "failed":
            what = text.line(message.error or "The answer failed.", 400, "$text-error")
            advice = text.own(" ") + text.line(hint, 400) if hint else text.NOTHING
            where = _command("F12 log", "log", message, text.MUTED)
            choices = [go_on, again, where] if message.text else [again, where]
            return what + advice + text.own("\n") + text.joined(choices, between="   ")
        case "complete" if message.stop_reason == "length":
            return text.muted("cut off: the answer's limit was reached") + dash + go_on + typing
        case "complete" if message.citations:
            return text.own("\n").join(_sources(message))
        case _:
            return text.NOTHING


def _attached(message: Message) -> Content:
    """The files that go whole with a question."""
    names = [text.line(name_of(path), 60) for path in message.attached]
    return text.muted("with ") + text.joined(names, ", ") if names else text.NOTHING


def _sources(message: Message) -> list[Content]:
    """Each passage once, with how well it bears out the best of its sentences; a click opens it."""
    best: dict[tuple[int, str], Citation] = {}
    for citation in message.citations:
        known = best.get((citation.number, citation.path))
        if known is None or ORDER[citation.strength] > ORDER[known.strength]:
            best[citation.number, citation.path] = citation
    return [
        _source(citation).stylize(
            text.click("screen.command", "open", str(citation.number), message.id)
        )
        for _, citation in sorted(best.items())
    ]


def _source(citation: Citation) -> Content:
    return (
        text.own(f"[{citation.number}] ", text.ACCENT)
        + text.line(name_of(citation.path), 60, text.MUTED)
        + (text.own("  ") + text.line(str(citation.place), 60, text.MUTED))
        + (text.own("  ") + text.muted(DOTS[citation.strength]))
    )


def _command(label: str, name: str, message: Message, style: str = "") -> Content:
    """A label that runs a command on this message when it is clicked."""
    return text.button(label, "screen.command", name, "", message.id, style=style)


COMMANDS: Final[dict[MarkSubject, str]] = {
    "role": "role",
    "model": "model",
    "adapters": "adapters",
    "files": "files",
}
"""What a click on a mark opens; everything else is sampling."""


def marks_line(marks: Sequence[Mark]) -> Content:
    """What came of the changes made at this place; nothing when nothing did."""
    parts = [_part(subject, words) for subject, words in told(marks)]
    if not parts:
        return text.NOTHING
    return text.muted("── ") + text.joined(parts, " · ") + text.muted(" ── from here on")


def _part(subject: MarkSubject, words: str) -> Content:
    command = COMMANDS.get(subject, "set")
    return text.line(words, 80, text.ACCENT).stylize(text.click("screen.command", command))


DOTS: Final[dict[Strength, str]] = {"verbatim": "●●●", "supported": "●●", "weak": "●"}
NOT_CITED: Final = "○"
STRENGTH_STYLES: Final[dict[Strength, str]] = {
    "verbatim": "$text-success",
    "supported": "$text-success",
    "weak": "$text-warning",
}
IN_WORDS: Final[dict[Strength | None, str]] = {
    "verbatim": "word for word",
    "supported": "supported",
    "weak": "in part",
    None: "read, not cited",
}
LONGEST_PLACE: Final = 18
"""Cells of a place in a row."""


def name_of(path: str) -> str:
    """The file's name; of a path that has none, all of it."""
    return PurePath(path).name or path


def dots(strength: Strength | None) -> Content:
    """Three for what is said word for word, a ring for what is not cited at all."""
    if strength is None:
        return text.muted(NOT_CITED)
    return text.own(DOTS[strength], STRENGTH_STYLES[strength])


def short_place(place: Place) -> str:
    """Such as `p. 4`, `L 31–40`, `Budget r. 7` or `§ Rent`; what is most exact of it."""
    if place.page is not None:
        return f"p. {place.page}"
    if place.row is not None:
        return f"{place.sheet or ''} r. {place.row}".strip()
    if place.sheet is not None:
        return place.sheet
    if place.line_start is not None:
        end = place.line_end or place.line_start
        return f"L {end}" if end == place.line_start else f"L {place.line_start}–{end}"
    return f"§ {place.heading[-1]}" if place.heading else ""


def entry(reference: Reference, changed: str = "", *, checked: bool = True) -> Spread:
    """A passage that the model read.

    Args:
        changed: what became of its file since.
        checked: whether it is known how well it bears out the answer.
    """
    number = text.own(f"{reference.number} ", text.ACCENT)
    name = text.line(name_of(reference.path), 80)
    place = text.line(short_place(reference.place), LONGEST_PLACE, text.MUTED)
    strength = dots(reference.strength) if checked else text.muted("…")
    strength = strength.pad_right(3 - strength.cell_length)
    quote = text.own("  ") + text.line(reference.quote.text, 200, text.MUTED)
    rows = [Row(number + name, place + text.own("  ") + strength), Row(quote)]
    if changed:
        rows.append(Row(text.own(f"  {changed}", "$text-warning")))
    return Spread(*rows)


def unused_entry(reference: Reference) -> Spread:
    """A passage that was found and not used, with the reason."""
    name = text.own("  ") + text.line(name_of(reference.path), 80, text.MUTED)
    place = text.line(short_place(reference.place), LONGEST_PLACE, text.MUTED)
    return Spread(Row(name, place + text.own("  ") + text.muted(_why(reference))))


def _why(reference: Reference) -> str:
    match reference.unfit:
        case "duplicate":
            return "duplicate"
        case "budget":
            return "no room"
        case _:
            return "too far"
