"""Endpoints: servers of models, what may be sent to them, tests of them, connections."""

from datetime import datetime
from typing import Final, Literal

from assistant.core.values.base import Value
from assistant.core.values.endpoints.capabilities import Capabilities, ServerKind
from assistant.language.messages import N_

ConsentScope = Literal["questions", "files"]
"""What may be sent to a server: questions and answers, and passages of the user's files."""

SCOPE_TEXTS: Final[dict[ConsentScope, str]] = {
    "questions": N_("your questions and the conversations they are in"),
    "files": N_("passages of your files"),
}


class EndpointStatus(Value):
    """An endpoint of the settings, and what is known of it without a connection."""

    name: str
    url: str
    host: str
    is_loopback: bool
    allowed: tuple[ConsentScope, ...] = ()
    """What may be sent to it; on this machine everything."""
    key: str = ""
    """Where its key is; empty where it has none."""
    last_used: datetime | None = None
    capabilities: Capabilities | None = None
    """What was found out; None before the first connection."""


class EndpointTest(Value):
    """What a test of an endpoint found."""

    capabilities: Capabilities
    model: str
    """The one that answered; empty where none was asked."""
    answer: str = ""
    reasoning: str = ""
    """What it thought."""
    first_ms: float = 0
    """Milliseconds until the answer began."""
    usage: bool = False
    """Whether it told how many tokens there were."""
    problem: str = ""
    """Why it did not answer, as a sentence."""


class FoundServer(Value):
    """A server of models that runs on this machine and is no endpoint of the settings."""

    name: str
    """One that it could have as an endpoint."""
    url: str
    kind: ServerKind
    models: tuple[str, ...]


class NetworkUse(Value):
    """One connection, without what was said."""

    at: datetime
    host: str
    purpose: str
    """What it was for, in one word or two."""
    status: int = 0
    """Of the answer; 0 where there was none."""
    sent: int = 0
    """Bytes."""
    received: int = 0
    """Bytes."""
    seconds: float = 0
