"""Actions on the user's files: add, choose collections, pause, cancel, library screen."""

from collections.abc import Sequence
from functools import partial

from textual.content import Content

from assistant.command_table import BY_NAME
from assistant.core.turn.requests import Regenerate
from assistant.language.messages import _
from assistant.tui.actions.prompts import prompt_for_question
from assistant.tui.actions.screens import read_file
from assistant.tui.chat.session import Prepare, as_typed
from assistant.tui.commands import nearest, unknown_name
from assistant.tui.composer.documents import name_documents
from assistant.tui.composer.mentions import FolderNotAddedError, replace_folders
from assistant.tui.library.lines import Filter
from assistant.tui.library.maintenance import LibraryActions
from assistant.tui.library.scope import ChooseFiles
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dropped_paths import read_dropped_paths
from assistant.tui.toolkit.threads import with_timeout
from assistant.tui.workspace import CommandCall, Workspace


async def add(workspace: Workspace, call: CommandCall) -> None:
    """Ask what to do with the paths that were named; without any, wait until they are typed."""
    prompt, adding = workspace.input.prompt, workspace.library.adding
    if not call.argument:
        prompt.show("/add ")
        prompt.focus()
        workspace.screen.say(_("Which folder or file? You can also drop it on the window."))
        return
    try:
        paths = await adding.typed_paths(call.argument)
    except Exception:
        prompt.show(f"/add {call.argument}")
        raise
    await adding.offer(paths)


async def summarise(workspace: Workspace, call: CommandCall) -> None:
    """Sum up what is named: files, collections, a source of the answer by its number."""
    prompt, session = workspace.input.prompt, workspace.conversation.session
    answers = [each for each in session.messages if each.role == "assistant"]
    focused = workspace.view.transcript.focused_message
    answer = focused if focused in answers else next(reversed(answers), None)
    chosen = session.conversation.collections if session.conversation else None
    named = await with_timeout(name_documents, call.argument, answer, chosen or ())
    if named is None:
        prompt.show(f"/summarise {call.argument}".rstrip() + " ")
        prompt.focus()
        workspace.screen.say(_("Which file? Type @ and its name, or # and a collection."))
        return
    await submit_question(workspace, f"/summarise {named}", as_typed)


async def compare_documents(workspace: Workspace, argument: str) -> None:
    """Compare two files, section by section."""
    named = await with_timeout(name_documents, argument, None, ())
    if named is None:
        workspace.input.prompt.show(f"/compare {argument} ")
        workspace.screen.say(_("Which two files? Type @ and their names."))
        return
    await submit_question(workspace, f"/compare {named}", as_typed)


async def submit_typed(workspace: Workspace, question: str) -> None:
    """Submit what was typed. What is hardly meant for the model is held back once; when it is sent
    again, it is a text."""
    composer = workspace.input.composer
    if composer.editing is None and question == composer.held_back:
        composer.held_back = ""
        await submit_question(workspace, question, as_typed)
    elif composer.editing is not None or not await _holds_back(workspace, question):
        await submit_question(workspace, question)


async def _holds_back(workspace: Workspace, question: str) -> bool:
    """Hold back a name after a slash that nothing has, a misspelled command; and paths and nothing
    else, as terminals without bracketed paste type what is dropped on them.

    Returns: whether it was held back.
    """
    prompt, composer = workspace.input.prompt, workspace.input.composer
    name, names = unknown_name(question), workspace.input.names
    if name:
        await names.read_prompts()
        if names.has_prompt(name):
            return False
    paths = await read_dropped_paths(question)
    if paths:
        added = await workspace.library.adding.offer(paths)
        if added is None and not prompt.text:
            composer.held_back = question
            prompt.show(question)
        return True
    if name:
        composer.held_back = question
        prompt.show(f"{question}{prompt.text}")
        workspace.view.notice.say(_offer(name, names.prompt_names()), seconds=15)
    return bool(name)


