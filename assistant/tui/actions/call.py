"""What a command is called with."""

from dataclasses import dataclass

from assistant.core.models import Message


@dataclass(frozen=True)
class Call:
    """The argument typed after a command, and the message the command is for."""

    argument: str = ""
    message: Message | None = None
