"""Screen API: what the parts of the chat screen and the commands may ask of it."""

from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from textual.message import Message
from textual.screen import Screen

R = TypeVar("R")


class Closing:
    """Screen that may have been answered already, and be gone in a moment."""

    is_closing = False


class ScreenApi(Protocol):
    """Chat screen as seen by what is built before it and works without one."""

    def push(self, screen: Screen[Any], /) -> Awaitable[None]:
        """Show another screen above; it can be waited for until it is there."""
        ...

    async def push_wait(self, screen: Screen[R], /) -> R | None:
        """Show a dialog above and wait for its answer; None when it is left without one."""
        ...

    def say(self, sentence: str, /) -> None:
        """Show a sentence of the program's own above the prompt."""
        ...

    def do(self, work: Coroutine[Any, Any, object], /, group: str = "") -> None:
        """Run work that may wait or fail, without holding up the screen.

        Args:
            group: takes the place of what was begun in the same group, which is cancelled.
        """
        ...

    def run_command(self, name: str, argument: str = "", /) -> None:
        """Run a command of the table."""
        ...

    def lend_terminal(self, command: Sequence[str], given: bytes | None = None, /) -> None:
        """Let another program have the terminal until it ends; `given` is what it reads.

        Raises:
            AssistantError: it cannot be run here.
        """
        ...

    def copy_through_terminal(self, text: str, /) -> None:
        """Put a text on the clipboard of the machine that the terminal runs on."""
        ...

    def post_message(self, message: Message, /) -> bool:
        """Post a message of what happened; the screen routes it."""
        ...
