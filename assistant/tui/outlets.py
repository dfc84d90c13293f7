"""The two ways out of the screen: the clipboard and the browser."""

from collections.abc import Callable

from textual.app import App

from assistant.core.sanitize import is_safe_link
from assistant.tui import text
from assistant.tui.desk import Desk
from assistant.tui.screens.link import OpenLink
from assistant.tui.widgets.notice import Notice

ToldIn = Callable[[Notice], "Outlets"]
"""Makes the ways out of another screen, told in its line."""


class Outlets:
    """Says what it did, and asks where it should."""

    def __init__(
        self, desk: Desk, notice: Notice, copy_through_terminal: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._notice = notice
        self._copy_through_terminal = copy_through_terminal

    def told_in(self, notice: Notice) -> "Outlets":
        """The same ways out, from another screen."""
        return Outlets(self._desk, notice, self._copy_through_terminal)

    async def copy(self, what: str, name: str) -> None:
        """Put a text on the clipboard: by the system's own tool, else through the terminal."""
        tool = await self._desk.run(self._desk.clipboard.copy, what)
        if not tool:
            self._copy_through_terminal(what)
        way = tool or "the terminal (OSC 52)"
        self._notice.say(text.own(f"Copied {name} through {way}."))

    async def open(self, app: App[object], address: str) -> None:
        """Open a web or mail address in the system's program, after it was shown and wanted."""
        if not is_safe_link(address):
            only = text.own("Only web and mail addresses open: ")
            self._notice.say(only, text.line(address, 200))
        elif await app.push_screen_wait(OpenLink(address)):
            app.open_url(address)
