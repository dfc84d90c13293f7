"""Actions on conversations: new, rename, pin, tag, move, archive, delete, fork, compare.

Nothing that removes asks before; everything can be undone.
"""

import re
from typing import TYPE_CHECKING

from textual.content import Content

from assistant.core.conversations.branches import BranchPoint, branch_point, parting_of_fork
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.values.conversation import Conversation, Message
from assistant.core.wording import count
from assistant.tui.conversations.compare import CompareScreen
from assistant.tui.conversations.folder import ChooseFolder
from assistant.tui.conversations.trash import TrashScreen
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.tui.chat_screen import ChatScreen


async def new(screen: "ChatScreen", _: CommandCall) -> None:
    await screen.session.begin_new()


async def temporary(screen: "ChatScreen", _: CommandCall) -> None:
    """Begin a temporary conversation, of which no byte reaches the disk."""
    await screen.session.begin_new(temporary=True)
    screen.prompt.focus()
    screen.say("In memory only: it is neither found nor kept, and gone when the window closes.")


async def show_list(screen: "ChatScreen", _: CommandCall) -> None:
    screen.panels.show_sidebar(not screen.sidebar.display)
    if screen.sidebar.display:
        screen.sidebar.action_list()
    else:
        screen.prompt.focus()


async def rename(screen: "ChatScreen", call: CommandCall) -> None:
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say("There is nothing to rename yet.")
        return
    answer = call.argument or await screen.app.push_screen_wait(
        AskForLine("Title of the conversation", wanted.title, "renames")
    )
    if answer and answer.strip():
        await screen.desk.run(screen.desk.store.rename, wanted.id, answer.strip())
        await screen.undoing.offer(wanted.id, text.own("Renamed"))


NO_CONVERSATION = "There is no conversation yet."


async def pin(screen: "ChatScreen", _: CommandCall) -> None:
    """Pin the conversation to the head of the list, or unpin it."""
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say(NO_CONVERSATION)
        return
    pinned = not wanted.pinned
    await screen.desk.run(screen.desk.store.pin, wanted.id, pinned)
    what = "Pinned " if pinned else "No longer pinned: "
    await screen.undoing.offer(wanted.id, text.own(what), quoted_title(wanted.title))


async def archive(screen: "ChatScreen", _: CommandCall) -> None:
    """Archive the conversation, or take it out of the archive."""
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say(NO_CONVERSATION)
        return
    archived = not wanted.archived
    await screen.desk.run(screen.desk.store.archive, wanted.id, archived)
    what = "Archived " if archived else "Listed again: "
    await screen.undoing.offer(wanted.id, text.own(what), quoted_title(wanted.title))


async def show_archive(screen: "ChatScreen", _: CommandCall) -> None:
    """List the archive, or what is not in it."""
    screen.panels.show_sidebar(True)
    screen.sidebar.show_archive(not screen.sidebar.archived)
    screen.sidebar.action_list()


async def tag(screen: "ChatScreen", call: CommandCall) -> None:
    """Add the typed tags, remove those after a minus; without any, edit them all."""
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say(NO_CONVERSATION)
        return
    if call.argument:
        add, remove = _parse_tags(call.argument)
    else:
        field = AskForLine("Tags, separated by commas", ", ".join(wanted.tags), "keeps them")
        typed: str | None = await screen.app.push_screen_wait(field)
        if typed is None:
            return
        add, _ = _parse_tags(typed + ",")
        remove = [name for name in wanted.tags if name not in add]
    await screen.desk.run(screen.desk.store.tag, wanted.id, add, remove)
    now = await screen.desk.run(screen.desk.store.conversation, wanted.id)
    if now.tags == wanted.tags:
        screen.say("The tags are as they were.")
        return
    names = text.line(" ".join(f"#{name}" for name in now.tags) or "none", 80)
    await screen.undoing.offer(
        wanted.id, text.own("Tags of "), quoted_title(wanted.title), text.own(": "), names
    )


async def move(screen: "ChatScreen", call: CommandCall) -> None:
    """Move the conversation into the typed folder, else into one that is chosen."""
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say(NO_CONVERSATION)
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
        wanted.id,
        quoted_title(wanted.title),
        *(where if now.folder else [text.own(" is in no folder")]),
    )


def _parse_tags(typed: str) -> tuple[list[str], list[str]]:
    """Tags to add and to remove; with commas a tag may have several words."""
    parts = typed.split(",") if "," in typed else typed.split()
    names = [re.sub(r"^(-?)#", r"\1", part.strip()) for part in parts]
    add = [name for name in names if name and not name.startswith("-")]
    return add, [name.removeprefix("-") for name in names if name.startswith("-")]


async def delete(screen: "ChatScreen", _: CommandCall) -> None:
    """Move the conversation to the trash."""
    wanted = await target_conversation(screen)
    if wanted is None:
        screen.say("There is nothing to delete yet.")
        return
    screen.turns.forget_line(wanted.id)
    screen.turns.stop(wanted.id)
    await screen.desk.run(screen.desk.store.delete, wanted.id)
    if screen.session.id == wanted.id:
        await screen.session.begin_new()
    await screen.undoing.offer(wanted.id, text.own("Deleted "), quoted_title(wanted.title))


