"""Makes `screen.svg`: the program on the starter model, asked for real about some files."""

import asyncio
import os
import re
import tempfile
from pathlib import Path
from threading import Event

from assistant import bootstrap
from assistant.settings import load_settings
from assistant.system.clipboard import Clipboard
from assistant.system.paths import find_paths
from assistant.tui.app import AssistantApp
from assistant.tui.services import ModelDownload, Services
from assistant.tui.toolkit.threads import Report
from assistant.user_settings import UserSettings
from assistant.workers import make_folders

FOLDER = Path(__file__).parent
SIZE = (124, 28)
WEB_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""A picture of a private program fetches nothing either."""

FILES = {
    "lease.md": """# Lease

## Rent

The rent is 840 euros a month, payable on the third working day.
The landlord may raise the rent once every twelve months, with 30 days' notice in writing.

## Deposit

The deposit is two months' rent. The landlord returns it within 60 days of the end of the lease.

## Pets

Dogs need the landlord's consent in writing; cats do not.
""",
    "house-rules.md": """# House rules

Quiet hours are from 22:00 to 07:00, on Sundays all day.
The laundry room is free on Mondays and Thursdays.
Bicycles belong in the cellar, not in the stairwell.
""",
    "handover.md": """# Handover

The meter for electricity stood at 18,204 kWh when the flat was handed over.
Two keys for the front door and one for the cellar were given to the tenant.
""",
}
"""What the questions are about."""

QUESTIONS = (
    "What is the capital of Portugal?",
    "When are the quiet hours?",
    "How much is the deposit, and when is it returned?",
)


def make_files(folder: Path) -> Path:
    """A folder of documents."""
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


async def take(home: Path, files: Path) -> str:
    """The screen after a few questions about files, as SVG, in all colours."""
    os.environ.update(
        ASSISTANT_HOME=str(home),
        ASSISTANT_SAMPLING__TEMPERATURE="0",
        TERM="xterm-256color",
        COLORTERM="truecolor",
    )
    os.environ.pop("NO_COLOR", None)
    paths = find_paths()
    make_folders(paths)
    parts = bootstrap.build(load_settings(paths.settings_file), paths)
    for _ in parts.library.add([str(files)], "housing", Event()):
        pass

    def open_services(report: Report) -> Services:
        return Services(
            chat=parts.chat,
            store=parts.store,
            models=parts.models,
            prompts=parts.prompts,
            user_settings=UserSettings(parts.settings, paths.settings_file),
            clipboard=Clipboard(),
            log_folder=paths.logs,
            library=parts.library,
            download=ModelDownload(None, report),
            report=report,
        )

    app = AssistantApp(open_services, paths.logs)
    async with app.run_test(size=SIZE) as pilot:
        while not app.chat_screen.is_open:
            await pilot.pause(0.1)
        for question in QUESTIONS:
            await pilot.press("ctrl+n")
            workspace = app.chat_screen.workspace
            workspace.input.prompt.insert(question)
            await pilot.press("enter")
            await pilot.pause(0.5)
            while workspace.conversation.session.turn is not None:
                await pilot.pause(0.1)
        await pilot.pause(1)
        await pilot.press("f4")
        await pilot.pause(1)
        picture = app.export_screenshot(title="assistant")
        app.finish()
    parts.close()
    return WEB_FONTS.sub("", picture)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="as-", dir="/tmp") as made:
        documents = Path(made) / "housing"
        documents.mkdir()
        picture = asyncio.run(take(Path(made) / "home", make_files(documents)))
    (FOLDER / "screen.svg").write_text(picture, encoding="utf-8")
