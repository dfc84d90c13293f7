"""Consent at the terminal: what may be sent to a server is asked before it is, once for each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.cli.console import Console
from assistant.core.errors import ConsentError
from assistant.core.values.endpoints.status import SCOPE_TEXTS

if TYPE_CHECKING:
    from assistant.core.ports.endpoints import Endpoints
    from assistant.core.values.endpoints.status import ConsentScope, EndpointStatus

YES = frozenset({"y", "yes", "s", "sim"})


def ask_consent(
    console: Console,
    ask: Callable[[str], str] | None,
    endpoint: "EndpointStatus",
    what: "ConsentScope",
) -> bool:
    """Ask whether something may be sent to an endpoint.

    Returns: whether the person said yes; nobody there says no.
    """
    if ask is None:
        return False
    console.error(consent_text(endpoint, what))
    return ask(f"Send {SCOPE_TEXTS[what]} to {endpoint.host}? [y/N]").strip().casefold() in YES


def consent_text(endpoint: "EndpointStatus", what: "ConsentScope") -> str:
    """What a yes means, in a sentence or two."""
    told = f"{endpoint.name} is {endpoint.host}, which is not this machine."
    if what == "files":
        told = f"Your files have been searched on this machine only. {told}"
    elif not endpoint.url.startswith("https:"):
        told += " Nothing is encrypted on the way."
    return f"{told} You can take it back with `assistant endpoints forbid {endpoint.name}`."


def require_questions(
    console: Console,
    ask: Callable[[str], str] | None,
    endpoints: "Endpoints",
    model: str | None,
) -> None:
    """Go on where questions may be sent to the endpoint of a model.

    Raises:
        ConsentError: they may not.
    """
    missing = endpoints.missing(model, "questions")
    if missing is None:
        return
    if not ask_consent(console, ask, missing, "questions"):
        raise ConsentError(
            f"Nothing was sent to {missing.host}.",
            f"`assistant endpoints allow {missing.name}` allows it, or choose another model.",
        )
    endpoints.allow(missing.name, "questions")


def may_send_files(
    console: Console,
    ask: Callable[[str], str] | None,
    endpoints: "Endpoints",
    model: str | None,
) -> bool:
    """Whether passages of the user's files may be sent to the endpoint of a model."""
    missing = endpoints.missing(model, "files")
    if missing is None:
        return True
    if not ask_consent(console, ask, missing, "files"):
        return False
    endpoints.allow(missing.name, "files")
    return True
