"""Makes `screen.svg`: the program on the starter model, asked for real."""

import asyncio
import os
import re
import tempfile
from pathlib import Path

from assistant import bootstrap
from assistant.settings import load_settings
from assistant.system.clipboard import Clipboard
from assistant.system.paths import find_paths
from assistant.tui.app import AssistantApp
from assistant.tui.services import ModelDownload, Services
from assistant.tui.toolkit.threads import Report
from assistant.user_settings import UserSettings

FOLDER = Path(__file__).parent
SIZE = (110, 26)
WEB_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""A picture of a private program fetches nothing either."""

QUESTIONS = (
    "Name three rivers of Brazil",
    "Write a haiku about the sea",
    "What is the capital of Portugal?",
    "Explain photosynthesis to a child in three short sentences.",
    "And now as a list of three steps, please.",
)


async def take(home: Path) -> str:
    """The screen after a few questions, as SVG."""
    os.environ.update(ASSISTANT_HOME=str(home), ASSISTANT_SAMPLING__TEMPERATURE="0")
    paths = find_paths()
    parts = bootstrap.build(load_settings(paths.settings_file), paths)

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
            if not question.startswith("And "):
                await pilot.press("ctrl+n")
            workspace = app.chat_screen.workspace
            workspace.input.prompt.insert(question)
            await pilot.press("enter")
            await pilot.pause(0.5)
            while workspace.conversation.session.turn is not None:
                await pilot.pause(0.1)
        await pilot.pause(1)
        picture = app.export_screenshot(title="assistant")
        app.finish()
    parts.close()
    return WEB_FONTS.sub("", picture)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="as-", dir="/tmp") as folder:
        picture = asyncio.run(take(Path(folder)))
    (FOLDER / "screen.svg").write_text(picture, encoding="utf-8")
