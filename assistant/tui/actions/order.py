"""Commands that put conversations in order: pins, tags, folders, the archive."""

import re
from typing import TYPE_CHECKING

from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.actions.meaning import meant, quoted
from assistant.tui.screens.field import Field
from assistant.tui.screens.moving import ChooseFolder

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen

NOTHING = "There is no conversation yet."


async def pin(screen: "ChatScreen", _: Call) -> None:
    """Keep it at the head of the list, or let it go from there."""
    wanted = await meant(screen)
    if wanted is None:
        screen.say(NOTHING)
        return
    pinned = not wanted.pinned
    await screen.desk.run(screen.desk.store.pin, wanted.id, pinned)
    what = "Pinned " if pinned else "No longer pinned: "
    await screen.undoing.offer(wanted.id, text.own(what), quoted(wanted.title))


async def archive(screen: "ChatScreen", _: Call) -> None:
    """Take it out of the list, or into it again."""
    wanted = await meant(screen)
    if wanted is None:
        screen.say(NOTHING)
        return
    archived = not wanted.archived
    await screen.desk.run(screen.desk.store.archive, wanted.id, archived)
    what = "Archived " if archived else "Listed again: "
    await screen.undoing.offer(wanted.id, text.own(what), quoted(wanted.title))


async def show_archive(screen: "ChatScreen", _: Call) -> None:
    """List the archive, or what is not in it."""
    screen.panels.show_sidebar(True)
    screen.sidebar.show_archive(not screen.sidebar.archived)
    screen.sidebar.action_list()


async def tag(screen: "ChatScreen", call: Call) -> None:
    """Add the tags that were typed, remove those after a minus; without any, edit them all."""
    wanted = await meant(screen)
    if wanted is None:
        screen.say(NOTHING)
        return
    if call.argument:
        add, remove = _tags(call.argument)
    else:
        field = Field("Tags, separated by commas", ", ".join(wanted.tags), "keeps them")
        typed: str | None = await screen.app.push_screen_wait(field)
        if typed is None:
            return
        add, _ = _tags(typed + ",")
        remove = [name for name in wanted.tags if name not in add]
    await screen.desk.run(screen.desk.store.tag, wanted.id, add, remove)
    now = await screen.desk.run(screen.desk.store.conversation, wanted.id)
    if now.tags == wanted.tags:
        screen.say("The tags are as they were.")
        return
    names = text.line(" ".join(f"#{name}" for name in now.tags) or "none", 80)
    await screen.undoing.offer(
        wanted.id, text.own("Tags of "), quoted(wanted.title), text.own(": "), names
    )


async def move(screen: "ChatScreen", call: Call) -> None:
    """Put it into the folder that was typed, else into one that is chosen."""
    wanted = await meant(screen)
    if wanted is None:
        screen.say(NOTHING)
        return
    folder = call.argument
    if not folder:
        folders = await screen.desk.run(screen.desk.store.folders)
        dialog = ChooseFolder(folders, wanted.folder)
        chosen: str | None = await screen.app.push_screen_wait(dialog)
        if chosen is None:
            return
        folder = chosen
    await screen.desk.run(screen.desk.store.move, wanted.id, folder)
    now = await screen.desk.run(screen.desk.store.conversation, wanted.id)
    if now.folder == wanted.folder:
        screen.say("It stays where it is.")
        return
    where = [text.own(" is in "), text.line(now.folder, 60)]
    await screen.undoing.offer(
        wanted.id, quoted(wanted.title), *(where if now.folder else [text.own(" is in no folder")])
    )


def _tags(typed: str) -> tuple[list[str], list[str]]:
    """Tags to add and to remove; with commas a tag may have several words."""
    parts = typed.split(",") if "," in typed else typed.split()
    names = [re.sub(r"^(-?)#", r"\1", part.strip()) for part in parts]
    add = [name for name in names if name and not name.startswith("-")]
    return add, [name.removeprefix("-") for name in names if name.startswith("-")]


HANDLERS = {
    "pin": pin,
    "archive": archive,
    "archived": show_archive,
    "tag": tag,
    "move": move,
}
