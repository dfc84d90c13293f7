"""Commands on the screen itself."""

from typing import TYPE_CHECKING

from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.crash import log_file
from assistant.tui.screens.help import Help
from assistant.tui.themes import DARK, LIGHT

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def top(screen: "ChatScreen", _: Call) -> None:
    screen.transcript.scroll_home(animate=False)


async def end(screen: "ChatScreen", _: Call) -> None:
    screen.transcript.scroll_end(animate=False)


async def theme(screen: "ChatScreen", _: Call) -> None:
    screen.app.theme = (LIGHT if screen.app.current_theme.dark else DARK).name


async def show_help(screen: "ChatScreen", _: Call) -> None:
    await screen.app.push_screen(Help())


async def palette(screen: "ChatScreen", _: Call) -> None:
    screen.app.action_command_palette()


async def log(screen: "ChatScreen", _: Call) -> None:
    place = str(log_file(screen.desk.log_folder))
    screen.notice.say(text.own("The log is "), text.line(place, 400), seconds=15)


async def leave(screen: "ChatScreen", _: Call) -> None:
    await screen.app.action_quit()


HANDLERS = {
    "top": top,
    "end": end,
    "theme": theme,
    "help": show_help,
    "palette": palette,
    "log": log,
    "quit": leave,
}
