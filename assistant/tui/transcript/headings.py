"""Headings and endings of messages, change marks between them, rows of sources."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.grounding.references import STRENGTH_ORDER, Reference, partly_read
from assistant.core.values.changes import describe_marks
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
from assistant.core.values.library import NearestSentence, Retrieval
from assistant.core.wording import count, unread_sentence
from assistant.keymap import Keymap
from assistant.tui import commands
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Row, RowStack

ROLE_NAMES = {"user": "you", "assistant": "assistant", "system": "system"}
RATING_STYLES: Mapping[Rating, str] = {"good": "$text-success", "bad": "$text-error"}
NOTE_CHARACTERS = 40
"""Characters of a note that stand beside its rating."""
MODEL_CHARACTERS = 28
"""Characters of the model that wrote one of several versions."""
MAX_ELSEWHERE = 4
"""Collections that are named where others had nothing."""
ROLE_STYLES = {"user": "$text-accent bold", "assistant": "bold", "system": text.MUTED}

OUTGROWN_TEXTS: Final[dict[Overflow, str]] = {
    "leave_out": "From here on the oldest turns are left out of the model's window;"
    " no message is lost.",
    "summarise": "From here on a summary takes the place of the oldest turns in the model's"
    " window; no message is lost.",
}


class MessageHeading(Widget):
    """Heading of a message: role, version and – while it is focused – its commands."""

    auto_links = False

    message: reactive[Message | None] = reactive(None)
    active: reactive[bool] = reactive(False)

    def render(self) -> RenderResult:
        if self.message is None:
            return text.EMPTY
        left = text.joined(_left_parts(self.message), between="  ")
        if not self.active:
            return left
        room = self.content_size.width - left.cell_length - 2
        right = _fitting(_right_parts(self.message, commands.keymap_of(self)), room)
        gap = self.content_size.width - left.cell_length - right.cell_length
        return left + text.own(" " * gap) + right if right else left


def _left_parts(message: Message) -> list[Content]:
    parts = [text.own(ROLE_NAMES[message.role], ROLE_STYLES[message.role])]
    if message.versions > 1:
        older = _command_button("‹", "older", message, text.ACCENT)
        newer = _command_button("›", "newer", message, text.ACCENT)
        parts.append(older + text.muted(f"{message.version}/{message.versions}") + newer)
        if message.model and message.role == "assistant":
            parts.append(text.line(message.model, MODEL_CHARACTERS, text.MUTED))
    if message.edited:
        parts.append(text.muted("edited"))
    if message.rating is not None:
        parts.append(_rating_button(message, message.rating))
    return parts


def _rating_button(message: Message, rating: Rating) -> Content:
    """What the user thinks of it, and why; a click changes the note."""
    sign = text.own("▲ good" if rating == "good" else "▼ bad", RATING_STYLES[rating])
    note = (
        text.own(" ") + text.line(message.note, NOTE_CHARACTERS, text.MUTED)
        if message.note
        else text.EMPTY
    )
    return (sign + note).stylize(text.click("screen.command", "note", "", message.id))


def _right_parts(message: Message, keymap: Keymap) -> list[Content]:
    return [
        _command_button(keymap.message_key(command.name), command.name, message, text.ACCENT)
        + _command_button(f" {command.hint}", command.name, message, text.MUTED)
        for command in commands.hints(message)
        if keymap.message_keys[command.name]
    ]


def _fitting(parts: Sequence[Content], room: int) -> Content:
    """As many as there is room for; the first ones matter most."""
    line = text.EMPTY
    for part in parts:
        longer = line + text.own("  ") + part if line else part
        if longer.cell_length > room:
            break
        line = longer
    return line


def ending_line(
    message: Message,
    keymap: Keymap,
    hint: str = "",
    searched: int = 0,
    retrieval: Retrieval | None = None,
    *,
    elsewhere: Sequence[str] = (),
) -> Content:
    """Line below a message on how it ended; empty when there is nothing to say about it.

    Args:
        hint: what to do about a failure.
        searched: passages of the user's files that were searched in vain.
        retrieval: what the files had to do with it, when they could not be read whole.
        elsewhere: other collections, when those that were searched had nothing.
    """
    parts = (
        _elsewhere_line(message, keymap, elsewhere),
        _state_line(message, keymap, hint),
        _partial_lines(retrieval),
        _outgrown_line(message),
    )
    ended = text.joined([part for part in parts if part.plain], "\n")
    if not searched:
        return ended
    alone = text.own("not from your files", "$text-warning")
    searched_line = alone + text.muted(f": {count(searched, 'passage')} searched")
    return searched_line + text.own("\n") + ended if ended.plain else searched_line


def _elsewhere_line(message: Message, keymap: Keymap, names: Sequence[str]) -> Content:
    """Collections in which nothing was searched, and the key that does."""
    if not names:
        return text.EMPTY
    listed = ", ".join(names[:MAX_ELSEWHERE])
    more = f" and {len(names) - MAX_ELSEWHERE:,} more" if len(names) > MAX_ELSEWHERE else ""
    search = f"{_key_on_message(keymap, 'everywhere')} searches all files"
    return (
        text.muted("not searched: ")
        + text.line(f"{listed}{more}", 160)
        + text.muted(" — ")
        + _command_button(search, "everywhere", message, text.ACCENT)
        + text.muted(f" ({keymap.shown('everywhere')} while typing)")
    )


def _partial_lines(retrieval: Retrieval | None) -> Content:
    """What of the files that an answer uses could not be read, a line for each."""
    unread = partly_read(retrieval.used) if retrieval is not None else {}
    lines = [
        text.line(f"{file_name(path)}: {unread_sentence(parts)}", 400, "$text-warning")
        for path, parts in unread.items()
    ]
    return text.joined(lines, "\n") if lines else text.EMPTY


def _outgrown_line(message: Message) -> Content:
    """That the conversation outgrew the window with this answer."""
    if message.outgrown is None:
        return text.EMPTY
    see = text.button("see the context", "screen.command", "context", style=text.ACCENT)
    return text.muted(f"{OUTGROWN_TEXTS[message.outgrown]} ") + see


def saying_lines(message: Message, retrieval: Retrieval, saying: NearestSentence) -> Content:
    """What the files say to the question, with the passage to open."""
    passage = retrieval.used[saying.number - 1]
    source = (
        text.own(f"[{saying.number}] ", text.ACCENT)
        + text.line(file_name(passage.path), 60, text.MUTED)
        + (text.own("  ") + text.line(str(passage.place), 60, text.MUTED))
    )
    return (
        text.own("Your files say: “", "bold")
        + text.line(saying.text, 400)
        + text.own("”", "bold")
        + text.own("\n")
        + source.stylize(text.click("screen.command", "open", str(saying.number), message.id))
    )


def _state_line(message: Message, keymap: Keymap, hint: str) -> Content:
    if message.role != "assistant":
        return _attached_line(message)
    go_on = _command_button(
        f"{_key_on_message(keymap, 'continue')} continues", "continue", message, text.ACCENT
    )
    typing = text.muted(f" ({keymap.shown('continue')} while typing)")
    again = _command_button(
        f"{_key_on_message(keymap, 'regenerate')} tries again", "regenerate", message, text.ACCENT
    )
    dash = text.muted(" — ")
    match message.state:
        case "stopped":
            return text.muted("stopped") + dash + go_on + typing
        case "partial":
            return text.muted("interrupted") + dash + go_on + typing
        case "failed":
            what = text.line(message.error or "The answer failed.", 400, "$text-error")
            advice = text.own(" ") + text.line(hint, 400) if hint else text.EMPTY
            where = _command_button(f"{keymap.shown('log')} log", "log", message, text.MUTED)
            choices = [go_on, again, where] if message.text else [again, where]
            return what + advice + text.own("\n") + text.joined(choices, between="   ")
        case "complete" if message.stop_reason == "length":
            return text.muted("cut off: the answer's limit was reached") + dash + go_on + typing
        case "complete" if message.citations:
            return text.own("\n").join(_source_buttons(message))
        case _:
            return text.EMPTY


def _key_on_message(keymap: Keymap, name: str) -> str:
    """What runs a command on a message: its key there, else the one that works everywhere."""
    return keymap.message_key(name) or keymap.shown(name)


def _attached_line(message: Message) -> Content:
    """The files that go whole with a question."""
    names = [text.line(file_name(path), 60) for path in message.attached]
    return text.muted("with ") + text.joined(names, ", ") if names else text.EMPTY


def _source_buttons(message: Message) -> list[Content]:
    """Each passage once, with how well it bears out the best of its sentences; a click opens it."""
    best: dict[tuple[int, str], Citation] = {}
    for citation in message.citations:
        known = best.get((citation.number, citation.path))
        if known is None or STRENGTH_ORDER[citation.strength] > STRENGTH_ORDER[known.strength]:
            best[citation.number, citation.path] = citation
    return [
        _source_button(citation).stylize(
            text.click("screen.command", "open", str(citation.number), message.id)
        )
        for _, citation in sorted(best.items())
    ]


def _source_button(citation: Citation) -> Content:
    return (
        text.own(f"[{citation.number}] ", text.ACCENT)
        + text.line(file_name(citation.path), 60, text.MUTED)
        + (text.own("  ") + text.line(str(citation.place), 60, text.MUTED))
        + (text.own("  ") + _strength(citation))
    )


def _strength(citation: Citation) -> Content:
    """How well a passage bears a sentence out; with its words where it says the opposite."""
    if citation.strength != "contradicted":
        return text.muted(STRENGTH_DOTS[citation.strength])
    said = text.own("✗ says the opposite: “", "$text-error")
    return said + text.line(citation.quote, 400) + text.own("”", "$text-error")


def _command_button(label: str, name: str, message: Message, style: str = "") -> Content:
    """A label that runs a command on this message when it is clicked."""
    return text.button(label, "screen.command", name, "", message.id, style=style)


MARK_COMMANDS: Final[dict[MarkSubject, str]] = {
    "role": "role",
    "model": "model",
    "adapters": "adapters",
    "files": "files",
}
"""What a click on a mark opens; everything else is sampling."""


def marks_line(marks: Sequence[Mark]) -> Content:
    """Line of the changes made at this place; empty without any."""
    parts = [_mark_part(subject, words) for subject, words in describe_marks(marks)]
    if not parts:
        return text.EMPTY
    return text.muted("── ") + text.joined(parts, " · ") + text.muted(" ── from here on")


def _mark_part(subject: MarkSubject, words: str) -> Content:
    command = MARK_COMMANDS.get(subject, "set")
    return text.line(words, 80, text.ACCENT).stylize(text.click("screen.command", command))


STRENGTH_DOTS: Final[dict[Strength, str]] = {
    "verbatim": "●●●",
    "supported": "●●",
    "weak": "●",
    "contradicted": "✗",
}
NOT_CITED: Final = "○"
STRENGTH_STYLES: Final[dict[Strength, str]] = {
    "verbatim": "$text-success",
    "supported": "$text-success",
    "weak": "$text-warning",
    "contradicted": "$text-error",
}
STRENGTH_TEXTS: Final[dict[Strength | None, str]] = {
    "verbatim": "word for word",
    "supported": "supported",
    "weak": "in part",
    "contradicted": "says the opposite",
    None: "read, not cited",
}
MAX_PLACE_CELLS: Final = 18
"""Cells of a place in a row."""


def file_name(path: str) -> str:
    """File name of a path; of a path that has none, all of it."""
    return PurePath(path).name or path


def strength_dots(strength: Strength | None) -> Content:
    """Strength as dots: three for word for word, a ring for what is not cited at all."""
    if strength is None:
        return text.muted(NOT_CITED)
    return text.own(STRENGTH_DOTS[strength], STRENGTH_STYLES[strength])


def short_place(place: Place) -> str:
    """Place of a passage in few letters: `p. 4`, `L 31–40`, `Budget r. 7` or `§ Rent`."""
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


def source_entry(reference: Reference, changed: str = "", *, checked: bool = True) -> RowStack:
    """Row of a passage that the model read.

    Args:
        changed: what became of its file since.
        checked: whether it is known how well it bears out the answer.
    """
    number = text.own(f"{reference.number} ", text.ACCENT)
    name = text.line(file_name(reference.path), 80)
    place = text.line(short_place(reference.place), MAX_PLACE_CELLS, text.MUTED)
    strength = strength_dots(reference.strength) if checked else text.muted("…")
    strength = strength.pad_right(3 - strength.cell_length)
    quote = text.own("  ") + text.line(reference.quote.text, 200, text.MUTED)
    rows = [Row(number + name, place + text.own("  ") + strength), Row(quote)]
    if changed:
        rows.append(Row(text.own(f"  {changed}", "$text-warning")))
    return RowStack(*rows)


def unused_source_entry(reference: Reference) -> RowStack:
    """Row of a passage that was found and not used, with the reason."""
    name = text.own("  ") + text.line(file_name(reference.path), 80, text.MUTED)
    place = text.line(short_place(reference.place), MAX_PLACE_CELLS, text.MUTED)
    return RowStack(Row(name, place + text.own("  ") + text.muted(_unused_reason(reference))))


def _unused_reason(reference: Reference) -> str:
    match reference.unfit:
        case "duplicate":
            return "duplicate"
        case "budget":
            return "no room"
        case _:
            return "too far"
