"""API errors: what went wrong, in the form that OpenAI's clients read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import JSONResponse

from assistant.core.errors import (
    AssistantError,
    ConstraintError,
    ContextOverflowError,
    ModelFileError,
    ModelMemoryError,
    ModelNotFoundError,
    NotFoundError,
)
from assistant.core.sanitize import printable

INVALID: Final = "invalid_request_error"

UNEXPECTED: Final = "Something unexpected happened here; the log has its details."


class ApiError(Exception):
    """A request that gets no answer, and why."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Args:
        param: the field of the request that is at fault.
        """
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON holds it."""
        kind = INVALID if self.status < 500 else "server_error"
        if self.status == 401:
            kind = "authentication_error"
        return {
            "error": {
                "message": printable(self.message),
                "type": kind,
                "param": self.param,
                "code": self.code,
            }
        }

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status, dict(self.headers))


def wrong_field(param: str, message: str) -> ApiError:
    """The error for a field that will not do."""
    return ApiError(400, message, param=param)


def api_error(failure: AssistantError) -> ApiError:
    """What a client is told of an error of the program."""
    message = str(failure)
    match failure:
        case ContextOverflowError():
            return ApiError(400, message, code="context_length_exceeded", param="messages")
        case ConstraintError():
            return ApiError(400, message, param="response_format")
        case ModelNotFoundError():
            return ApiError(404, message, code="model_not_found", param="model")
        case NotFoundError():
            return ApiError(404, message, code="not_found")
        case ModelFileError() | ModelMemoryError():
            return ApiError(503, message, code="model_unavailable", param="model")
        case _:
            return ApiError(503, message, code="unavailable")