def _offer(name: str, prompts: Sequence[str]) -> Content:
    """What may be meant by a name that nothing has."""
    labels = []
    for near in nearest(name, prompts):
        label = text.line(f"/{near}", 40, text.ACCENT)
        if near in BY_NAME:
            label = label.stylize(text.click("screen.command", near))
        labels.append(label)
    meant = text.joined(labels, _(" or "))
    what = (
        _("/{name} is not a command. Did you mean {commands}? Enter again sends it as text.")
        if labels
        else _("/{name} is not a command. Enter again sends it as text.")
    )
    return text.filled(what, name=text.line(name, 40), commands=meant)


async def submit_question(
    workspace: Workspace, question: str, prepare: Prepare | None = None
) -> None:
    """Submit a question; folders that it names are added first.

    Args:
        prepare: finds what goes with it; None finds the prompt that it names.
    """
    prompt = workspace.input.prompt
    try:
        await workspace.conversation.session.submit(
            question, prepare or partial(prompt_for_question, workspace)
        )
    except FolderNotAddedError as missing:
        collection = await workspace.library.adding.offer(missing.paths)
        if collection is not None:
            kept = await replace_folders(prompt.text, missing.paths, collection)
            prompt.show(kept)


async def choose_collections(workspace: Workspace, _unused: CommandCall) -> None:
    """Choose the collections that the conversation searches."""
    session, status = workspace.conversation.session, workspace.library.status
    screen = workspace.screen
    if status.status is None:
        if not status.is_empty:
            screen.say(_("Asking the library …"))
        await status.refresh()
    if status.is_empty:
        screen.say(_("There are no files yet: type /add, or drop a folder on the window."))
        return
    conversation = session.conversation
    dialog = ChooseFiles(
        status.collections,
        conversation.collections if conversation else None,
        fall_back=workspace.system.services.settings.library.fall_back,
    )
    chosen = await screen.push_wait(dialog)
    if chosen is not None:
        conversation = await session.make()
        await session.use_collections(conversation.id, chosen.collections)


async def everywhere(workspace: Workspace, call: CommandCall) -> None:
    """Let the conversation be about all files, and ask the question of an answer again."""
    session = workspace.conversation.session
    if call.message is None or session.conversation is None:
        workspace.screen.say(_("There is no answer yet."))
    elif workspace.is_free():
        await session.use_collections(session.conversation.id, None)
        session.start(Regenerate(message_id=call.message.id))


async def pause_indexing(workspace: Workspace, _unused: CommandCall) -> None:
    """Pause indexing, or resume it."""
    status, jobs = workspace.library.status, workspace.library.jobs
    if status.is_empty and jobs.is_idle:
        workspace.screen.say(_("There is nothing to index."))
        return
    paused = await jobs.pause()
    workspace.screen.say(
        _("Indexing is paused until you resume it.") if paused else _("Indexing resumed.")
    )
    await status.refresh()


async def cancel_indexing(workspace: Workspace, _unused: CommandCall) -> None:
    """Cancel the indexing job that is shown."""
    status, jobs = workspace.library.status, workspace.library.jobs
    workspace.screen.say(await jobs.cancel(status.status))
    await status.refresh()


async def open_library(workspace: Workspace, _unused: CommandCall) -> None:
    await show_library(workspace)


async def show_library(workspace: Workspace, filter_by: Filter = "all") -> None:
    """Open the library screen; `filter_by` says which files it lists first."""
    library = workspace.library

    async def add(typed: str) -> None:
        await library.adding.offer(await library.adding.typed_paths(typed))

    actions = LibraryActions(
        workspace.system.services.library,
        library.status,
        library.jobs,
        add,
        partial(read_file, workspace),
    )
    await workspace.screen.push(LibraryScreen(actions, filter_by))


HANDLERS = {
    "everywhere": everywhere,
    "add": add,
    "summarise": summarise,
    "files": choose_collections,
    "pause-indexing": pause_indexing,
    "cancel-indexing": cancel_indexing,
    "library": open_library,
}
