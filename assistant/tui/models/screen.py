"""Models screen: models on this machine, whether they run, and downloads under their licence."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.core.ports.endpoints import Endpoints
from assistant.core.ports.models import ModelCatalog
from assistant.core.values.endpoints.status import FoundServer
from assistant.core.values.models import ModelDetails, ModelRef, Offer, RecommendedModel
from assistant.core.wording import age_of
from assistant.language.messages import _, localized
from assistant.tui.models.lines import (
    download_line,
    found_details_lines,
    found_line,
    model_details_lines,
    model_line,
    recommended_details_lines,
    recommended_line,
    tested_line,
)
from assistant.tui.models.offers import AcceptOffer
from assistant.tui.models.servers import (
    AddServer,
    AllowSending,
    RemoveServer,
    WantedServer,
    add_server,
)
from assistant.tui.services import ModelDownload
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import Report, Stream, in_thread
from assistant.tui.toolkit.widgets import Clickable, Flow

LAST: Final = frozenset({"damaged", "no answer"})
"""What cannot be used."""

POLL_SECONDS: Final = 0.25
"""Seconds between two polls of a download."""

KEY_HINTS: Final = (
    (_("Enter uses or downloads"), ""),
    (_("F downloads another"), "screen.fetch"),
    (_("C stops it"), "screen.stop"),
)
SERVER_HINTS: Final = (
    (_("A adds a server"), "screen.add"),
    (_("T tests it"), "screen.test"),
    (_("D removes it"), "screen.remove"),
)
LEAVE_HINT: Final = (_("Esc goes back"), "screen.leave")

Entry = ModelDetails | RecommendedModel | FoundServer
"""What a line of the list is about."""


class ModelsScreen(NoticedScreen[str]):
    """Models screen above the chat.

    Returns: the name of the model to go on with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("f", "fetch", show=False),
        Binding("c", "stop", show=False),
        Binding("a", "add", show=False),
        Binding("t", "test", show=False),
        Binding("d", "remove", show=False),
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
        self._here: list[FoundServer] = []
        """Servers of other programs on this machine that could be added."""
        self._offered: list[RecommendedModel] = download.recommended()
        self._scan_stream: Stream[ModelDetails] | None = None
        self._looking = Event()
        """Set when nobody wants to know any more which servers there are."""
        self._state = ""
        self._marked = ""
        """The name of the line that is to be highlighted; any of a server's when it ends with /."""
        self._list = OptionList(id="models", markup=False, compact=True)
        self._about = Static(id="models-about")
        self._progress = Static(id="models-progress")

    def compose(self) -> ComposeResult:
        yield Static(text.own(_("Models"), "bold"), id="models-head")
        yield self._list
        yield self._about
        yield self._progress
        yield self.notice
        hints = [*KEY_HINTS, *(SERVER_HINTS if self._endpoints is not None else ()), LEAVE_HINT]
        buttons = [
            text.button(label, action, style=text.MUTED) if action else text.muted(label)
            for label, action in hints
        ]
        yield Clickable(Flow(*buttons), id="models-keys")

    def on_mount(self) -> None:
        self._download.ended = self._ended
        self.set_interval(POLL_SECONDS, self._show_progress)
        self._show_progress()
        self._scan()

    def on_unmount(self) -> None:
        self._looking.set()
        if self._scan_stream is not None:
            self._scan_stream.stop.set()

    # What there is

    def _scan(self) -> None:
        self._found = []
        self._show(_("searching …"))
        self._scan_stream = Stream(self._models.details, self._add, self._scan_ended, self._report)
        if self._endpoints is not None:
            self.do(self._look_around(self._endpoints), group="look around")

    async def _look_around(self, endpoints: Endpoints) -> None:
        """Offer the servers of other programs here; asked only while this screen is open."""
        self._here = await in_thread(endpoints.find, self._looking)
        self._show(self._state)

    def _add(self, found: Sequence[ModelDetails]) -> None:
        # What cannot be used comes last.
        self._found = sorted([*self._found, *found], key=lambda one: one.fit in LAST)
        self._show(_("searching …"))

    def _scan_ended(self, failure: AssistantError | None) -> None:
        if not self.is_attached:
            return
        self._show("")
        if failure is not None:
            self.notice.fail(failure)

    def _show(self, state: str) -> None:
        if not self.is_attached:
            return
        self._state = state
        has_servers = any(one.model.origin == "endpoint" for one in self._found)
        where = _("On this machine, and on servers") if has_servers else _("On this machine")
        options = [_heading(where, state)]
        for place, one in enumerate(self._found):
            line = model_line(one, self._is_current(one.model))
            options.append(Option(line, id=f"model-{place}"))
        if self._here:
            options.append(_heading(f"\n{_('In other programs here')}", ""))
            options += [
                Option(found_line(one), id=f"server-{place}")
                for place, one in enumerate(self._here)
            ]
        if self._offered:
            made = self._offered[0].as_of
            age = age_of(made, datetime.now(UTC).date()) if made is not None else ""
            options.append(_heading(f"\n{_('Recommended downloads')}", age))
            options += [
                Option(recommended_line(one), id=f"offer-{place}")
                for place, one in enumerate(self._offered)
            ]
        # What it marks by itself is no choice of the user's.
        with self._list.prevent(OptionList.OptionHighlighted):
            self._list.clear_options()
            self._list.add_options(options)
            self._mark()

    def _mark(self) -> None:
        """Highlight the line that was, wherever it is now; at first the conversation's model."""
        lines = [(each.id, self._entry(each.id)) for each in self._list.options]
        marked = (id for id, one in lines if one and self._is_marked(_name(one)))
        own = (
            id for id, one in lines if isinstance(one, ModelDetails) and self._is_current(one.model)
        )
        any_model = (id for id, one in lines if isinstance(one, ModelDetails))
        id = next(marked, None) or next(own, None) or next(any_model, None)
        if id is not None:
            self._list.highlighted = self._list.get_option_index(id)
        self._tell_about(self._entry(id))

    def _is_marked(self, name: str) -> bool:
        is_server = self._marked.endswith("/")
        return name.startswith(self._marked) if is_server else name == self._marked

    def _is_current(self, model: ModelRef) -> bool:
        """Whether it is the conversation's: the same file, or the same model of a server."""
        mine = self._current
        if mine is None or mine.path != model.path:
            return False
        return model.origin != "endpoint" or mine.name == model.name

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        found = self._entry(event.option_id)
        if found is not None:
            self._marked = _name(found)
        self._tell_about(found)

    def _tell_about(self, entry: Entry | None) -> None:
        match entry:
            case ModelDetails() as one:
                self._about.update(model_details_lines(one))
            case RecommendedModel() as one:
                self._about.update(recommended_details_lines(one))
            case FoundServer() as one:
                self._about.update(found_details_lines(one))
            case _:
                self._about.update(text.EMPTY)

    def _entry(self, id: str | None) -> Entry | None:
        kind, _dash, place = (id or "").partition("-")
        lists: dict[str, Sequence[Entry]]
        lists = {"model": self._found, "server": self._here, "offer": self._offered}
        listed = lists.get(kind, ())
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
            case FoundServer() as one:
                self.do(self._add_typed(WantedServer(one.url, one.name)))
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
            self.notice.say(text.own(_("Download stopped; downloading it again continues it.")))

    # Servers

    def action_add(self) -> None:
        self.notice.clear()
        self.do(self._add_server())

    def action_test(self) -> None:
        """Test the server of the model that is highlighted."""
        name = self._server_marked("T")
        if name and self._endpoints is not None:
            self.do(self._test(self._endpoints, name))

    def action_remove(self) -> None:
        """Remove the server of the model that is highlighted."""
        name = self._server_marked("D")
        if name and self._endpoints is not None:
            self.do(self._remove(self._endpoints, name))

    def _server_marked(self, key: str) -> str:
        """The endpoint of the model that is highlighted; empty where it is none of a server."""
        option = self._list.highlighted_option
        one = self._entry(option.id if option else None)
        if isinstance(one, ModelDetails) and one.model.origin == "endpoint":
            return one.model.name.partition("/")[0]
        if isinstance(one, ModelDetails) and self._endpoints is not None:
            self.notice.say(
                text.own(_("This model runs here; {key} is for models on servers.", key=key))
            )
        return ""

    async def _add_server(self) -> None:
        wanted: WantedServer | None = await self.app.push_screen_wait(AddServer())
        if wanted is not None:
            await self._add_typed(wanted)

    async def _add_typed(self, typed: WantedServer) -> None:
        """Add a server, asked for again while it cannot be; and test it."""
        wanted: WantedServer | None = typed
        while self._endpoints is not None and wanted is not None:
            try:
                name = await in_thread(add_server, self._endpoints, wanted)
            except AssistantError as failure:
                problem = f"{localized(failure.message)} {localized(failure.hint)}".strip()
                wanted = await self.app.push_screen_wait(AddServer(wanted, problem))
            else:
                self._marked = f"{name}/"
                await self._test(self._endpoints, name)
                return

    async def _test(self, endpoints: Endpoints, name: str) -> None:
        missing = await in_thread(endpoints.missing, name, "questions")
        if missing is not None:
            if not await self.app.push_screen_wait(AllowSending(missing, "questions")):
                host = text.line(missing.host, 80)
                self.notice.say(text.filled(_("Nothing is sent to {host}."), host=host))
                self._scan()
                return
            await in_thread(endpoints.allow, missing.name, "questions")
        self.notice.say(
            text.filled(_("Testing {server} …"), server=text.line(name, 40)), seconds=120
        )
        found = await in_thread(endpoints.test, name, self._looking)
        self.notice.say(tested_line(found), error=bool(found.problem), seconds=60)
        self._scan()

    async def _remove(self, endpoints: Endpoints, name: str) -> None:
        one = next((each for each in await in_thread(endpoints.listed) if each.name == name), None)
        if one is not None and await self.app.push_screen_wait(RemoveServer(one)):
            await in_thread(endpoints.remove, name)
            self.notice.say(text.filled(_("{server} is removed."), server=text.line(name, 40)))
            self._scan()

    # Downloads

    async def _ask(self) -> None:
        question = _("Which model? OWNER/NAME or OWNER/NAME:FILE")
        wanted = await self.app.push_screen_wait(AskForLine(question, "", _("Enter looks it up")))
        if wanted and wanted.strip():
            await self._offer(wanted.strip())

    async def _offer(self, wanted: str) -> None:
        if self._download.offer is not None:
            self.notice.say(text.own(_("Another model is being downloaded; C stops it.")))
            return
        asking = text.filled(_("Looking up {model} …"), model=text.line(wanted, 80))
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
        self.notice.say(
            text.filled(_("{model} is downloaded: Enter uses it."), model=name), seconds=30
        )
        self._scan()

    def _show_progress(self) -> None:
        offer = self._download.offer
        self._progress.display = offer is not None
        if offer is not None:
            self._progress.update(download_line(offer, self._download.progress))


def _name(entry: Entry) -> str:
    """What tells a line from the others, also when the list is made anew."""
    match entry:
        case ModelDetails(model=model):
            return model.name
        case FoundServer(url=url):
            return url
        case RecommendedModel(wanted=wanted):
            return wanted


def _heading(title: str, state: str) -> Option:
    line: Content = text.own(title, "bold")
    return Option(line + text.muted(f"  {state}" if state else ""), disabled=True)
