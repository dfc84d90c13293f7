"""Actions on conversations: new, rename, pin, tag, move, archive, delete, fork, compare.

Nothing that removes asks before; everything can be undone.
"""

import re

from textual.content import Content

from assistant.core.conversations.branches import BranchPoint, branch_point, branch_point_of_fork
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.values.conversation import Conversation, Message
from assistant.language.messages import _, ngettext, pgettext
from assistant.tui.actions import defaults
from assistant.tui.actions.library import compare_documents
from assistant.tui.commands import keymap_of
from assistant.tui.conversations.compare import CompareScreen
from assistant.tui.conversations.folder import ChooseFolder
from assistant.tui.conversations.trash import TrashScreen
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.workspace import CommandCall, Workspace


async def new(workspace: Workspace, _unused: CommandCall) -> None:
    await workspace.conversation.session.begin_new()


async def temporary(workspace: Workspace, _unused: CommandCall) -> None:
    """Begin a temporary conversation, of which no byte reaches the disk."""
    await workspace.conversation.session.begin_new(temporary=True)
    workspace.input.prompt.focus()
    workspace.screen.say(
        _("In memory only: not searchable, not saved, and gone when the window closes.")
    )


async def show_list(workspace: Workspace, _unused: CommandCall) -> None:
    sidebar = workspace.view.sidebar
    workspace.view.panels.show_sidebar(not sidebar.display)
    if sidebar.display:
        sidebar.action_list()
    else:
        workspace.input.prompt.focus()
    if workspace.view.panels.has_room_for_sidebar:
        await defaults.keep_panel(workspace, "conversations", shown=sidebar.display)


async def rename(workspace: Workspace, call: CommandCall) -> None:
    services = workspace.system.services
    wanted = await target_conversation(workspace)
    if wanted is None:
        workspace.screen.say(_("There is nothing to rename yet."))
        return
    answer = call.argument or await workspace.screen.push_wait(
        AskForLine(_("Title of the conversation"), wanted.title, _("Enter renames"))
    )
    if answer and answer.strip():
        await services.run(services.store.rename, wanted.id, answer.strip())
        await workspace.conversation.undo.offer(wanted.id, text.own(_("Renamed")))


NO_CONVERSATION = _("There is no conversation yet.")


async def pin(workspace: Workspace, _unused: CommandCall) -> None:
    """Pin the conversation to the head of the list, or unpin it."""
    services = workspace.system.services
    wanted = await target_conversation(workspace)
    if wanted is None:
        workspace.screen.say(NO_CONVERSATION)
        return
    pinned = not wanted.pinned
    await services.run(services.store.pin, wanted.id, pinned)
    what = _("Pinned {title}") if pinned else _("Unpinned {title}")
    await workspace.conversation.undo.offer(
        wanted.id, text.filled(what, title=quoted_title(wanted.title))
    )


async def archive(workspace: Workspace, _unused: CommandCall) -> None:
    """Archive the conversation, or take it out of the archive."""
    services = workspace.system.services
    wanted = await target_conversation(workspace)
    if wanted is None:
        workspace.screen.say(NO_CONVERSATION)
        return
    archived = not wanted.archived
    await services.run(services.store.archive, wanted.id, archived)
    what = _("Archived {title}") if archived else _("Unarchived {title}")
    await workspace.conversation.undo.offer(
        wanted.id, text.filled(what, title=quoted_title(wanted.title))
    )


async def show_archive(workspace: Workspace, _unused: CommandCall) -> None:
    """List the archive, or what is not in it."""
    sidebar = workspace.view.sidebar
    workspace.view.panels.show_sidebar(True)
    sidebar.show_archive(not sidebar.archived)
    sidebar.action_list()


