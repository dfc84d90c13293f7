"""Actions that export conversations to files and import them from files."""

import re
from pathlib import Path
from typing import Final

from assistant.core.transfer.exporting import ExportFormat
from assistant.language.messages import _
from assistant.tui.toolkit import disk
from assistant.tui.transfer.dialog import ChooseExport, ChosenExport
from assistant.tui.transfer.jobs import ExportJob, ImportJob
from assistant.tui.transfer.report import TransferReport
from assistant.tui.workspace import CommandCall, Workspace

DEFAULT_FOLDER: Final = "conversations"
"""The folder that is proposed, where the program was started."""

FORMATS: Final[dict[str, ExportFormat]] = {
    "markdown": "markdown",
    "md": "markdown",
    "json": "json",
    "html": "html",
}
_EXPORT_ARGUMENT = re.compile(
    rf"(?:(?P<all>all)\b\s*)?(?:(?P<format>{'|'.join(FORMATS)})\b\s*)?(?P<folder>.*)",
    re.IGNORECASE | re.DOTALL,
)


async def export(workspace: Workspace, call: CommandCall) -> None:
    """`/export [all] [markdown|json|html] [folder]`; what is not said is asked."""
    services, session = workspace.system.services, workspace.conversation.session
    screen = workspace.screen
    conversation = session.conversation if session.messages else None
    everything, format, folder = typed_export(call.argument)
    if format is not None and folder:
        wanted = ChosenExport(format, everything, folder)
    else:
        dialog = ChooseExport(
            (conversation.title or _("Untitled")) if conversation else None,
            folder or disk.with_tilde(disk.absolute(DEFAULT_FOLDER)),
            everything=everything,
            format=format or "markdown",
            temporary=session.is_temporary,
        )
        chosen: ChosenExport | None = await screen.push_wait(dialog)
        if chosen is None:
            return
        wanted = chosen
    if not wanted.everything and conversation is None:
        screen.say(_("There is nothing to export yet; `/export all` exports the others."))
        return
    ids = None if wanted.everything or conversation is None else [conversation.id]
    into = Path(disk.absolute(wanted.folder))
    work = ExportJob(services.store, ids, into, wanted.format)
    await screen.push_wait(TransferReport(work, services.report))


async def import_(workspace: Workspace, call: CommandCall) -> None:
    """Import the files that were named or dropped; without any, wait until they are typed."""
    services, prompt = workspace.system.services, workspace.input.prompt
    if not call.argument:
        prompt.show("/import ")
        prompt.focus()
        workspace.screen.say(
            _(
                "Which file or folder? Our JSON or Markdown, or the export of ChatGPT, "
                "Claude, Open WebUI, LM Studio, LibreChat, or a list of messages."
            )
        )
        return
    try:
        paths = await workspace.library.adding.typed_paths(call.argument)
    except Exception:
        prompt.show(f"/import {call.argument}")
        raise
    work = ImportJob(services.store, [Path(path) for path in paths])
    await workspace.screen.push_wait(TransferReport(work, services.report))
    await workspace.conversation.session.refresh()
    await workspace.conversation.listing.refresh()


def typed_export(argument: str) -> tuple[bool, ExportFormat | None, str]:
    """Whether all are meant, the format and the folder, as far as they were typed."""
    found = _EXPORT_ARGUMENT.fullmatch(argument)
    assert found is not None, "everything in it is optional"
    format = FORMATS[found["format"].lower()] if found["format"] else None
    return found["all"] is not None, format, found["folder"]


HANDLERS = {"export": export, "import": import_}
