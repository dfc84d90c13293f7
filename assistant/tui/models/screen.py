"""Models screen: models on this machine, whether they run, and downloads under their licence."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.core.ports.endpoints import Endpoints
from assistant.core.ports.models import ModelCatalog
from assistant.core.values.endpoints.status import SCOPE_TEXTS, ConsentScope, EndpointStatus
from assistant.core.values.models import ModelDetails, ModelRef, Offer, RecommendedModel
from assistant.core.wording import age_of, size
from assistant.language.messages import _, localized, ngettext
from assistant.tui.models.lines import (
    download_line,
    model_details_lines,
    model_line,
    recommended_details_lines,
    recommended_line,
    tested_line,
)
from assistant.tui.services import ModelDownload
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine, Dialog
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import Report, Stream, in_thread

LAST: Final = frozenset({"damaged", "no answer"})
"""What cannot be used."""

POLL_SECONDS: Final = 0.25
"""Seconds between two polls of a download."""

KEY_HINTS = _("Enter uses or fetches · F fetches another · C stops it · Esc goes back")
SERVER_HINT = _("T tests a server")


class ModelsScreen(NoticedScreen[str]):
    """Models screen above the chat.

    Returns: the name of the model to go on with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("f", "fetch", show=False),
        Binding("c", "stop", show=False),
        Binding("t", "test", show=False),
    ]

    def __init__(
        self,
        models: ModelCatalog,
        download: ModelDownload,
        current: ModelRef | None,
        report: Report,
        endpoints: Endpoints | None = None,
    ) -> None:
        """Args:
        current: the model that the conversation has.
        endpoints: the servers of models, where there are some.
        """
        super().__init__()
        self._endpoints = endpoints
        self._models = models
        self._download = download
        self._current = current
        self._report = report
        self._found: list[ModelDetails] = []
        self._offered: list[RecommendedModel] = download.recommended()
        self._scan_stream: Stream[ModelDetails] | None = None
        self._list = OptionList(id="models", markup=False, compact=True)
        self._about = Static(id="models-about")
        self._progress = Static(id="models-progress")

    def compose(self) -> ComposeResult:
        yield Static(text.own(_("Models"), "bold"), id="models-head")
        yield self._list
        yield self._about
        yield self._progress
        yield self.notice
        hints = KEY_HINTS if self._endpoints is None else f"{KEY_HINTS} · {SERVER_HINT}"
        yield Static(text.muted(hints), id="models-keys")

    def on_mount(self) -> None:
        self._download.ended = self._ended
        self.set_interval(POLL_SECONDS, self._show_progress)
        self._show_progress()
        self._scan()

    def on_unmount(self) -> None:
        if self._scan_stream is not None:
            self._scan_stream.stop.set()

    # What there is

    def _scan(self) -> None:
        self._found = []
        self._show(_("looking …"))
        self._scan_stream = Stream(self._models.details, self._add, self._scan_ended, self._report)

    def _add(self, found: Sequence[ModelDetails]) -> None:
        # What cannot be used comes last.
        self._found = sorted([*self._found, *found], key=lambda one: one.fit in LAST)
        self._show(_("looking …"))

    def _scan_ended(self, failure: AssistantError | None) -> None:
        if not self.is_attached:
            return
        self._show("")
        if failure is not None:
            self.notice.fail(failure)

    def _show(self, state: str) -> None:
        if not self.is_attached:
            return
        marked = self._list.highlighted
        where = (
            _("On this machine")
            if self._endpoints is None
            else _("On this machine, and on servers")
        )
        options = [_heading(where, state)]
        for place, one in enumerate(self._found):
            line = model_line(one, self._is_current(one.model))
            options.append(Option(line, id=f"model-{place}"))
        if self._offered:
            made = self._offered[0].as_of
            age = age_of(made, datetime.now(UTC).date()) if made is not None else ""
            options.append(_heading(f"\n{_('Worth fetching')}", age))
            options += [
                Option(recommended_line(one), id=f"offer-{place}")
                for place, one in enumerate(self._offered)
            ]
        self._list.clear_options()
        self._list.add_options(options)
        self._list.highlighted = marked if marked is not None else self._own_place()

    def _own_place(self) -> int | None:
        if not self._found:
            return None
        places = (at for at, one in enumerate(self._found) if self._is_current(one.model))
        return 1 + next(places, 0)

    def _is_current(self, model: ModelRef) -> bool:
        """Whether it is the conversation's: the same file, or the same model of a server."""
        mine = self._current
        if mine is None or mine.path != model.path:
            return False
        return model.origin != "endpoint" or mine.name == model.name

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        match self._entry(event.option_id):
            case ModelDetails() as one:
                self._about.update(model_details_lines(one))
            case RecommendedModel() as one:
                self._about.update(recommended_details_lines(one))
            case _:
                self._about.update(text.EMPTY)

    def _entry(self, id: str | None) -> ModelDetails | RecommendedModel | None:
        kind, _dash, place = (id or "").partition("-")
        listed: Sequence[ModelDetails | RecommendedModel]
        listed = self._found if kind == "model" else self._offered
        return listed[int(place)] if place and int(place) < len(listed) else None

    # What is done with it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        match self._entry(event.option_id):
            case ModelDetails(fit="too big" | "runs" | "runs slowly" | "elsewhere") as one if (
                one.facts.kind == "chat"
            ):
                self.dismiss(one.model.name)
            case ModelDetails() as one:
                self.notice.say(text.line(localized(one.reason), 300), error=True)
            case RecommendedModel() as one:
                self.do(self._offer(one.wanted))
            case _:
                pass

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_fetch(self) -> None:
        self.do(self._ask())

    def action_stop(self) -> None:
        if self._download.offer is not None:
            self._download.stop()
            self._show_progress()
            self.notice.say(text.own(_("The download is stopped; fetching it again goes on.")))

    def action_test(self) -> None:
        """Test the server of the model that is highlighted."""
        option = self._list.highlighted_option
        one = self._entry(option.id if option else None)
        if self._endpoints is None or not isinstance(one, ModelDetails):
            return
        if one.model.origin != "endpoint":
            self.notice.say(text.own(_("This model runs here; T is for those of servers.")))
            return
        self.do(self._test(self._endpoints, one.model.name.partition("/")[0]))

    async def _test(self, endpoints: Endpoints, name: str) -> None:
        missing = await in_thread(endpoints.missing, name, "questions")
        if missing is not None:
            if not await self.app.push_screen_wait(AllowSending(missing, "questions")):
                return
            await in_thread(endpoints.allow, missing.name, "questions")
        self.notice.say(
            text.filled(_("Asking {server} …"), server=text.line(name, 40)), seconds=120
        )
        found = await in_thread(endpoints.test, name, Event())
        self.notice.say(tested_line(found), error=bool(found.problem), seconds=60)
        self._scan()

    async def _ask(self) -> None:
        question = _("Which model? OWNER/NAME or OWNER/NAME:FILE")
        wanted = await self.app.push_screen_wait(AskForLine(question, "", _("Enter asks for it")))
        if wanted and wanted.strip():
            await self._offer(wanted.strip())

    async def _offer(self, wanted: str) -> None:
        if self._download.offer is not None:
            self.notice.say(text.own(_("Another model is being fetched; C stops that.")))
            return
        asking = text.filled(_("Asking for {model} …"), model=text.line(wanted, 80))
        self.notice.say(asking, seconds=60)
        offer = await self._download.find(wanted)
        self.notice.clear()
        if await self.app.push_screen_wait(AcceptOffer(offer)):
            self._download.start(offer)
            self._show_progress()

    def _ended(self, offer: Offer, failure: AssistantError | None) -> None:
        self._show_progress()
        if failure is not None:
            self.notice.fail(failure)
            return
        name = text.line(offer.files[0].name, 80)
        self.notice.say(text.filled(_("{model} is here: Enter uses it."), model=name), seconds=30)
        self._scan()

    def _show_progress(self) -> None:
        offer = self._download.offer
        self._progress.display = offer is not None
        if offer is not None:
            self._progress.update(download_line(offer, self._download.progress))


