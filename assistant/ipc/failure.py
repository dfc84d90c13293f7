"""An error of a worker on its way to the front end."""

from typing import Literal

from assistant.core import errors
from assistant.core.errors import AssistantError
from assistant.core.models import Value


class Failed(Value):
    """An AssistantError, as a frame."""

    kind: Literal["failed"] = "failed"
    type: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: AssistantError) -> "Failed":
        return cls(type=type(error).__name__, message=error.message, hint=error.hint)

    def error(self) -> AssistantError:
        """The same error again; a plain AssistantError where the type is not known here."""
        kind = getattr(errors, self.type, None)
        if isinstance(kind, type) and issubclass(kind, AssistantError):
            return kind(self.message, self.hint)
        return AssistantError(self.message, self.hint)
