"""Actions on messages: stop, go on, again, details, edit, versions, copy, pager, links, rating."""

from assistant.command_table import is_unfinished
from assistant.core.grounding.citations import annotate
from assistant.core.grounding.unconfirmed import was_checked
from assistant.core.turn.requests import Continue, EditAnswer, Regenerate
from assistant.core.values.conversation import Message, Rating
from assistant.language.messages import _
from assistant.tui.actions.consent import may_send
from assistant.tui.markdown.document import links_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.transcript.details import AnswerDetails, ChooseLink
from assistant.tui.workspace import CommandCall, Workspace


async def stop(workspace: Workspace, _unused: CommandCall) -> None:
    """Leave the edit, stop the answer, or go back to the prompt – the first that applies (Esc)."""
    if workspace.input.composer.editing is not None:
        workspace.input.composer.show("")
    elif not workspace.conversation.turns.stop(workspace.conversation.session.id):
        workspace.input.prompt.focus()


async def go_on(workspace: Workspace, call: CommandCall) -> None:
    turn = workspace.conversation.session.turn
    if turn is not None and isinstance(turn.request, EditAnswer):
        # It is being stored: whoever has just saved it means this one.
        turn.goes_on = True
        return
    is_chosen = workspace.view.transcript.focused_message is not None
    messages = workspace.conversation.session.messages
    message = call.message or _unfinished_now(workspace)
    if message is None or not (is_chosen or message.id == messages[-1].id):
        workspace.screen.say(_("There is no unfinished answer here."))
    elif workspace.is_free():
        workspace.conversation.session.start(Continue(message_id=message.id))


def _unfinished_now(workspace: Workspace) -> Message | None:
    """The last message, where it has come just now into the place of the one that was meant."""
    focused = workspace.view.transcript.focused_message
    last = next(iter(workspace.conversation.session.messages[-1:]), None)
    if last is None or not is_unfinished(last) or (focused is not None and focused.id != last.id):
        return None
    return last


async def regenerate(workspace: Workspace, call: CommandCall) -> None:
    if call.message is None:
        workspace.screen.say(_("There is no answer yet."))
    elif workspace.is_free():
        model = call.argument or None
        if model is not None:
            # Whether there is such a model, and whether the question may be sent to it.
            found = await workspace.system.services.run(
                workspace.system.services.models.open, model, ()
            )
            if not await may_send(workspace, found.name):
                workspace.screen.say(_("Nothing was sent; the answer is unchanged."))
                return
        request = Regenerate(message_id=call.message.id, model=model)
        workspace.conversation.session.start(request)


async def details(workspace: Workspace, call: CommandCall) -> None:
    if call.message is None:
        workspace.screen.say(_("There is no answer yet."))
    else:
        await workspace.screen.push(AnswerDetails(call.message))


async def edit(workspace: Workspace, call: CommandCall) -> None:
    """Edit the message that has the focus, or the last question."""
    message = call.message
    if workspace.view.transcript.focused_message is None:
        asked = [each for each in workspace.conversation.session.messages if each.role == "user"]
        message = asked[-1] if asked else None
    if message is None:
        workspace.screen.say(_("There is no question yet."))
    elif not workspace.is_free():
        return
    elif message.role == "user":
        workspace.input.composer.edit(message)
    else:
        await _edit_answer(workspace, message)


async def _edit_answer(workspace: Workspace, message: Message) -> None:
    """Store the answer with another text beside the old one."""
    wanted = await workspace.screen.push_wait(TextEditor(_("Edit the answer"), message.text))
    if wanted is None:
        return
    if not wanted.strip() or wanted == text.editable(message.text):
        workspace.screen.say(_("No changes."))
    elif workspace.is_free():
        request = EditAnswer(message_id=message.id, text=wanted)
        workspace.conversation.session.start(request)


async def older(workspace: Workspace, call: CommandCall) -> None:
    await _show_version(workspace, call.message, -1)


async def newer(workspace: Workspace, call: CommandCall) -> None:
    await _show_version(workspace, call.message, 1)


async def copy(workspace: Workspace, call: CommandCall) -> None:
    if call.message is None:
        workspace.screen.say(_("There is nothing to copy yet."))
        return
    session, message = workspace.conversation.session, call.message
    copied = session.text_of(message)
    if message.role == "assistant" and message.state != "streaming":
        services = workspace.system.services
        retrieval = await services.run(services.store.retrieval, message.id)
        # Numbers of sources mean nothing where they are not.
        copied = annotate(copied, (), checked=was_checked(message, retrieval))
    await workspace.system.external.copy(copied, _("the message"))


