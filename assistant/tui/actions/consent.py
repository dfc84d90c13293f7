"""Actions on consent: what may be sent to a server of models is asked, before it is or then."""

from assistant.core.context.plan import as_sent
from assistant.core.errors import ConsentError
from assistant.core.turn.requests import Ask, Continue, Edit
from assistant.core.values.endpoints.status import ConsentScope
from assistant.language.messages import _
from assistant.tui.chat.turns import RunningTurn
from assistant.tui.models.servers import AllowSending
from assistant.tui.workspace import Workspace


async def may_send(workspace: Workspace, model: str) -> bool:
    """Ask what may be sent to the server of a model, where that was not said before.

    Returns: whether questions may be; passages of files are asked for where there are files.
    """
    services = workspace.system.services
    endpoints = services.endpoints
    if endpoints is None:
        return True
    has_files = not await services.run(services.library.is_empty)
    scopes: list[ConsentScope] = ["questions", "files"] if has_files else ["questions"]
    for what in scopes:
        missing = await services.run(endpoints.missing, model, what)
        if missing is None:
            continue
        if await workspace.screen.push_wait(AllowSending(missing, what)):
            await services.run(endpoints.allow, missing.name, what)
        elif what == "questions":
            return False
    return True


async def ask_what_was_missing(
    workspace: Workspace, turn: RunningTurn, refused: ConsentError
) -> None:
    """Ask whether that may be sent for which a turn has failed, and go on with it then."""
    services, session = workspace.system.services, workspace.conversation.session
    answer, endpoints = turn.answer, services.endpoints
    if answer is None or endpoints is None or turn.conversation_id != session.id:
        return
    what: ConsentScope = "files" if refused.what == "files" else "questions"
    missing = await services.run(endpoints.missing, refused.model, what)
    if missing is not None:
        attached = turn.request.attached if isinstance(turn.request, Ask | Edit) else ()
        before = (as_sent(each).quotes_files for each in session.messages[:-2])
        dialog = AllowSending(
            missing,
            what,
            may_do_without=turn.quotes_files and not attached and not any(before),
        )
        said = await workspace.screen.push_wait(dialog)
        if said is None:
            return
        if said:
            await services.run(endpoints.allow, missing.name, what)
        else:
            await session.use_collections(turn.conversation_id, ())
            workspace.screen.say(_("This conversation no longer searches your files."))
    if turn.conversation_id == session.id and workspace.is_free():
        session.start(Continue(message_id=answer.id))
