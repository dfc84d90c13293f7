"""Headings and endings of messages, change marks between them."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.grounding.references import STRENGTH_ORDER, partly_read
from assistant.core.grounding.versions import disagreement_text, disputed
from assistant.core.values.changes import latest_marks
from assistant.core.values.conversation import (
    Citation,
    Mark,
    MarkSubject,
    Message,
    Overflow,
    Rating,
)
from assistant.core.values.library import NearestSentence, Retrieval
from assistant.core.wording import mark_text, place_text, unread_sentence
from assistant.keymap import Keymap
from assistant.language.messages import _, localized, ngettext, pgettext
from assistant.tui import commands
from assistant.tui.toolkit import text
from assistant.tui.transcript.source_rows import STRENGTH_DOTS, file_name

ROLE_NAMES = {
    "user": pgettext("role", "you"),
    "assistant": pgettext("role", "assistant"),
    "system": pgettext("role", "system"),
}
RATING_STYLES: Mapping[Rating, str] = {"good": "$text-success", "bad": "$text-error"}
RATING_SIGNS: Mapping[Rating, str] = {
    "good": f"▲ {pgettext('answer', 'good')}",
    "bad": f"▼ {pgettext('answer', 'bad')}",
}
NOTE_CHARACTERS = 40
"""Characters of a note that stand beside its rating."""
MODEL_CHARACTERS = 28
"""Characters of the model that wrote one of several versions."""
MAX_ELSEWHERE = 4
"""Collections that are named where others had nothing."""
ROLE_STYLES = {"user": "$text-accent bold", "assistant": "bold", "system": text.MUTED}

OUTGROWN_TEXTS: Final[dict[Overflow, str]] = {
    "leave_out": _(
        "From here on, the oldest messages are left out of the context window; none is deleted."
    ),
    "summarise": _(
        "From here on, a summary replaces the oldest messages in the context window; none is"
        " deleted."
    ),
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
        parts.append(text.muted(pgettext("message", "edited")))
    if message.rating is not None:
        parts.append(_rating_button(message, message.rating))
    return parts


def _rating_button(message: Message, rating: Rating) -> Content:
    """What the user thinks of it, and why; a click changes the note."""
    sign = text.own(RATING_SIGNS[rating], RATING_STYLES[rating])
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
    unconfirmed: bool = False,
) -> Content:
    """Line below a message on how it ended; empty when there is nothing to say about it.

    Args:
        hint: what to do about a failure.
        searched: passages of the user's files that were searched in vain.
        retrieval: what the files had to do with it, when they could not be read whole, or other
            versions of them say otherwise.
        elsewhere: other collections, when those that were searched had nothing.
        unconfirmed: whether the files were read for it, and confirm nothing of it.
    """
    nothing = _("Nothing in this answer is confirmed by your files.")
    parts = (
        _elsewhere_line(message, keymap, elsewhere),
        text.own(nothing, "$text-warning") if unconfirmed else text.EMPTY,
        _state_line(message, keymap, hint),
        _disputed_lines(message, retrieval),
        _partial_lines(retrieval),
        _outgrown_line(message),
    )
    ended = text.joined([part for part in parts if part.plain], "\n")
    if not searched:
        return ended
    alone = text.own(_("not from your files"), "$text-warning")
    searched_line = text.filled(
        ngettext(
            "{warning}: {passages:,} passage searched",
            "{warning}: {passages:,} passages searched",
            searched,
        ),
        text.MUTED,
        warning=alone,
        passages=searched,
    )
    return searched_line + text.own("\n") + ended if ended.plain else searched_line


def _elsewhere_line(message: Message, keymap: Keymap, names: Sequence[str]) -> Content:
    """Collections in which nothing was searched, and the key that does."""
    if not names:
        return text.EMPTY
    listed = ", ".join(names[:MAX_ELSEWHERE])
    if len(names) > MAX_ELSEWHERE:
        more = len(names) - MAX_ELSEWHERE
        listed = _("{listed} and {more:,} more", listed=listed, more=more)
    search = _("{key} searches all files", key=_key_on_message(keymap, "everywhere"))
    return text.filled(
        _("not searched: {collections} — {search} ({key} while typing)"),
        text.MUTED,
        collections=text.line(listed, 160),
        search=_command_button(search, "everywhere", message, text.ACCENT),
        key=keymap.shown("everywhere"),
    )


def _disputed_lines(message: Message, retrieval: Retrieval | None) -> Content:
    """Where another version of a file says otherwise than what an answer rests on: in which words,
    and which passage that is."""
    if retrieval is None:
        return text.EMPTY
    quotes = quotes_of(message, retrieval)
    shown = {number for number, _quote in quotes}
    lines: list[Content] = []
    for each in disputed(retrieval.used, quotes):
        lines.append(text.line(disagreement_text(each), 400, "$text-warning"))
        new = {each.first, each.second} - shown
        lines += [_passage_button(message, retrieval, number) for number in sorted(new)]
        shown |= new
    return text.joined(lines, "\n") if lines else text.EMPTY


def quotes_of(message: Message, retrieval: Retrieval) -> list[tuple[int, str]]:
    """What a whole answer rests on, or what is shown in its place: numbers of passages with their
    words."""
    if message.state == "streaming":
        return []
    saying = retrieval.saying
    quotes = [(each.number, each.quote) for each in message.citations]
    return quotes if saying is None else [*quotes, (saying.number, saying.text)]


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
    see = text.button(_("see the context"), "screen.command", "context", style=text.ACCENT)
    return text.muted(f"{OUTGROWN_TEXTS[message.outgrown]} ") + see


def saying_lines(message: Message, retrieval: Retrieval, saying: NearestSentence) -> Content:
    """What the files say to the question, with the passage to open."""
    return (
        text.filled(_("Your files say: “{quote}”"), "bold", quote=text.line(saying.text, 400))
        + text.own("\n")
        + _passage_button(message, retrieval, saying.number)
    )


def _passage_button(message: Message, retrieval: Retrieval, number: int) -> Content:
    passage = retrieval.used[number - 1]
    source = (
        text.own(f"[{number}] ", text.ACCENT)
        + text.line(file_name(passage.path), 60, text.MUTED)
        + (text.own("  ") + text.line(place_text(passage.place), 60, text.MUTED))
    )
    return source.stylize(text.click("screen.command", "open", str(number), message.id))


def _state_line(message: Message, keymap: Keymap, hint: str) -> Content:
    if message.role != "assistant":
        return _attached_line(message)
    match message.state:
        case "stopped":
            return _go_on_line(message, keymap, text.muted(pgettext("answer", "stopped")))
        case "partial":
            return _go_on_line(message, keymap, text.muted(pgettext("answer", "interrupted")))
        case "failed":
            return _failure_lines(message, keymap, hint)
        case "complete" if message.stop_reason == "length":
            cut_off = text.muted(_("cut off: length limit reached"))
            return _go_on_line(message, keymap, cut_off)
        case "complete" if message.citations:
            return text.own("\n").join(_source_buttons(message))
        case _:
            return text.EMPTY


def _go_on_line(message: Message, keymap: Keymap, state: Content) -> Content:
    """How an answer ended early, and the keys that continue it."""
    return text.filled(
        _("{state} — {continue_it} ({key} while typing)"),
        text.MUTED,
        state=state,
        continue_it=_continue_button(message, keymap),
        key=keymap.shown("continue"),
    )


def _failure_lines(message: Message, keymap: Keymap, hint: str) -> Content:
    failure = localized(message.error) if message.error else _("The answer failed.")
    what = text.line(failure, 400, "$text-error")
    advice = text.own(" ") + text.line(localized(hint), 400) if hint else text.EMPTY
    again = _command_button(
        _("{key} tries again", key=_key_on_message(keymap, "regenerate")),
        "regenerate",
        message,
        text.ACCENT,
    )
    log = _command_button(_("{key} log", key=keymap.shown("log")), "log", message, text.MUTED)
    choices = [_continue_button(message, keymap), again, log] if message.text else [again, log]
    return what + advice + text.own("\n") + text.joined(choices, between="   ")


def _continue_button(message: Message, keymap: Keymap) -> Content:
    label = _("{key} continues", key=_key_on_message(keymap, "continue"))
    return _command_button(label, "continue", message, text.ACCENT)


def _key_on_message(keymap: Keymap, name: str) -> str:
    """What runs a command on a message: its key there, else the one that works everywhere."""
    return keymap.message_key(name) or keymap.shown(name)


def _attached_line(message: Message) -> Content:
    """The files that go whole with a question."""
    names = [text.line(file_name(path), 60) for path in message.attached]
    if not names:
        return text.EMPTY
    return text.filled(_("with {files}"), text.MUTED, files=text.joined(names, ", "))


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
        for _number, citation in sorted(best.items())
    ]


def _source_button(citation: Citation) -> Content:
    return (
        text.own(f"[{citation.number}] ", text.ACCENT)
        + text.line(file_name(citation.path), 60, text.MUTED)
        + (text.own("  ") + text.line(place_text(citation.place), 60, text.MUTED))
        + (text.own("  ") + _strength(citation))
    )


def _strength(citation: Citation) -> Content:
    """How well a passage bears a sentence out; with its words where it says the opposite."""
    if citation.strength != "contradicted":
        return text.muted(STRENGTH_DOTS[citation.strength])
    quote = text.line(citation.quote, 400)
    return text.filled(_("✗ says the opposite: “{quote}”"), "$text-error", quote=quote)


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
    parts = [_mark_part(subject, mark_text(subject, now)) for subject, now in latest_marks(marks)]
    if not parts:
        return text.EMPTY
    changes = text.joined(parts, " · ")
    return text.filled(_("── {changes} ── from here on"), text.MUTED, changes=changes)


def _mark_part(subject: MarkSubject, words: str) -> Content:
    command = MARK_COMMANDS.get(subject, "set")
    return text.line(words, 80, text.ACCENT).stylize(text.click("screen.command", command))
