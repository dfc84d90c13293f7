"""Errors a user can meet: what happened, to which thing, and what to do about it.

AssistantError                 everything below; the only type a front end has to catch
├── SettingsError              a settings file or environment variable is wrong      exit 2
├── NotFoundError              a conversation, message or prompt that is not there   exit 3
├── MissingValuesError         a prompt has variables without a value                exit 2
├── ModelError                 the model cannot be used                              exit 4
│   ├── ModelNotFoundError     no such model on this machine
│   ├── ModelFileError         missing, truncated, not a GGUF, unknown architecture
│   ├── ModelMemoryError       too big for the memory that is free
│   ├── ModelLoadTimeoutError  the load outlasted its limit
│   ├── AdapterError           an adapter that is damaged or does not fit the model
│   │   └── AdapterNotFoundError   no such adapter on this machine; a ModelNotFoundError, too
│   ├── ConsentError           nothing may go to a server of models yet, or never
│   └── DownloadError          a model cannot be fetched
│       └── AccessError        only for those who are known to the server
├── ConstraintError            a schema or grammar that no answer can be held to     exit 2
├── IncompleteAnswerError      an answer that was to have a form, and has it not     exit 10
├── ContextOverflowError       the question alone does not fit the window            exit 5
├── EngineError                the engine worker failed                              exit 6
│   ├── EngineStartError       the worker could not be started or joined
│   ├── EngineDiedError        the worker went away in the middle of an answer
│   └── EndpointError          a server of models refuses, fails or cannot be reached
├── StorageError               chats.db cannot be used                               exit 7
│   ├── DatabaseNewerError     written by a newer version of the program
│   ├── DatabaseDamagedError   damaged; set aside, never overwritten
│   ├── DatabaseBusyError      another program holds it
│   └── UnwritableError        a disk that is full or read-only, or not for this user
├── LibraryError               the user's files cannot be indexed or searched        exit 8
│   ├── UnreadableFileError    a file that gives no text
│   ├── LibraryStartError      the library worker could not be started or joined
│   └── LibraryDiedError       it went away in the middle of a request
└── TranscriptError            a file that holds no conversation, or cannot be read  exit 9
"""

from collections.abc import Sequence
from typing import ClassVar, Self

from assistant.language.messages import N_


class AssistantError(Exception):
    """An error to show to the user.

    Attributes:
        message: one sentence: what happened, to which thing. May hold foreign text; sanitise
            it where it is shown.
        hint: what to do about it; may be empty.
        exit_code: the exit status of a command that ends with this error.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def did_you_mean(near: Sequence[str]) -> str:
    """The question whether something else was meant, of which there are up to three."""
    match near:
        case [only]:
            return N_(f"Did you mean {only}?")
        case [one, other]:
            return N_(f"Did you mean {one} or {other}?")
    listed, last = ", ".join(near[:-1]), near[-1]
    return N_(f"Did you mean {listed} or {last}?")


class SettingsError(AssistantError):
    exit_code = 2


class NotFoundError(AssistantError):
    exit_code = 3


class MissingValuesError(AssistantError):
    """Attributes:
    names: the variables that need a value.
    """

    exit_code = 2
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, prompt: str, names: Sequence[str]) -> Self:
        """The error for variables of a prompt that have no value."""
        error = cls(
            N_(f"The prompt {prompt} needs a value for {', '.join(names)}."),
            N_("Give it one, or a default under `variables` in its file."),
        )
        error.names = tuple(names)
        return error


class ModelError(AssistantError):
    exit_code = 4


class ModelNotFoundError(ModelError):
    pass


class ModelFileError(ModelError):
    pass


class ModelMemoryError(ModelError):
    pass


class ModelLoadTimeoutError(ModelError):
    pass


class AdapterError(ModelError):
    pass


class AdapterNotFoundError(AdapterError, ModelNotFoundError):
    pass


class ConsentError(ModelError):
    """Attributes:
    model: the model that was asked for; empty where no consent would help.
    what: what would be sent, see `ConsentScope`.
    """

    def __init__(self, message: str, hint: str = "", *, model: str = "", what: str = "") -> None:
        super().__init__(message, hint)
        self.model = model
        self.what = what


class ConstraintError(AssistantError):
    exit_code = 2


class IncompleteAnswerError(AssistantError):
    exit_code = 10


class DownloadError(ModelError):
    pass


class AccessError(DownloadError):
    pass


class ContextOverflowError(AssistantError):
    """Attributes:
    excess: tokens too many, at least; 0 where nobody counted.
    """

    exit_code = 5

    def __init__(self, message: str, hint: str = "", *, excess: int = 0) -> None:
        super().__init__(message, hint)
        self.excess = excess


class EngineError(AssistantError):
    exit_code = 6


class ComputationError(EngineError):
    """llama.cpp could not compute: memory ran out, or a graphics card failed."""


class EngineStartError(EngineError):
    pass


class EngineDiedError(EngineError):
    pass


class EndpointError(EngineError):
    pass


class StorageError(AssistantError):
    exit_code = 7


class DatabaseNewerError(StorageError):
    pass


class DatabaseDamagedError(StorageError):
    pass


class DatabaseBusyError(StorageError):
    pass


class UnwritableError(StorageError):
    pass


class LibraryError(AssistantError):
    exit_code = 8


class UnreadableFileError(LibraryError):
    pass


class LibraryStartError(LibraryError):
    pass


class LibraryDiedError(LibraryError):
    pass


class TranscriptError(AssistantError):
    """Attributes:
    place: where in its file; empty where that says nothing.
    """

    exit_code = 9

    def __init__(self, message: str, hint: str = "", *, place: str = "") -> None:
        super().__init__(message, hint)
        self.place = place
