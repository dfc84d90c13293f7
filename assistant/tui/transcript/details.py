"""Details of a message: an answer's model, tokens, speed and time; links to choose from."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.values.conversation import Message, StopReason
from assistant.core.wording import count, duration
from assistant.tui.markdown.document import Link
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.hyperlinks import hyperlink

LABEL_CELLS: Final = 12
SHORTEST_MS: Final = 500
"""Milliseconds that are worth a word."""

ENDINGS: Final[dict[StopReason, str]] = {
    "end": "by itself",
    "length": "at the limit of its length",
    "stopped": "by you",
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
            yield Static(text.own("This answer", "bold"))
            for label, value in answer_details(self._message):
                told = text.muted(label.ljust(LABEL_CELLS)) + text.line(value, 300)
                yield Static(told)
            yield Static(text.muted("Esc closes"))


def answer_details(message: Message) -> Iterator[tuple[str, str]]:
    """What is known of an answer, in lines of a word and what it is."""
    yield "model", message.model or "none: the program wrote it"
    if message.adapters:
        yield "adapters", ", ".join(f"{use.name} ×{use.scale:g}" for use in message.adapters)
    if message.edited:
        yield "edited", "by you"
    if message.versions > 1:
        yield "version", f"{message.version} of {message.versions}"
    yield "written", f"{message.created.astimezone():%Y-%m-%d %H:%M}"
    if message.usage is not None:
        usage = message.usage
        cached = f" ({usage.cached_tokens:,} of them cached)" if usage.cached_tokens else ""
        yield "read", f"{count(usage.prompt_tokens, 'token')}{cached}"
        yield "wrote", count(usage.completion_tokens, "token")
        if usage.drafted_tokens:
            right = f"{usage.accepted_tokens:,} of {usage.drafted_tokens:,}"
            yield "guessed", f"{right} tokens right, read several at once"
    if message.timings is not None and message.timings.total_ms:
        timings = message.timings
        if timings.tokens_per_second:
            yield "speed", f"{timings.tokens_per_second:.0f} tokens a second"
        parts = [
            f"{duration(spent / 1000)} {what}"
            for what, spent in (
                ("waiting", timings.queue_ms),
                ("loading the model", timings.load_ms),
                ("reading", timings.prefill_ms),
            )
            if spent >= SHORTEST_MS
        ]
        told = f", of which {', '.join(parts)}" if parts else ""
        yield "time", f"{duration(timings.total_ms / 1000)}{told}"
    if message.sampling is not None:
        changed = message.sampling
        yield "sampling", f"temperature {changed.temperature:g}, top-p {changed.top_p:g}"
    if message.stop_reason is not None:
        yield "ended", ENDINGS[message.stop_reason]


class ChooseLink(Dialog[str]):
    """Dialog of links with their whole addresses; Enter chooses, Esc cancels."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.own("Links of this message", "bold"))
            yield OptionList(*map(self._option, self._links), markup=False, compact=True)
            yield Static(text.muted("Enter opens · Esc cancels"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._links[event.option_index].address)

    def _option(self, link: Link) -> Option:
        address = text.line(link.address, 400, text.MUTED)
        address = address.stylize(hyperlink(address.plain, link.address))
        if link.words in ("", link.address):
            return Option(address)
        return Option(text.line(link.words, 80) + text.own("\n  ") + address)
