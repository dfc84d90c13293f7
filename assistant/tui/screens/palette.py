"""The command palette over the table of commands."""

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from assistant.tui import text
from assistant.tui.commands import COMMANDS, Command, key_name

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


class Commands(Provider):
    """Every command, by its title and description."""

    async def discover(self) -> Hits:
        for command in COMMANDS:
            yield DiscoveryHit(
                _shown(text.own(command.title), command),
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
                    _shown(matcher.highlight(command.title), command),
                    self._runner(command),
                    text=command.title,
                )

    def _runner(self, command: Command) -> "Runner":
        return Runner(self.screen, command)  # type: ignore[arg-type]


class Runner:
    """Runs a command on the screen below the palette."""

    def __init__(self, screen: "ChatScreen", command: Command) -> None:
        self._screen = screen
        self._command = command

    def __call__(self) -> None:
        self._screen.action_command(self._command.name)


def _shown(title: Content, command: Command) -> Content:
    return title.pad_right(max(32 - title.cell_length, 2)) + text.muted(key_name(command.key))
