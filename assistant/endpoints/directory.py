"""Directory of endpoints: added, tested, allowed, removed; and servers that are found here."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Final

from assistant.core.errors import AssistantError, NotFoundError, SettingsError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.endpoints.capabilities import Capabilities, ServerKind
from assistant.core.values.endpoints.status import (
    ConsentScope,
    EndpointStatus,
    EndpointTest,
    FoundServer,
)
from assistant.core.values.events import Finished, Thought, Wrote
from assistant.core.values.sampling import Sampling
from assistant.endpoints.consent import Consents
from assistant.endpoints.keys import Keys
from assistant.endpoints.known import KnownServers
from assistant.endpoints.server import EndpointServer
from assistant.endpoints.wire.address import EndpointAddress
from assistant.endpoints.wire.stop import RequestStoppedError
from assistant.language.messages import N_
from assistant.settings import ENDPOINT_NAME, EndpointSettings
from assistant.settings_file import change_setting
from assistant.system.network_log import NetworkLog

USUAL_PORTS: Final[Mapping[int, tuple[str, ServerKind]]] = {
    8080: ("llama-server", "llama.cpp"),
    11434: ("ollama", "Ollama"),
    1234: ("lm-studio", "LM Studio"),
    8000: ("vllm", "vLLM"),
}
"""Ports of this machine on which programs serve models, and what such an endpoint is called."""

LOOK_SECONDS: Final = 0.5
"""Seconds that a program on this machine has to take a connection."""

TEST_TOKENS: Final = 64
"""Tokens of the answer to a test."""


class EndpointDirectory:
    """The endpoints of the settings; one that is added is there at once."""

    def __init__(
        self,
        settings_file: Path,
        endpoints: Mapping[str, EndpointSettings],
        consents: Consents,
        keys: Keys,
        known: KnownServers,
        log: NetworkLog,
    ) -> None:
        self._file = settings_file
        self._consents, self._keys, self._known, self._log = consents, keys, known, log
        self._servers = {name: self._server(name, each) for name, each in endpoints.items()}

    def servers(self) -> Mapping[str, EndpointServer]:
        """The servers, by the names of their endpoints."""
        return self._servers

    def listed(self) -> list[EndpointStatus]:
        """See `Endpoints.listed`."""
        last = {use.host: use.at for use in self._log.read()}
        return [
            EndpointStatus(
                name=name,
                url=server.settings.url,
                host=server.address.host,
                is_loopback=server.address.is_loopback,
                allowed=self._consents.allowed(name, server.address),
                key=self._keys.place(name, server.settings),
                last_used=last.get(server.address.host),
                capabilities=server.known,
            )
            for name, server in self._servers.items()
        ]

    def add(self, name: str, url: str, *, key_variable: str = "", key_file: str = "") -> None:
        """See `Endpoints.add`."""
        if not re.match(ENDPOINT_NAME, name):
            raise SettingsError(
                f"{name!r} is not a name for an endpoint.",
                "It has letters, digits, dots, hyphens and underscores only.",
            )
        given = {"url": url, "key_variable": key_variable, "key_file": key_file}
        try:
            settings = EndpointSettings.model_validate(given)
        except ValueError:
            raise SettingsError(
                f"{url!r} is not the address of a server.",
                "It looks like https://api.example.com/v1, and has no key.",
            ) from None
        before = self._servers.get(name)
        for key, value in given.items():
            if value or (before and getattr(before.settings, key)):
                change_setting(self._file, ("endpoints", name, key), value or None)
        if before is not None:
            settings = before.settings.model_copy(update=given)
        self._known.forget(name)
        self._servers[name] = self._server(name, settings)

    def keep_key(self, name: str, key: str) -> str:
        """See `Endpoints.keep_key`."""
        self._named(name)
        return self._keys.keep(name, key)

    def remove(self, name: str) -> None:
        """See `Endpoints.remove`."""
        for key in self._named(name).settings.model_fields_set:
            change_setting(self._file, ("endpoints", name, key), None)
        self._consents.forget(name)
        self._keys.forget(name)
        self._known.forget(name)
        del self._servers[name]

    def missing(self, model: str | None, what: ConsentScope) -> EndpointStatus | None:
        """See `Endpoints.missing`."""
        wanted = (model or "").partition("/")[0].casefold()
        found = [each for each in self.listed() if each.name.casefold() == wanted]
        return next((each for each in found if what not in each.allowed), None)

    def allow(self, name: str, what: ConsentScope) -> None:
        """See `Endpoints.allow`."""
        self._consents.allow(name, self._named(name).address, what)

    def forbid(self, name: str) -> None:
        """See `Endpoints.forbid`."""
        self._named(name)
        self._consents.forget(name)

    def test(self, name: str, stop: Event) -> EndpointTest:
        """See `Endpoints.test`."""
        server = self._named(name)
        server.require("questions", name)
        try:
            capabilities = server.capabilities(stop, fresh=True)
        except RequestStoppedError:
            return EndpointTest(
                capabilities=Capabilities(), model="", problem=N_("It was stopped.")
            )
        if not capabilities.models:
            return EndpointTest(
                capabilities=capabilities, model="", problem=N_("It lists no models.")
            )
        return _say_one_word(server, capabilities, stop)

    def find(self, stop: Event) -> list[FoundServer]:
        """See `Endpoints.find`."""
        known = {server.address.base for server in self._servers.values()}
        found = []
        for port, (name, kind) in USUAL_PORTS.items():
            url = f"http://127.0.0.1:{port}"
            same = {
                EndpointAddress.of(f"http://{host}:{port}").base
                for host in ("127.0.0.1", "localhost")
            }
            if stop.is_set() or known & same or not _listens(port):
                continue
            settings = EndpointSettings(url=url, connect_timeout=LOOK_SECONDS)
            try:
                there = self._server("", settings).capabilities(stop, fresh=True)
            except (AssistantError, RequestStoppedError):
                continue
            finally:
                self._known.forget("")
            if there.models or there.kind != "other":
                kind = kind if there.kind == "other" else there.kind
                models = tuple(each.name for each in there.models)
                found.append(FoundServer(name=self._free(name), url=url, kind=kind, models=models))
        return found

    def _free(self, name: str) -> str:
        names = (name, *(f"{name}-{number}" for number in range(2, 100)))
        return next(each for each in names if each not in self._servers)

    def _server(self, name: str, settings: EndpointSettings) -> EndpointServer:
        return EndpointServer(name, settings, self._consents, self._keys, self._known, self._log)

    def _named(self, name: str) -> EndpointServer:
        if name not in self._servers:
            there = ", ".join(self._servers)
            raise NotFoundError(
                f"There is no endpoint called {name!r}.",
                f"There are: {there}." if there else "`assistant endpoints add` adds one.",
            )
        return self._servers[name]


def _listens(port: int) -> bool:
    """Whether a program on this machine takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=LOOK_SECONDS).close()
    except OSError:
        return False
    return True


def _say_one_word(server: EndpointServer, capabilities: Capabilities, stop: Event) -> EndpointTest:
    """Let the first model say something short."""
    from assistant.endpoints.chat_model import RemoteChatModel  # noqa: PLC0415 -- see `AllModels`

    model = RemoteChatModel(server, capabilities.models[0].name)
    asked = ChatMessage(role="user", content="Say yes.")
    text = thoughts = problem = ""
    finished: Finished | None = None
    try:
        for event in model.stream([asked], Sampling(temperature=0, max_tokens=TEST_TOKENS), stop):
            match event:
                case Wrote(text=piece):
                    text += piece
                case Thought(text=piece):
                    thoughts += piece
                case Finished():
                    finished = event
                case _:
                    pass
    except AssistantError as failure:
        problem = str(failure)
    return EndpointTest(
        capabilities=capabilities,
        model=model.name,
        answer=text,
        reasoning=thoughts,
        first_ms=finished.timings.first_token_ms if finished else 0,
        usage=bool(finished and finished.usage.prompt_tokens),
        problem=problem,
    )
