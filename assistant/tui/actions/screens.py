"""Actions on the screen: context, search, sources, scrolling, theme, help, log, quit."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.core.grounding import references
from assistant.tui import commands
from assistant.tui.context.screen import ContextScreen, ContextSubject
from assistant.tui.conversations.search_screen import ChosenConversation, SearchScreen
from assistant.tui.terminal import log_file
from assistant.tui.themes import DARK, LIGHT
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.tui.chat_screen import ChatScreen


async def show_context(screen: "ChatScreen", _: CommandCall) -> None:
    conversation = await screen.session.make()

    def changed() -> None:
        screen.do(screen.session.refresh())
        screen.afterthoughts.consider(conversation.id)

    def go_to(message_id: str) -> None:
        if any(message.id == message_id for message in screen.session.messages):
            screen.do(screen.transcript.go_to(message_id))

    await screen.app.push_screen(
        ContextScreen(
            screen.desk,
            ContextSubject(conversation, screen.prompt.text),
            screen.outlets.told_in,
            screen.report,
            changed,
            go_to,
        )
    )


async def find(screen: "ChatScreen", call: CommandCall) -> None:
    """Open the search with the words, else with the last ones; show what is chosen."""
    search = SearchScreen(screen.desk.store, call.argument or screen.searched)
    found: ChosenConversation | None = await screen.app.push_screen_wait(search)
    screen.searched = search.words
    if found is None:
        return
    while screen.app.screen is not screen:
        await screen.app.pop_screen()
    await screen.session.open(found.conversation_id, found.message_id, found.snippet)


async def show_sources(screen: "ChatScreen", _: CommandCall) -> None:
    """Focus the sources panel, or leave it."""
    if screen.panel.display and screen.panel.has_focus_within:
        screen.panels.show_sources(False)
        screen.prompt.focus()
    else:
        screen.panels.show_sources(True)
        screen.panel.enter()


async def open_numbered_source(screen: "ChatScreen", call: CommandCall) -> None:
    """Open the source of this number, else the first that is cited."""
    if call.message is None:
        screen.say("There is no answer yet.")
        return
    retrieval = await screen.desk.run(screen.desk.store.retrieval, call.message.id)
    found = references.used_references(retrieval, call.message.citations)
    cited = [place for place, each in enumerate(found) if each.strength is not None]
    places = [place for place, each in enumerate(found) if str(each.number) == call.argument]
    if not found:
        screen.say("This answer rests on none of your files.")
        return
    if call.argument and not places:
        screen.say(f"The answer has no source {call.argument}.")
        return
    everything = [*found, *references.unused_references(retrieval)]
    screen.read_source(everything, (places or cited or [0])[0])


async def top(screen: "ChatScreen", _: CommandCall) -> None:
    screen.transcript.scroll_home(animate=False)


async def end(screen: "ChatScreen", _: CommandCall) -> None:
    screen.transcript.scroll_end(animate=False)


async def theme(screen: "ChatScreen", _: CommandCall) -> None:
    screen.app.theme = (LIGHT if screen.app.current_theme.dark else DARK).name


async def show_help(screen: "ChatScreen", _: CommandCall) -> None:
    await screen.app.push_screen(Help())


async def palette(screen: "ChatScreen", _: CommandCall) -> None:
    screen.app.action_command_palette()


async def log(screen: "ChatScreen", _: CommandCall) -> None:
    place = str(log_file(screen.desk.log_folder))
    screen.notice.say(text.own("The log is "), text.line(place, 400), seconds=15)


async def leave(screen: "ChatScreen", _: CommandCall) -> None:
    await screen.app.action_quit()


TYPING_KEYS = (
    ("Enter", "Send the question"),
    ("Ctrl+J", "Begin a new line; so do Shift+Enter and \\ before Enter"),
    ("↑", "In an empty prompt: edit the last question"),
    ("Ctrl+↑ Ctrl+↓", "Walk through earlier questions"),
    ("/", "In an empty prompt: the menu of commands"),
    ("@", "A file that goes whole with the question, or a folder"),
    ("#", "A collection that the question is about"),
    ("Tab", "Go through messages and blocks of code"),
    ("PgUp PgDn", "Scroll"),
)


class Help(Dialog[None]):
    """Help screen of all keys; Esc, q or ? closes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,question_mark,f1", "leave", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            with VerticalScroll():
                yield Static(text.joined(_help_lines(), "\n"))
            yield Static(text.muted("Esc closes"))


def _help_lines() -> Iterator[Content]:
    yield text.own("Typing", "bold $text-accent")
    for key, what in TYPING_KEYS:
        yield _help_line(key, what, "")
    for group in ("Conversation", "Role", "Answer", "Message", "Files", "Screen"):
        yield text.EMPTY
        yield text.own(group, "bold $text-accent")
        for command in commands.COMMANDS:
            if command.group == group:
                yield _help_line(_command_keys(command), command.description, f"/{command.name}")


def _command_keys(command: commands.Command) -> str:
    keys = [command.key, command.message_key]
    return " or ".join(commands.key_name(key) for key in keys if key)


def _help_line(keys: str, what: str, name: str) -> Content:
    return text.own(f" {keys:<16}", text.ACCENT) + text.own(f"{what:<52}") + text.muted(name)


HANDLERS = {
    "context": show_context,
    "find": find,
    "sources": show_sources,
    "open": open_numbered_source,
    "top": top,
    "end": end,
    "theme": theme,
    "help": show_help,
    "palette": palette,
    "log": log,
    "quit": leave,
}
