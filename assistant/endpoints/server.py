"""One server of the settings: its connection, what is known of it, what may be sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Event, Lock
from typing import TYPE_CHECKING

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.endpoints.capabilities import Capabilities
from assistant.core.values.endpoints.status import ConsentScope
from assistant.endpoints.consent import Consents
from assistant.endpoints.keys import Keys
from assistant.endpoints.known import KnownServers
from assistant.endpoints.probe import ASSUMED_WINDOW, USUAL_WINDOWS, probe
from assistant.endpoints.token_counts import ServerCounts, TokenEstimates
from assistant.endpoints.wire.address import EndpointAddress
from assistant.settings import EndpointSettings
from assistant.system.network_log import NetworkLog

if TYPE_CHECKING:
    from assistant.endpoints.wire.connection import ServerConnection


class EndpointServer:
    """A server, and what is remembered of it while the program runs."""

    def __init__(
        self,
        name: str,
        settings: EndpointSettings,
        consents: Consents,
        keys: Keys,
        known: KnownServers,
        log: NetworkLog,
    ) -> None:
        self.name = name
        self.settings = settings
        self.address = EndpointAddress.of(settings.url)
        self._keys = keys
        self._log = log
        self.estimates = TokenEstimates()
        self._consents = consents
        self._known = known
        self._counts: dict[str, ServerCounts] = {}
        self._dropped: dict[str, frozenset[str]] = {}
        self._lock = Lock()

    @cached_property
    def connection(self) -> ServerConnection:
        """The connection to it; opens none yet."""
        # Who lists models needs no client.
        from assistant.endpoints.wire.connection import Patience, ServerConnection  # noqa: PLC0415

        chosen = self.settings
        patience = Patience(chosen.connect_timeout, chosen.first_timeout, chosen.idle_timeout)
        return ServerConnection(
            self.address, lambda: self._keys.read(self.name, chosen), self._log, patience
        )

    # What may be sent

    def require(self, what: ConsentScope, model: str) -> None:
        """See `Consents.require`."""
        self._consents.require(self.name, self.address, what, model)

    def may_get(self, messages: Sequence[ChatMessage]) -> bool:
        """Whether these messages may be sent to it."""
        allowed = self._consents.allowed(self.name, self.address)
        quotes = any(message.quotes_files for message in messages)
        return "questions" in allowed and (not quotes or "files" in allowed)

    # What is known

    @property
    def known(self) -> Capabilities | None:
        """What it can do, as far as that was found out. Opens no connection."""
        found = self._known.read(self.name, self.address.base)
        return found.capabilities if found else None

    def capabilities(self, stop: Event, *, fresh: bool = False) -> Capabilities:
        """What it can do; asked once an hour.

        Args:
            fresh: whether it is asked now.

        Raises:
            EndpointError: it cannot be reached.
            RequestStoppedError: nobody wants it any more.
        """
        with self._lock:
            found = None if fresh else self._known.read(self.name, self.address.base)
            if found is not None and found.is_fresh:
                return found.capabilities
            capabilities = probe(self.connection, self.name, stop)
            self._known.write(self.name, self.address.base, capabilities)
            return capabilities

    def forget_capabilities(self) -> None:
        """Have it asked again the next time: it is not what it was."""
        self._known.forget(self.name)

    def window(self, model: str, capabilities: Capabilities) -> int:
        """Tokens that prompt and answer of a model may use together."""
        if self.settings.window:
            return self.settings.window
        told = next((each.window for each in capabilities.models if each.name == model), 0)
        return told or USUAL_WINDOWS.get(capabilities.kind, ASSUMED_WINDOW)

    def counts(self, model: str) -> ServerCounts | None:
        """Exact counts of a model; None where the server has none."""
        known = self.known
        if known is None or known.counting != "exact":
            return None
        if model not in self._counts:
            self._counts[model] = ServerCounts(self.connection, known.kind, model)
        return self._counts[model]

    def dropped(self, model: str) -> frozenset[str]:
        """Fields of requests that it has refused for a model."""
        return self._dropped.get(model, frozenset())

    def drop(self, model: str, field: str) -> None:
        """Leave a field out from now on."""
        self._dropped[model] = self.dropped(model) | {field}
