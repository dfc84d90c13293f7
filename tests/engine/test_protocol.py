"""Errors cross the wire as what they are."""

import pytest

from assistant.core import errors
from assistant.core.errors import AssistantError
from assistant.engine.protocol import replies
from assistant.ipc.messages import Failed

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, AssistantError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_out_as_it_went_in(kind: type[AssistantError]) -> None:
    sent = Failed.of(kind("It broke: \N{GRINNING FACE}.", "Mend it."))
    received = replies.validate_json(sent.model_dump_json())
    assert isinstance(received, Failed)
    error = received.error()
    assert type(error) is kind
    assert (error.message, error.hint) == ("It broke: \N{GRINNING FACE}.", "Mend it.")


@pytest.mark.parametrize("name", ["NoSuchError", "ClassVar", "__doc__", "SystemExit"])
def test_an_unknown_error_is_told_as_it_is(name: str) -> None:
    assert type(Failed(type=name, message="m", hint="h").error()) is AssistantError
