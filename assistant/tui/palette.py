"""Command palette: every command by its title and description."""

from functools import partial
from typing import Final

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets.option_list import Option

from assistant.command_table import COMMANDS, Command
from assistant.language.messages import _
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.screen_api import ScreenApi

TITLE_CELLS: Final = max(32, 2 + max(len(command.title) for command in COMMANDS))


class Palette(CommandPalette):
    """Command palette whose own words, Textual's, are messages as well."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("Search for commands…"), id="--command-palette")

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        show = partial(self._show_no_matches, is_search=bool(search_value))
        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, show)

    def _show_no_matches(self, *, is_search: bool) -> None:
        if is_search:
            nothing = Option(text.own(_("No matches found")), disabled=True, id=self._NO_MATCHES)
            self.query_one(CommandList).add_option(nothing)
        self._list_visible = is_search


class PaletteAction:
    """Runs a command on the screen below the palette."""

    def __init__(self, screen: ScreenApi, command: Command) -> None:
        self._screen = screen
        self._command = command

    def __call__(self) -> None:
        self._screen.run_command(self._command.name)


class PaletteCommands(Provider):
    """Command palette provider: every command by its title and description."""

    async def discover(self) -> Hits:
        for command in COMMANDS:
            yield DiscoveryHit(
                self._hit_text(text.own(command.title), command),
                self._runner(command),
                text=command.title,
                help=None,
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in COMMANDS:
            score = matcher.match(command.words)
            if score > 0:
                yield Hit(
                    score,
                    self._hit_text(matcher.highlight(command.title), command),
                    self._runner(command),
                    text=command.title,
                )

    def _hit_text(self, title: Content, command: Command) -> Content:
        shown = keymap_of(self.screen).shown(command.name)
        return title.pad_right(max(TITLE_CELLS - title.cell_length, 2)) + text.muted(shown)

    def _runner(self, command: Command) -> PaletteAction:
        return PaletteAction(self.screen, command)  # type: ignore[arg-type]
