"""The chat screen: the only branch that needs a terminal, and the only one that imports it."""

import click

from assistant.cli.program import Program


def open_screen(program: Program) -> int:
    """Open the screen and return the exit status of its end.

    Raises:
        click.UsageError: there is no terminal to open it on.
        ModelNotFoundError: the command line names a model that is not there.
    """
    if not program.screen:
        raise click.UsageError(
            "The chat screen needs a terminal that can move the cursor; "
            'without one, use `assistant ask "your question"`.'
        )
    # Textual takes longer to import than everything else together.
    from assistant.clipboard import Clipboard  # noqa: PLC0415
    from assistant.tui.app import AssistantApp, run  # noqa: PLC0415

    with program.assistant(tidies=False) as assistant:
        if program.model is not None:
            assistant.models.open(assistant.settings.chat.model)
        app = AssistantApp(
            chat=assistant.chat,
            store=assistant.store,
            models=assistant.models,
            prompts=assistant.prompts,
            settings=assistant.settings,
            clipboard=Clipboard(),
            log_folder=assistant.paths.logs,
            library=assistant.library,
            downloads=program.downloads(),
            models_folder=assistant.paths.models,
        )
        return run(app)