async def tag(workspace: Workspace, call: CommandCall) -> None:
    """Add the typed tags, remove those after a minus; without any, edit them all."""
    services, screen = workspace.system.services, workspace.screen
    store = services.store
    wanted = await target_conversation(workspace)
    if wanted is None:
        screen.say(NO_CONVERSATION)
        return
    if call.argument:
        add, remove = _parse_tags(call.argument)
    else:
        field = AskForLine(
            _("Tags, separated by commas"), ", ".join(wanted.tags), _("Enter applies")
        )
        typed: str | None = await screen.push_wait(field)
        if typed is None:
            return
        add, _unused = _parse_tags(typed + ",")
        remove = [name for name in wanted.tags if name not in add]
    await services.run(store.tag, wanted.id, add, remove)
    now = await services.run(store.conversation, wanted.id)
    if now.tags == wanted.tags:
        screen.say(_("No changes."))
        return
    names = text.line(" ".join(f"#{name}" for name in now.tags) or pgettext("tags", "none"), 80)
    await workspace.conversation.undo.offer(
        wanted.id,
        text.filled(_("Tags of {title}: {tags}"), title=quoted_title(wanted.title), tags=names),
    )


async def move(workspace: Workspace, call: CommandCall) -> None:
    """Move the conversation into the typed folder, else into one that is chosen."""
    services, screen = workspace.system.services, workspace.screen
    store = services.store
    wanted = await target_conversation(workspace)
    if wanted is None:
        screen.say(NO_CONVERSATION)
        return
    folder = call.argument
    if not folder:
        folders = await services.run(store.folders)
        dialog = ChooseFolder(folders, wanted.folder)
        chosen: str | None = await screen.push_wait(dialog)
        if chosen is None:
            return
        folder = chosen
    await services.run(store.move, wanted.id, folder)
    now = await services.run(store.conversation, wanted.id)
    if now.folder == wanted.folder:
        screen.say(_("No changes."))
        return
    await workspace.conversation.undo.offer(
        wanted.id,
        text.filled(
            _("{title} is in {folder}") if now.folder else _("{title} is in no folder"),
            title=quoted_title(wanted.title),
            folder=text.line(now.folder, 60),
        ),
    )


def _parse_tags(typed: str) -> tuple[list[str], list[str]]:
    """Tags to add and to remove; with commas a tag may have several words."""
    parts = typed.split(",") if "," in typed else typed.split()
    names = [re.sub(r"^(-?)#", r"\1", part.strip()) for part in parts]
    add = [name for name in names if name and not name.startswith("-")]
    return add, [name.removeprefix("-") for name in names if name.startswith("-")]


async def delete(workspace: Workspace, _unused: CommandCall) -> None:
    """Move the conversation to the trash."""
    services, session = workspace.system.services, workspace.conversation.session
    turns = workspace.conversation.turns
    wanted = await target_conversation(workspace)
    if wanted is None:
        workspace.screen.say(_("There is nothing to delete yet."))
        return
    turns.forget_line(wanted.id)
    turns.stop(wanted.id)
    await services.run(services.store.delete, wanted.id)
    if session.id == wanted.id:
        await session.begin_new()
    await workspace.conversation.undo.offer(
        wanted.id, text.filled(_("Deleted {title}"), title=quoted_title(wanted.title))
    )


async def delete_message(workspace: Workspace, call: CommandCall) -> None:
    """Move the message and all that follows it to the trash."""
    services, prompt = workspace.system.services, workspace.input.prompt
    store = services.store
    if call.message is None:
        workspace.screen.say(_("There is no message to delete: Tab goes to the messages."))
        return
    if not workspace.is_free():
        return
    message: Message = call.message
    is_typing = prompt.has_focus
    await services.run(store.delete_message, message.id)
    removed = await services.run(store.trash)
    messages = next((each.messages for each in removed if each.id == message.id), 0)
    what = (
        ngettext("Deleted {n:,} message", "Deleted {n:,} messages", messages, n=messages)
        if messages
        else _("Deleted the message")
    )
    await workspace.conversation.undo.offer(message.conversation_id, text.own(what))
    if is_typing or not workspace.conversation.session.messages:
        prompt.focus()
    else:
        workspace.view.transcript.focus_last()


async def undo(workspace: Workspace, _unused: CommandCall) -> None:
    """Undo the change that is shown, else the newest of all."""
    await workspace.conversation.undo.undo()


