"""Side panels (conversations, sources): when each is shown; the welcome text."""

from typing import Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from assistant.language.messages import _
from assistant.tui.toolkit import text

SIDEBAR_FROM_COLUMNS: Final = 100
"""Columns from which on the list of conversations is there without being asked for."""
SOURCES_FROM_COLUMNS: Final = 130
"""Columns from which on there is room for the sources of an answer as well."""
_WANTED: Final = {"shown": True, "hidden": False}


class Panels:
    """Shows the side panels that are wanted, or that there is room for."""

    def __init__(self, sidebar: Widget, conversations: str = "auto", sources: str = "auto") -> None:
        """`conversations` and `sources` are "auto", "shown" or "hidden"."""
        self._sidebar = sidebar
        self._sources: Widget | None = None
        """None before anything can have sources."""
        self._has_sources = False
        """Whether there is a reason to show the sources unasked."""
        self._sidebar_wanted = _WANTED.get(conversations)
        self._sources_wanted = _WANTED.get(sources)

    def add_sources(self, sources: Widget) -> None:
        """Take the panel of sources in; it is hidden until there is a reason to show it."""
        self._sources = sources
        self.arrange()

    def want(self, conversations: str, sources: str) -> None:
        """Take other settings, see `__init__`."""
        self._sidebar_wanted = _WANTED.get(conversations)
        self._sources_wanted = _WANTED.get(sources)
        self.arrange()

    def show_sidebar(self, shown: bool) -> None:
        """Show or hide the list, whatever the width."""
        self._sidebar_wanted = shown
        self.arrange()

    def show_sources(self, shown: bool) -> None:
        """Show or hide the sources, whatever the width."""
        self._sources_wanted = shown
        self.arrange()

    @property
    def has_room_for_sidebar(self) -> bool:
        """Whether the list stands beside the chat, and is not in its way."""
        return self._sidebar.screen.size.width >= SIDEBAR_FROM_COLUMNS

    @property
    def has_room_for_sources(self) -> bool:
        """Whether the sources stand beside the chat, and are not in its way."""
        return self._sidebar.screen.size.width >= SOURCES_FROM_COLUMNS

    def leave_sidebar(self) -> None:
        """Leave the list; where it covers the chat it is hidden."""
        if not self.has_room_for_sidebar:
            self.show_sidebar(False)

    def leave_sources(self) -> None:
        """Leave the sources; where they cover the chat they are hidden."""
        if not self.has_room_for_sources:
            self.show_sources(False)

    def sources_found(self, found: bool) -> None:
        """Set whether an answer of the conversation has sources."""
        self._has_sources = found
        self.arrange()

    def arrange(self) -> None:
        """Show or hide the panels for the width and for what there is to show."""
        screen = self._sidebar.screen
        width, sidebar, sources = screen.size.width, self._sidebar_wanted, self._sources_wanted
        if sources is None:
            sources = width >= SOURCES_FROM_COLUMNS and self._has_sources
        if self._sources is not None:
            self._sources.display = sources
        room = SOURCES_FROM_COLUMNS if sources else SIDEBAR_FROM_COLUMNS
        self._sidebar.display = width >= room if sidebar is None else sidebar
        screen.set_class(self._sidebar.display, "-listing")
        screen.set_class(sources, "-sourcing")


_STAYS = _("Everything stays on this machine.")


class Welcome(Static):
    """Welcome text of an empty conversation, with a word on the model when none was chosen."""

    def __init__(self, models: str = "", *, stays_here: bool = True) -> None:
        """Args:
        models: what opens the list of models; empty when one was chosen.
        stays_here: whether no model of another machine can be meant; see `show_host`.
        """
        self._models = models
        super().__init__(self._lines(_STAYS if stays_here else ""), id="welcome")

    def show_host(self, host: str) -> None:
        """Tell where words go: to another machine, or with an empty `host` nowhere."""
        place = _("Your messages are sent to {host}.", host=host) if host else _STAYS
        self.update(self._lines(place, is_starter=not host))

    def _lines(self, place: str, *, is_starter: bool = True) -> Content:
        lines = [
            text.own(_("Ask anything."), "bold"),
            text.muted(_("Drop a folder here to ask about your files.")),
            text.line(place, 200, text.MUTED),
        ]
        if self._models and is_starter:
            way = self._models if self._models.startswith("/") else f"/models ({self._models})"
            lines += [text.EMPTY, text.muted(self._starter(way))]
        return text.joined(lines, between="\n")

    @staticmethod
    def _starter(way: str) -> str:
        return _(
            "You are using the small starter model. {command} lists better "
            "ones, on this machine and to download.",
            command=way,
        )
