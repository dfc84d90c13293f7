"""Details of a message: an answer's model, tokens, speed and time; links to choose from."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.values.conversation import Message, StopReason, Timings, Usage
from assistant.core.wording import duration, tokens_text
from assistant.language.messages import _, ngettext, number, pgettext
from assistant.tui.markdown.document import Link
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.hyperlinks import hyperlink

LABEL_CELLS: Final = 12
"""Cells of the words on the left, at least."""
SHORTEST_MS: Final = 500
"""Milliseconds that are worth a word."""

ENDINGS: Final[dict[StopReason, str]] = {
    "end": _("by itself"),
    "length": _("at its length limit"),
    "stopped": _("by you"),
}
"""How an answer ended."""


class AnswerDetails(Dialog[None]):
    """Dialog of what is known of an answer; Esc and Enter close it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,i,q", "leave", show=False)]

    def __init__(self, message: Message) -> None:
        super().__init__()
        self._message = message

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("This answer"), "bold"))
            rows = list(answer_details(self._message))
            cells = max(LABEL_CELLS, *(cell_len(label) + 2 for label, _value in rows))
            for label, value in rows:
                yield Static(
                    text.own(label, text.MUTED).pad_right(cells - cell_len(label))
                    + text.line(value, 300)
                )
            yield Static(text.muted(_("Esc closes")))


def answer_details(message: Message) -> Iterator[tuple[str, str]]:
    """What is known of an answer, in lines of a word and what it is."""
    yield _("model"), message.model or _("none, the program wrote it")
    if message.adapters:
        scales = (f"{use.name} ×{number(use.scale, 'g')}" for use in message.adapters)
        yield _("adapters"), ", ".join(scales)
    if message.edited:
        yield pgettext("message", "edited"), _("by you")
    if message.versions > 1:
        yield (
            _("version"),
            _("{version} of {versions}", version=message.version, versions=message.versions),
        )
    yield _("written"), message.created.astimezone().strftime(_("%Y-%m-%d %H:%M"))
    if message.usage is not None:
        yield from _token_details(message.usage)
    if message.timings is not None and message.timings.total_ms:
        timings = message.timings
        if timings.tokens_per_second:
            yield _("speed"), _("{tokens:.0f} tokens a second", tokens=timings.tokens_per_second)
        yield _("time"), _time_text(timings)
    if message.sampling is not None:
        changed = message.sampling
        yield (
            _("sampling"),
            _(
                "temperature {temperature:g}, top-p {top_p:g}",
                temperature=changed.temperature,
                top_p=changed.top_p,
            ),
        )
    if message.stop_reason is not None:
        yield pgettext("answer", "ended"), ENDINGS[message.stop_reason]


def _token_details(usage: Usage) -> Iterator[tuple[str, str]]:
    read, wrote = usage.prompt_tokens, usage.completion_tokens
    if usage.cached_tokens:
        yield (
            pgettext("tokens", "read"),
            ngettext(
                "{tokens:,} token ({cached:,} of them cached)",
                "{tokens:,} tokens ({cached:,} of them cached)",
                read,
                tokens=read,
                cached=usage.cached_tokens,
            ),
        )
    else:
        yield pgettext("tokens", "read"), tokens_text(read)
    yield pgettext("tokens", "wrote"), tokens_text(wrote)
    if usage.drafted_tokens:
        yield (
            pgettext("tokens", "draft"),
            _(
                "{right:,} of {tokens:,} draft tokens accepted",
                right=usage.accepted_tokens,
                tokens=usage.drafted_tokens,
            ),
        )


def _time_text(timings: Timings) -> str:
    spent = (
        (_("{duration} waiting"), timings.queue_ms),
        (_("{duration} loading the model"), timings.load_ms),
        (_("{duration} reading"), timings.prefill_ms),
    )
    parts = [
        words.format(duration=duration(each / 1000)) for words, each in spent if each >= SHORTEST_MS
    ]
    total = duration(timings.total_ms / 1000)
    if not parts:
        return total
    return _("{total}, of which {parts}", total=total, parts=", ".join(parts))


class ChooseLink(Dialog[str]):
    """Dialog of links with their whole addresses; Enter chooses, Esc cancels."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.own(_("Links of this message"), "bold"))
            yield OptionList(*map(self._option, self._links), markup=False, compact=True)
            yield Static(text.muted(_("Enter opens · Esc cancels")))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._links[event.option_index].address)

    def _option(self, link: Link) -> Option:
        address = text.line(link.address, 400, text.MUTED)
        address = address.stylize(hyperlink(address.plain, link.address))
        if link.words in ("", link.address):
            return Option(address)
        return Option(text.line(link.words, 80) + text.own("\n  ") + address)
