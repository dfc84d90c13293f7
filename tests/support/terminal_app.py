"""The screen as a program of its own, for tests on a real pseudo-terminal.

usage: python -m tests.support.terminal_app HOME SCENE
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from assistant.core.values.conversation import ChatMessage, Keep
from assistant.core.values.events import ModelEvent
from assistant.core.values.sampling import Sampling
from assistant.storage.conversations import SqliteConversations
from assistant.tui.app import AssistantApp, run
from tests.support.driver import RecordingClipboard, ScreenDriver, Setting, make_app
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels

WORDS = "one two three four five six seven eight nine ten " * 40


class SlowModel(ScriptedModel):
    """Writes some fifty words a second."""

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        for event in super().stream(messages, sampling, stop, keep=keep):
            time.sleep(0.02)
            yield event


def crash(app: AssistantApp) -> None:
    """Let an unexpected error happen inside of the application."""

    def fail() -> None:
        secret = "[/x]"
        raise RuntimeError(f"nobody expected this {secret}")

    app.set_timer(0.5, fail)


async def read(driver: ScreenDriver, path: str) -> None:
    """Show a file as soon as there is a screen to show it on."""
    await driver.until_open()
    driver.read_file(path)


def main() -> int:
    home, scene = Path(sys.argv[1]), sys.argv[2]
    models = ScriptedModels(SlowModel(WORDS, window=100_000))
    clipboard = RecordingClipboard(tool="")
    store = SqliteConversations(home / "chats.db")
    library = ScriptedLibrary(texts={str(home / "lease.md"): "Once every twelve months."})
    app = make_app(Setting(home, models, clipboard=clipboard, library=library), store)
    if scene == "crash":
        app.call_later(crash, app)
    if scene == "reading":
        app.call_later(lambda: app.run_worker(read(ScreenDriver(app), str(home / "lease.md"))))
    status = run(app)
    store.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