async def delete_message(screen: "ChatScreen", call: CommandCall) -> None:
    """Move the message and all that follows it to the trash."""
    if call.message is None:
        screen.say("There is no message to delete: Tab goes to the messages.")
        return
    if not screen.is_free():
        return
    message: Message = call.message
    is_typing = screen.prompt.has_focus
    await screen.desk.run(screen.desk.store.delete_message, message.id)
    removed = await screen.desk.run(screen.desk.store.trash)
    messages = next((each.messages for each in removed if each.id == message.id), 0)
    what = f"Deleted {count(messages, 'message')}" if messages else "Deleted the message"
    await screen.undoing.offer(message.conversation_id, text.own(what))
    if is_typing or not screen.session.messages:
        screen.prompt.focus()
    else:
        screen.transcript.focus_last()


async def undo(screen: "ChatScreen", _: CommandCall) -> None:
    """Undo the change that is shown, else the newest of all."""
    await screen.undoing.undo()


async def show_trash(screen: "ChatScreen", _: CommandCall) -> None:
    """Open the trash: what was removed and changed."""
    await screen.app.push_screen(TrashScreen(screen.desk, screen.undoing))


async def fork(screen: "ChatScreen", call: CommandCall) -> None:
    """Fork the conversation at the message."""
    if call.message is None:
        screen.say("There is nothing to fork yet.")
        return
    origin = screen.session.conversation
    forked = await screen.desk.run(screen.desk.store.fork, call.message.id)
    await screen.session.open(forked.id)
    await screen.browser.refresh()
    screen.prompt.focus()
    from_ = quoted_title(origin.title) if origin else text.EMPTY
    screen.notice.say(text.own("Goes on apart from "), from_, text.own(", which stays as it is."))


async def compare(screen: "ChatScreen", call: CommandCall) -> None:
    """Compare the versions of a message and what follows them, else a fork and its origin."""
    conversation = screen.session.conversation
    if conversation is None:
        screen.say("There is no conversation yet.")
    elif call.message is not None:
        await _compare_versions(screen, conversation.id, call.message.id)
    elif conversation.forked_from is not None:
        await _compare_with_origin(screen, conversation)
    else:
        screen.say("There is only one way yet: r, e and f on a message make others.")


async def _compare_versions(screen: "ChatScreen", conversation_id: str, message_id: str) -> None:
    found = await in_thread(_versions, screen.desk.store, conversation_id, message_id)
    if found is None:
        screen.say("There is only one version.")
        return
    names = [f"version {place}" for place in range(1, len(found.ways) + 1)]
    right = max(found.active, 1)
    dialog = CompareScreen(found, names, right - 1, right)
    chosen: int | None = await screen.app.push_screen_wait(dialog)
    if chosen is not None and chosen != found.active and screen.is_free():
        first = found.ways[chosen][0]
        await screen.desk.run(screen.desk.store.select, first.id)
        await screen.session.refresh()
        screen.transcript.focus_message(first.id)


async def _compare_with_origin(screen: "ChatScreen", fork: Conversation) -> None:
    assert fork.forked_from is not None
    origin, found = await in_thread(_origin, screen.desk.store, fork)
    names = [origin.title or "Untitled", fork.title or "Untitled"]
    chosen: int | None = await screen.app.push_screen_wait(CompareScreen(found, names, 0, 1))
    if chosen == 0:
        await screen.session.open(origin.id)


def _versions(store: ConversationCatalog, id: str, message_id: str) -> BranchPoint | None:
    return branch_point(store.transcript(id), message_id)


def _origin(store: ConversationCatalog, fork: Conversation) -> tuple[Conversation, BranchPoint]:
    origin = store.transcript(fork.forked_from or "")
    return origin.conversation, parting_of_fork(
        origin, store.transcript(fork.id), fork.forked_at or ""
    )


async def target_conversation(screen: "ChatScreen") -> Conversation | None:
    """Conversation a command is for: under the cursor of a focused list, else the shown one.

    None for a conversation without anything in it.
    """
    highlighted = screen.sidebar.highlighted
    if highlighted is not None and screen.sidebar.has_focus_within:
        return await screen.desk.run(screen.desk.store.conversation, highlighted.id)
    id = screen.session.id
    if id is None or not screen.session.messages:
        return None
    return await screen.desk.run(screen.desk.store.conversation, id)


def quoted_title(title: str) -> Content:
    """Title in quotation marks, for use within a sentence."""
    return text.own("“") + text.line(title or "Untitled", 40) + text.own("”")


HANDLERS = {
    "new": new,
    "conversations": show_list,
    "rename": rename,
    "temporary": temporary,
    "pin": pin,
    "archive": archive,
    "archived": show_archive,
    "tag": tag,
    "move": move,
    "delete": delete,
    "delete-message": delete_message,
    "undo": undo,
    "trash": show_trash,
    "fork": fork,
    "compare": compare,
}
