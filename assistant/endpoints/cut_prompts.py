"""Cut prompts: what a server has left out of a long prompt without a word, told from its counts.

Ollama, and LM Studio where it is set so, read as much as their window holds and answer that. Their
count of the prompt is then the window, or less than what was sent can have at the least.
"""

from collections.abc import Sequence
from threading import Event
from typing import Final

from assistant.core.errors import EndpointError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.endpoints.capabilities import ServerKind
from assistant.endpoints.server import EndpointServer

CUTTING: Final[frozenset[ServerKind]] = frozenset({"Ollama", "LM Studio"})
"""Programs that leave out what does not fit; others refuse it."""


def require_whole(
    server: EndpointServer, model: str, messages: Sequence[ChatMessage], read: int, stop: Event
) -> None:
    """Pass where a server has read all of a prompt, as far as its count says.

    Args:
        read: tokens that it has read, as it says; 0 where it does not.

    Raises:
        EndpointError: it has left out a part. Its window is known from then on.
        RequestStoppedError: nobody wants to know.
    """
    known = server.known
    if not read or known is None or known.kind not in CUTTING:
        return
    least = server.estimates.least(model, messages)
    assumed = server.window(model, known)
    if read >= least and read < assumed - 1:
        return
    now = server.capabilities(stop, fresh=True)
    window = next((each.window for each in now.models if each.name == model), 0)
    if not window or (read < window - 1 and least <= window):
        return
    sent = max(round(server.estimates.counts(model, messages).total), read)
    hint = f"Ask again: now it is known that the window has {window:,} tokens."
    if server.settings.window > window:
        hint = f"Give {server.name} a `window` of {window} in the settings."
    raise EndpointError(
        f"{server.address.host} has read {read:,} of about {sent:,} tokens: {known.kind} leaves out"
        " what its window does not hold.",
        f"{hint} A larger one is set in {known.kind}.",
    )
