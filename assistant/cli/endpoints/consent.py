"""Consent at the terminal: what may be sent to a server is asked before it is, once for each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.cli.console import Console, is_yes
from assistant.core.errors import ConsentError
from assistant.core.values.endpoints.status import SCOPE_TEXTS
from assistant.language.messages import _

if TYPE_CHECKING:
    from assistant.core.ports.endpoints import Endpoints
    from assistant.core.values.endpoints.status import ConsentScope, EndpointStatus


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
    question = _("Send {what} to {host}? [y/N]", what=_(SCOPE_TEXTS[what]), host=endpoint.host)
    return is_yes(ask(question))


def consent_text(endpoint: "EndpointStatus", what: "ConsentScope") -> str:
    """What a yes means, in a sentence or two."""
    sentences = [
        _("{name} is {host}, which is not this machine.", name=endpoint.name, host=endpoint.host),
        _("You can undo this with `assistant endpoints forbid {name}`.", name=endpoint.name),
    ]
    if what == "files":
        sentences.insert(0, _("Your files have been searched on this machine only."))
    elif not endpoint.url.startswith("https:"):
        sentences.insert(1, _("Nothing is encrypted on the way."))
    return " ".join(sentences)


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
