"""Actions on the screen: context, search, sources, scrolling, theme, help, log, quit."""

import os
from collections.abc import Sequence

from assistant.core.grounding import references
from assistant.core.grounding.references import Reference
from assistant.language.messages import _
from assistant.tui.actions import defaults
from assistant.tui.actions.help import Help
from assistant.tui.context.screen import ContextScreen, ContextSubject
from assistant.tui.conversations.search_screen import ChosenConversation, SearchScreen
from assistant.tui.settings.screen import SettingsScreen
from assistant.tui.sources.passage import PassageScreen, PassageSubject
from assistant.tui.terminal import log_file
from assistant.tui.themes import DARK, LIGHT, first_theme
from assistant.tui.toolkit import text
from assistant.tui.workspace import CommandCall, Workspace


async def show_context(workspace: Workspace, _unused: CommandCall) -> None:
    services, session = workspace.system.services, workspace.conversation.session
    screen = workspace.screen
    conversation = await session.make()

    def changed() -> None:
        screen.do(session.refresh())
        workspace.conversation.background.schedule(conversation.id)

    def go_to(message_id: str) -> None:
        if any(message.id == message_id for message in session.messages):
            screen.do(workspace.view.transcript.go_to(message_id))

    await screen.push(
        ContextScreen(
            services,
            ContextSubject(conversation, workspace.input.prompt.text),
            workspace.system.external.for_notice,
            services.report,
            changed,
            go_to,
        )
    )


async def find(workspace: Workspace, call: CommandCall) -> None:
    """Open the search with the words, else with the last ones; show what is chosen."""
    listing = workspace.conversation.listing
    search = SearchScreen(workspace.system.services.store, call.argument or listing.searched)
    found: ChosenConversation | None = await workspace.screen.push_wait(search)
    listing.searched = search.words
    if found is None:
        return
    app, chat = workspace.view.transcript.app, workspace.view.transcript.screen
    while app.screen is not chat:
        await app.pop_screen()
    await workspace.conversation.session.open(
        found.conversation_id, found.message_id, found.snippet
    )


async def show_sources(workspace: Workspace, _unused: CommandCall) -> None:
    """Focus the sources panel, or leave it."""
    sources, panels = workspace.view.sources, workspace.view.panels
    if sources.display and sources.has_focus_within:
        panels.show_sources(False)
        workspace.input.prompt.focus()
    else:
        panels.show_sources(True)
        sources.enter()
    if panels.has_room_for_sources:
        await defaults.keep_panel(workspace, "sources", shown=sources.display)


async def open_numbered_source(workspace: Workspace, call: CommandCall) -> None:
    """Open the source of this number, else the first that is cited."""
    services = workspace.system.services
    if call.message is None:
        workspace.screen.say(_("There is no answer yet."))
        return
    retrieval = await services.run(services.store.retrieval, call.message.id)
    found = references.used_references(retrieval, call.message.citations)
    cited = [place for place, each in enumerate(found) if each.strength is not None]
    places = [place for place, each in enumerate(found) if str(each.number) == call.argument]
    if not found:
        workspace.screen.say(_("This answer does not use your files."))
        return
    if call.argument and not places:
        workspace.screen.say(_("The answer has no source {number}.", number=call.argument))
        return
    everything = [*found, *references.unused_references(retrieval)]
    read_source(workspace, everything, (places or cited or [0])[0])


def read_source(workspace: Workspace, sources: Sequence[Reference], index: int) -> None:
    """Open one of several sources in its file."""
    _read(workspace, PassageSubject(sources), index)


def read_file(workspace: Workspace, path: str) -> None:
    """Open a file of the library from its beginning."""
    _read(workspace, PassageSubject(path=path))


def _read(workspace: Workspace, subject: PassageSubject, index: int = 0) -> None:
    system, screen = workspace.system, workspace.screen
    screen.push(
        PassageScreen(
            system.services.library,
            system.external.for_notice,
            system.programs,
            screen.lend_terminal,
            subject,
            index,
        )
    )


async def top(workspace: Workspace, _unused: CommandCall) -> None:
    workspace.view.transcript.scroll_home(animate=False)


async def end(workspace: Workspace, _unused: CommandCall) -> None:
    workspace.view.transcript.scroll_end(animate=False)


async def show_settings(workspace: Workspace, call: CommandCall) -> None:
    """Open the settings; those of the screen take effect at once."""
    services, view = workspace.system.services, workspace.view

    def changed(path: tuple[str, ...]) -> None:
        chat, screen = services.settings.chat, services.settings.screen
        match path:
            case ("screen", "theme"):
                view.transcript.app.theme = first_theme(screen.theme, os.environ).name
            case ("screen", "conversations" | "sources"):
                view.panels.want(screen.conversations, screen.sources)
            case ("chat", "model") if workspace.conversation.session.conversation is None:
                workspace.conversation.model.start(chat.model)

    await workspace.screen.push(SettingsScreen(services, changed, call.argument))


async def theme(workspace: Workspace, _unused: CommandCall) -> None:
    """Change between light and dark, also for the next start."""
    app = workspace.view.transcript.app
    before, is_light = app.theme, app.current_theme.dark
    app.theme = (LIGHT if is_light else DARK).name
    name = "light" if is_light else "dark"

    async def restore() -> None:
        app.theme = before

    choice = (("screen", "theme"), name)
    await defaults.keep(
        workspace,
        [choice],
        text.own(_("The theme is light") if is_light else _("The theme is dark")),
        restore=restore,
    )


async def show_help(workspace: Workspace, _unused: CommandCall) -> None:
    await workspace.screen.push(Help())


async def palette(workspace: Workspace, _unused: CommandCall) -> None:
    workspace.view.transcript.app.action_command_palette()


async def log(workspace: Workspace, _unused: CommandCall) -> None:
    place = str(log_file(workspace.system.services.log_folder))
    said = text.filled(_("The log is {path}"), path=text.line(place, 400))
    workspace.view.notice.say(said, seconds=15)


async def leave(workspace: Workspace, _unused: CommandCall) -> None:
    await workspace.view.transcript.app.action_quit()


HANDLERS = {
    "context": show_context,
    "find": find,
    "sources": show_sources,
    "open": open_numbered_source,
    "top": top,
    "end": end,
    "settings": show_settings,
    "theme": theme,
    "help": show_help,
    "palette": palette,
    "log": log,
    "quit": leave,
}
