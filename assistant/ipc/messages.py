"""Messages common to all workers: cancel, retire, leaving, failures; and errors of the wire.

Callers turn the errors of the wire into those that a user meets.
"""

from typing import Literal

from assistant.core import errors
from assistant.core.errors import AssistantError
from assistant.core.values.base import Value
from assistant.language.messages import N_


class WireError(Exception):
    """Everything that can go wrong on the wire. Callers turn it into the errors a user meets."""


class PeerGoneError(WireError):
    """The other side closed the connection or died."""


class ProtocolError(WireError):
    """The other side sent something that is not a frame."""


class TooSlowError(ProtocolError):
    """The other side said nothing in time."""


class StartError(WireError):
    """The worker could not be started or joined; the text says why in one sentence."""


class Cancel(Value):
    """Caller → worker: the request is no longer wanted."""

    kind: Literal["cancel"] = "cancel"


class Retire(Value):
    """Caller → worker, instead of a request: end as soon as nobody needs you."""

    kind: Literal["retire"] = "retire"


class Leaving(Value):
    """Worker → caller: the request was not served, since the worker is about to end."""

    kind: Literal["leaving"] = "leaving"
    makes_room: bool = False
    """Whether it ends for another version, which has the next turn."""


class Failed(Value):
    """Worker → caller: an AssistantError; the request is over."""

    kind: Literal["failed"] = "failed"
    type: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: AssistantError) -> "Failed":
        return cls(
            type=type(error).__name__,
            message=encodable(error.message),
            hint=encodable(error.hint),
        )

    def error(self) -> AssistantError:
        """The same error again; a plain AssistantError where the type is not known here."""
        kind = getattr(errors, self.type, None)
        if isinstance(kind, type) and issubclass(kind, AssistantError):
            return kind(self.message, self.hint)
        return AssistantError(self.message, self.hint)


OUT_OF_MEMORY = (
    "MemoryError",
    "allocate memory",
    "bad_alloc",
    "can't start new thread",
    "failed to map segment",
    "memory allocation of",
)
"""What programs say when they get no more memory."""

MORE_MEMORY = N_("Close other programs, or lift a limit on memory (ulimit -v).")
"""What can be done about that."""


def is_want_of_memory(text: str) -> bool:
    """Whether what a program said tells of too little memory."""
    return any(sign in text for sign in OUT_OF_MEMORY)


def encodable(text: str) -> str:
    """Text without lone surrogates, which file names may hold and no encoding carries."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
