"""Dialog before files are added: what will happen, how long it takes, what is left out.

It asks once.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.core.ports.library import Library
from assistant.core.values.library import Collection, LeftOut, Scanned, Survey, Waiting
from assistant.core.wording import REASONS, duration, size
from assistant.language.messages import _, localized, ngettext
from assistant.tui.library.offer import (
    FilesToAdd,
    FileTokenEstimate,
    KnownCollections,
    OfferEvent,
    offer_of,
    preview_offer,
)
from assistant.tui.library.scope import MAX_NAME_CHARACTERS, proposed_collection
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.disk import name_of
from assistant.tui.toolkit.dropped_paths import read_dropped_paths
from assistant.tui.toolkit.threads import Report, Stream, with_timeout


@dataclass(frozen=True)
class AddToCollection:
    """Choice: add the paths to this collection."""

    collection: str


@dataclass(frozen=True)
class AttachFile:
    """Choice: attach the file whole to the question."""


@dataclass(frozen=True)
class PasteAsText:
    """Choice: insert the paste as text."""


Choice = AddToCollection | AttachFile | PasteAsText


class AddFiles(Dialog[Choice]):
    """Dialog before files are added; opens at once and fills in; Enter chooses, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('add')", show=False),
        Binding("w", "choose('attach')", show=False),
        Binding("t", "choose('paste')", show=False),
    ]

    class Advanced(Message):
        """More is known about the offer."""

        def __init__(self, stream: "Stream[OfferEvent] | None", news: Sequence[OfferEvent]) -> None:
            super().__init__()
            self.stream = stream
            self.news = tuple(news)

    class Ended(Message):
        """The preview of the offer is complete."""

        def __init__(
            self, stream: "Stream[OfferEvent] | None", failure: AssistantError | None
        ) -> None:
            super().__init__()
            self.stream = stream
            self.failure = failure

    def __init__(
        self,
        library: Library,
        offer: FilesToAdd,
        report: Report,
        *,
        proposed: str,
        room: int,
        pasted: str = "",
    ) -> None:
        """Args:
        proposed: the collection where loose files go, unless they belong to one already.
        room: tokens that a question may have; 0 when it is not known.
        pasted: the text that the paths came as, if they did.
        """
        super().__init__()
        self.offer = offer
        self.pasted = pasted
        self._library = library
        self._report = report
        self._room = room
        self._proposed = proposed
        self._suggested = proposed_collection(offer, (), proposed)
        self._stream: Stream[OfferEvent] | None = None
        self._collections: tuple[Collection, ...] = ()
        self._seen = 0
        self._survey: Survey | None = None
        self._estimate: FileTokenEstimate | None = None
        self._failure: AssistantError | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(classes="what")
            yield Static(classes="facts")
            with Horizontal(classes="field"):
                yield Static(text.own(f"{_('Collection')} "))
                yield Input(_field_text(self._suggested), max_length=MAX_NAME_CHARACTERS)
            yield Static(classes="joins")
            yield OptionList(markup=False, compact=True)
            yield Static(text.muted(_("Enter chooses · Tab to the name and back · Esc cancels")))

    def on_mount(self) -> None:
        self._propose()
        self._start()
        self.query_one(OptionList).focus()

    def on_unmount(self) -> None:
        if self._stream is not None:
            self._stream.stop.set()

    def extend(self, offer: FilesToAdd, pasted: str) -> None:
        """Add more paths to the offer."""
        self.offer = self.offer.with_more(offer)
        self.pasted += pasted
        self._survey = self._estimate = None
        if self._stream is not None:
            self._propose()
            self._start()

    async def on_paste(self, event: events.Paste) -> None:
        """Some terminals paste the files of one drop one after the other."""
        event.stop()
        paths = await read_dropped_paths(event.text)
        if paths:
            with suppress(AssistantError):
                self.extend(await with_timeout(offer_of, paths), event.text)

    def _start(self) -> None:
        if self._stream is not None:
            self._stream.stop.set()
        self._stream = stream = Stream(
            partial(preview_offer, self._library, self.offer, self._suggested),
            lambda news: self.post_message(self.Advanced(stream, news)),
            lambda failure: self.post_message(self.Ended(stream, failure)),
            self._report,
        )
        self._show()

    # What becomes known

    def on_add_files_advanced(self, event: Advanced) -> None:
        if event.stream is not self._stream:
            return
        for news in event.news:
            match news:
                case KnownCollections(collections=collections):
                    self._collections = collections
                    names = [_field_text(each.name) for each in collections]
                    suggester = SuggestFromList(names, case_sensitive=False)
                    self.query_one(Input).suggester = suggester
                    self._propose()
                case Scanned(files=files):
                    self._seen = files
                case Survey():
                    self._survey = news
                case FileTokenEstimate():
                    self._estimate = news
                case Waiting():
                    pass
        self._show()

    def on_add_files_ended(self, event: Ended) -> None:
        if event.stream is self._stream:
            self._failure = event.failure
            self._show()

    def _propose(self) -> None:
        """Name the collection again, unless the user has."""
        field = self.query_one(Input)
        if field.value == _field_text(self._suggested):
            self._suggested = proposed_collection(self.offer, self._collections, self._proposed)
            field.value = _field_text(self._suggested)

    @property
    def _chosen(self) -> str:
        """The name as it is, when it is the suggested one."""
        typed = self.query_one(Input).value
        return self._suggested if typed == _field_text(self._suggested) else typed.strip()

    # What is shown

    def _show(self) -> None:
        self.query_one(".what", Static).update(question_line(self.offer, self._survey))
        self.query_one(".facts", Static).update(text.joined(self._facts(), "\n"))
        self._show_joining()
        self._show_choices()

    def _show_choices(self) -> None:
        choices = self.query_one(OptionList)
        before = choices.highlighted_option.id if choices.highlighted_option else "add"
        options = list(self._options())
        choices.set_options(options)
        possible = [option.id for option in options if not option.disabled]
        at = before if before in possible else possible[0]
        choices.highlighted = choices.get_option_index(at or "")

    def _facts(self) -> Iterator[Content]:
        if self._failure is not None:
            yield text.line(localized(self._failure.message), 400, "$text-error")
            if self._failure.hint:
                yield text.line(localized(self._failure.hint), 400)
        elif self._survey is None:
            yield text.muted(_looking_text(self._seen))
        else:
            yield from fact_lines(self._survey)
        if self._estimate is not None and self._estimate.problem:
            yield text.line(localized(self._estimate.problem), 400, "$text-warning")

    def _show_joining(self) -> None:
        name = self._chosen.casefold()
        known = next((each for each in self._collections if each.name.casefold() == name), None)
        note = ""
        if known is not None:
            note = ngettext(
                "already in this collection: {files:,} file",
                "already in this collection: {files:,} files",
                known.files,
                files=known.files,
            )
        if not name:
            note = _("Give the collection a name.")
        line = self.query_one(".joins", Static)
        line.update(text.muted(note))
        line.display = bool(note)

    def _options(self) -> Iterator[Option]:
        nothing = self._survey is not None and not (self._survey.files or self._survey.unchanged)
        unreadable = self._failure is not None or (nothing and not self.offer.folders)
        yield Option(text.own(f"a  {_('Add to the collection')}"), id="add", disabled=unreadable)
        if self.offer.is_single_file:
            how = self._attach_text()
            label = text.own(f"w  {_('Attach the whole file')}") + text.muted(f"  {how}")
            yield Option(label, id="attach", disabled=not self._fits)
        if self.pasted:
            yield Option(text.own(f"t  {_('Paste as text')}"), id="paste")
        yield Option(text.own(f"   {_('Cancel')}"), id="cancel")

    @property
    def _fits(self) -> bool:
        estimate = self._estimate
        return bool(
            estimate and estimate.tokens and (estimate.tokens <= self._room or not self._room)
        )

    def _attach_text(self) -> str:
        if self._estimate is None:
            return "" if self._failure else "…"
        if self._estimate.problem:
            return _("no readable text")
        tokens = _("about {tokens:,} tokens", tokens=self._estimate.tokens)
        return tokens if self._fits else _("too long, {tokens}", tokens=tokens)

    # What is chosen

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_joining()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_choose("add")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose(event.option_id or "")

    def action_choose(self, id: str) -> None:
        """Take a choice that is there and possible."""
        choices = self.query_one(OptionList)
        if id not in [option.id for option in choices.options] or choices.get_option(id).disabled:
            return
        name = self._chosen
        match id:
            case "add" if name:
                self.dismiss(AddToCollection(name))
            case "add":
                self.query_one(Input).focus()
            case "attach":
                self.dismiss(AttachFile())
            case "paste":
                self.dismiss(PasteAsText())
            case _:
                self.dismiss(None)


