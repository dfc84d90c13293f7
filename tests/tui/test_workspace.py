"""The workspace without an application: commands work on it, and ask the screen for little."""

from collections.abc import Awaitable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.message import Message
from textual.screen import Screen

from assistant.core.errors import AssistantError
from assistant.storage.conversations import SqliteConversations
from assistant.tui.actions.registry import handle
from assistant.tui.first_frame import Appearance, FirstFrame
from assistant.tui.toolkit.notice import Notice
from assistant.tui.workspace import Workspace, build
from tests.support.driver import Setting, make_services

R = TypeVar("R")


class SilentScreen:
    """Shows nothing; keeps what it was asked for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.commands: list[tuple[str, str]] = []

    def push(self, screen: Screen[Any], /) -> Awaitable[None]:
        raise AssertionError(screen)

    async def push_wait(self, screen: Screen[R], /) -> R | None:
        raise AssertionError(screen)

    def say(self, sentence: str, /) -> None:
        self.said.append(sentence)

    def do(self, work: Coroutine[Any, Any, object], /, group: str = "") -> None:
        raise AssertionError(work)

    def run_command(self, name: str, argument: str = "", /) -> None:
        self.commands.append((name, argument))

    def lend_terminal(self, command: Sequence[str], given: bytes | None = None, /) -> None:
        raise AssertionError(command)

    def copy_through_terminal(self, text: str, /) -> None:
        raise AssertionError(text)

    def post_message(self, message: Message, /) -> bool:
        raise AssertionError(message)


@pytest.fixture
def screen() -> SilentScreen:
    return SilentScreen()


@pytest.fixture
def workspace(home: Path, store: SqliteConversations, screen: SilentScreen) -> Workspace:
    services = make_services(Setting(home), store, AssistantError)
    return build(services, screen, FirstFrame(Notice(), Appearance()))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("regenerate", "There is no answer yet."),
        ("edit", "There is no question yet."),
        ("fork", "There is nothing to fork yet."),
        ("compare", "There is no conversation yet."),
        ("copy", "There is nothing to copy yet."),
        ("save-prompt", "There is no conversation yet to save as a prompt."),
        ("pause-indexing", "There is nothing to index."),
    ],
)
async def test_a_command_that_has_nothing_to_work_on_says_so(
    workspace: Workspace, screen: SilentScreen, command: str, told: str
) -> None:
    await handle(workspace, command)
    assert screen.said == [told]