async def show_trash(workspace: Workspace, _unused: CommandCall) -> None:
    """Open the trash: what was removed and changed."""
    await workspace.screen.push(TrashScreen(workspace.system.services, workspace.conversation.undo))


async def fork(workspace: Workspace, call: CommandCall) -> None:
    """Fork the conversation at the message."""
    services, session = workspace.system.services, workspace.conversation.session
    if call.message is None:
        workspace.screen.say(_("There is nothing to fork yet."))
        return
    origin = session.conversation
    forked = await services.run(services.store.fork, call.message.id)
    await session.open(forked.id)
    await workspace.conversation.listing.refresh()
    workspace.input.prompt.focus()
    from_ = quoted_title(origin.title) if origin else text.EMPTY
    workspace.view.notice.say(
        text.filled(_("Forked from {title}; the original is unchanged."), title=from_)
    )


async def compare(workspace: Workspace, call: CommandCall) -> None:
    """Compare the files that are named, the versions of a message, or a fork and its origin."""
    if call.argument:
        await compare_documents(workspace, call.argument)
        return
    conversation = workspace.conversation.session.conversation
    if conversation is None:
        workspace.screen.say(_("There is no conversation yet."))
    elif call.message is not None:
        await _compare_versions(workspace, conversation.id, call.message.id)
    elif conversation.forked_from is not None:
        await _compare_with_origin(workspace, conversation)
    else:
        keymap = keymap_of(workspace.view.notice)
        keys = [keymap.message_key(name) for name in ("regenerate", "edit", "fork")]
        workspace.screen.say(
            _(
                "Nothing to compare: {keys} on a message makes another branch.",
                keys=", ".join(filter(None, keys)),
            )
        )


async def _compare_versions(workspace: Workspace, conversation_id: str, message_id: str) -> None:
    services = workspace.system.services
    store = services.store
    found = await in_thread(_versions, store, conversation_id, message_id)
    if found is None:
        workspace.screen.say(_("There is only one version."))
        return
    names = [_("version {number}", number=place) for place in range(1, len(found.ways) + 1)]
    right = max(found.active, 1)
    dialog = CompareScreen(found, names, right - 1, right)
    chosen: int | None = await workspace.screen.push_wait(dialog)
    if chosen is not None and chosen != found.active and workspace.is_free():
        first = found.ways[chosen][0]
        await services.run(store.select, first.id)
        await workspace.conversation.session.refresh()
        workspace.view.transcript.focus_message(first.id)


async def _compare_with_origin(workspace: Workspace, fork: Conversation) -> None:
    assert fork.forked_from is not None
    origin, found = await in_thread(_origin, workspace.system.services.store, fork)
    names = [origin.title or _("Untitled"), fork.title or _("Untitled")]
    chosen: int | None = await workspace.screen.push_wait(CompareScreen(found, names, 0, 1))
    if chosen == 0:
        await workspace.conversation.session.open(origin.id)


def _versions(store: ConversationCatalog, id: str, message_id: str) -> BranchPoint | None:
    return branch_point(store.transcript(id), message_id)


def _origin(store: ConversationCatalog, fork: Conversation) -> tuple[Conversation, BranchPoint]:
    origin = store.transcript(fork.forked_from or "")
    return origin.conversation, branch_point_of_fork(
        origin, store.transcript(fork.id), fork.forked_at or ""
    )


async def target_conversation(workspace: Workspace) -> Conversation | None:
    """Conversation a command is for: under the cursor of a focused list, else the shown one.

    None for a conversation without anything in it.
    """
    services, session = workspace.system.services, workspace.conversation.session
    sidebar = workspace.view.sidebar
    store = services.store
    highlighted = sidebar.highlighted
    if highlighted is not None and sidebar.has_focus_within:
        return await services.run(store.conversation, highlighted.id)
    id = session.id
    if id is None or not session.messages:
        return None
    return await services.run(store.conversation, id)


def quoted_title(title: str) -> Content:
    """Title in quotation marks, for use within a sentence."""
    return text.filled(_("“{title}”"), title=text.line(title or _("Untitled"), 40))


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