def _heading(title: str, state: str) -> Option:
    line: Content = text.own(title, "bold")
    return Option(line + text.muted(f"  {state}" if state else ""), disabled=True)


class AllowSending(Dialog[bool]):
    """Dialog on what may be sent to a server; Enter says yes, Esc no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]

    def __init__(self, endpoint: EndpointStatus, what: ConsentScope) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._what = what

    def compose(self) -> ComposeResult:
        one = self._endpoint
        rows = [
            text.own("→ ")
            + text.filled(_("{host} is not this machine."), host=text.line(one.host, 80, "bold")),
            text.line(one.url, 200, text.MUTED),
            text.own(_("Your files stay here, but for the passages that go with a question."))
            if self._what == "files"
            else text.own(_("Files stay here; for passages of them you are asked again.")),
        ]
        if not one.url.startswith("https:"):
            rows.append(text.own(_("Nothing is encrypted on the way."), "$text-warning"))
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Send {what} there?", what=_(SCOPE_TEXTS[self._what])), "bold"))
            yield Static(text.joined(rows, "\n"), classes="address")
            yield Static(text.muted(_("Enter allows it · Esc sends nothing")))

    def action_accept(self) -> None:
        self.dismiss(True)


class AcceptOffer(Dialog[bool]):
    """Dialog on licence and size of a download; Enter accepts, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        offer = self._offer
        file = text.line(offer.files[0].name, 100)
        if offer.files[1:]:
            parts = len(offer.files) - 1
            file = text.filled(
                ngettext(
                    "{file} and {parts:,} more part", "{file} and {parts:,} more parts", parts
                ),
                file=file,
                parts=parts,
            )
        licence = text.line(offer.licence or _("not told"), 80, "bold")
        rows = [
            text.line(offer.repository, 100),
            file,
            text.own(size(offer.size)),
            text.filled(_("licence {licence}"), licence=licence),
            text.line(offer.url, 200, text.MUTED),
        ]
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Fetch this model?"), "bold"))
            yield Static(text.joined(rows, "\n"), classes="address")
            yield Static(text.muted(_("Enter accepts the licence and fetches · Esc leaves it")))

    def action_accept(self) -> None:
        self.dismiss(True)