async def pager(workspace: Workspace, call: CommandCall) -> None:
    """Show a message in the user's pager; it is written to no file."""
    if call.message is None:
        workspace.screen.say(_("There is nothing to read yet."))
        return
    command = workspace.system.programs.pager()
    shown = text.editable(workspace.conversation.session.text_of(call.message)) + "\n"
    workspace.screen.lend_terminal(command, shown.encode("utf-8", "replace"))


async def links(workspace: Workspace, call: CommandCall) -> None:
    """Open a link of a message: the only one, or one of a list."""
    written = workspace.conversation.session.text_of(call.message) if call.message else ""
    found = await in_thread(links_of, written)
    if not found:
        workspace.screen.say(_("There is no link in this message."))
        return
    chosen = found[0].address if len(found) == 1 else None
    if chosen is None:
        chosen = await workspace.screen.push_wait(ChooseLink(found))
    if chosen is not None:
        await workspace.system.external.open(chosen)


async def copy_code(workspace: Workspace, call: CommandCall) -> None:
    view = workspace.view.transcript.view(call.message.id) if call.message else None
    code = view.code if view else None
    if code is None:
        workspace.screen.say(_("There is no code in this message."))
        return
    await workspace.system.external.copy(code, _("the code"))


async def _show_version(workspace: Workspace, message: Message | None, step: int) -> None:
    services = workspace.system.services
    if message is None:
        workspace.screen.say(_("There is only one version."))
        return
    if not workspace.is_free():
        return
    store = services.store
    versions = await services.run(store.versions, message.id)
    place = [version.id for version in versions].index(message.id) + step
    if 0 <= place < len(versions):
        await services.run(store.select, versions[place].id)
        await workspace.conversation.session.refresh()
        workspace.view.transcript.focus_message(versions[place].id)


async def good(workspace: Workspace, call: CommandCall) -> None:
    await _rate(workspace, call, "good")


async def bad(workspace: Workspace, call: CommandCall) -> None:
    await _rate(workspace, call, "bad")


async def note(workspace: Workspace, call: CommandCall) -> None:
    """Edit the note of a rating."""
    message = call.message
    if message is None or message.rating is None:
        workspace.screen.say(_("Rate the answer first: + or - on it, /good or /bad."))
        return
    why: str | None = call.argument
    if not call.argument:
        field = AskForLine(
            _("Why is the answer good?")
            if message.rating == "good"
            else _("Why is the answer bad?"),
            message.note,
            _("Enter saves"),
        )
        why = await workspace.screen.push_wait(field)
    if why is not None:
        await _store_rating(
            workspace, message.conversation_id, message.id, message.rating, why.strip()
        )


async def _rate(workspace: Workspace, call: CommandCall, rating: Rating) -> None:
    """Rate, with a note when one was typed; the same rating again takes it away."""
    message = call.message
    if message is None:
        workspace.screen.say(_("There is no answer to rate."))
        return
    again = message.rating == rating and not call.argument
    why = call.argument or (message.note if message.rating == rating else "")
    await _store_rating(
        workspace,
        message.conversation_id,
        message.id,
        None if again else rating,
        "" if again else why,
    )


async def _store_rating(
    workspace: Workspace, conversation_id: str, id: str, rating: Rating | None, why: str
) -> None:
    services = workspace.system.services
    await services.run(services.store.rate, id, rating, why)
    said: dict[Rating | None, str] = {
        "good": _("Rated good"),
        "bad": _("Rated bad"),
        None: _("Rating removed"),
    }
    rated = [text.own(said[rating])]
    if rating and not why:
        rated += [
            text.own(" · "),
            text.button(_("/note why"), "screen.command", "note", "", id, style=text.ACCENT),
        ]
    await workspace.conversation.undo.offer(conversation_id, *rated)


HANDLERS = {
    "stop": stop,
    "continue": go_on,
    "regenerate": regenerate,
    "details": details,
    "edit": edit,
    "older": older,
    "newer": newer,
    "copy": copy,
    "pager": pager,
    "links": links,
    "code": copy_code,
    "good": good,
    "bad": bad,
    "note": note,
}