def _field_text(name: str) -> str:
    """A name for the field, which draws it literally."""
    return text.line(name, MAX_NAME_CHARACTERS).plain


MAX_REASONS: Final = 4
"""Reasons that are named one by one."""


def question_line(offer: FilesToAdd, survey: Survey | None) -> Content:
    """Question of the dialog: what is to be added."""
    first = name_of((offer.folders or offer.paths)[0])
    named = text.line(f"{first}/" if offer.folders else first, 60)
    others = len(offer.paths) - 1
    if others:
        named = text.filled(
            ngettext("{name} and {others:,} other", "{name} and {others:,} others", others),
            name=named,
            others=others,
        )
    if survey is None or not offer.folders:
        return text.filled(_("Add {name}?"), "bold", name=named)
    files = survey.files + survey.unchanged
    return text.filled(
        ngettext("Add {files:,} file from {name}?", "Add {files:,} files from {name}?", files),
        "bold",
        files=files,
        name=named,
    )


def fact_lines(survey: Survey) -> Iterator[Content]:
    """Lines on what adding would do: files, sizes, time, what is left out."""
    if survey.files:
        yield text.own(_work_text(survey))
    elif survey.unchanged:
        yield text.own(_("Nothing new to read."))
    else:
        yield text.own(_("Nothing to read."), "$text-warning")
    if survey.unchanged:
        yield text.muted(
            _("{files:,} already in the library and unchanged", files=survey.unchanged)
        )
    for left_out in survey.left_out[:MAX_REASONS]:
        yield _left_out_line(left_out)
    rest = sum(each.count for each in survey.left_out[MAX_REASONS:])
    if rest:
        yield text.muted(_("{files:,} left out for other reasons", files=rest))


def _looking_text(seen: int) -> str:
    if not seen:
        return _("Scanning …")
    return ngettext(
        "Scanning: {files:,} file so far …", "Scanning: {files:,} files so far …", seen, files=seen
    )


def _work_text(survey: Survey) -> str:
    time = _("time not known yet")
    if survey.seconds:
        time = _("about {duration}", duration=duration(survey.seconds))
    return ngettext(
        "{files:,} file to read, {size}, {time}",
        "{files:,} files to read, {size}, {time}",
        survey.files,
        files=survey.files,
        size=size(survey.bytes),
        time=time,
    )


def _left_out_line(left_out: LeftOut) -> Content:
    message = _("{files:,} left out: {reason}, such as {example}")
    if left_out.count == 1:
        message = _("{files:,} left out: {reason}, {example}")
    return text.filled(
        message,
        text.MUTED,
        files=left_out.count,
        reason=REASONS[left_out.reason],
        example=text.line(name_of(left_out.example), 40, text.MUTED),
    )
