"""Command palette: every command by its title and description."""

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from assistant.command_table import COMMANDS, Command
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.screen_api import ScreenApi


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
            score = matcher.match(f"{command.title} {command.name}")
            if score > 0:
                yield Hit(
                    score,
                    self._hit_text(matcher.highlight(command.title), command),
                    self._runner(command),
                    text=command.title,
                )

    def _hit_text(self, title: Content, command: Command) -> Content:
        shown = keymap_of(self.screen).shown(command.name)
        return title.pad_right(max(32 - title.cell_length, 2)) + text.muted(shown)

    def _runner(self, command: Command) -> PaletteAction:
        return PaletteAction(self.screen, command)  # type: ignore[arg-type]
