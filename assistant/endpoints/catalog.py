"""Model catalog of everything: the models on this machine, then those of the user's servers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event

from assistant.core.errors import AdapterError, AssistantError, ModelNotFoundError
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.values.endpoints.capabilities import Capabilities
from assistant.core.values.models import ModelDetails, ModelFacts, ModelRef
from assistant.core.values.sampling import AdapterUse, SamplingChanges
from assistant.endpoints.server import EndpointServer
from assistant.endpoints.wire.stop import RequestStoppedError


class AllModels:
    """The models of a local catalog and of servers, whose names are `ENDPOINT/MODEL`."""

    def __init__(
        self,
        local: ModelCatalog,
        servers: Callable[[], Mapping[str, EndpointServer]],
        default: str | None,
        background: str | None = None,
    ) -> None:
        """Args:
        servers: by the names of their endpoints, as they are now.
        default: the model when none is named; None is that of `local`.
        background: the model for what nobody asked for; None is one that runs here.
        """
        self._local = local
        self._servers = servers
        self._default = default
        self._background = background

    def models(self) -> list[ModelRef]:
        """See `ModelCatalog.models`; of servers what was found out before, without a connection."""
        served = [
            _reference(server, model.name)
            for server in self._servers().values()
            for model in (server.known.models if server.known else ())
        ]
        found = [*self._local.models(), *served]
        if (default := self._named(self._default)) is not None:
            first = _reference(*default)
            found = [first, *(each for each in found if each.name != first.name)]
        return found

    def details(self, stop: Event, of: ModelRef | None = None) -> Iterator[ModelDetails]:
        """See `ModelCatalog.details`; servers are asked, where something may be sent to them."""
        if of is None or of.origin != "endpoint":
            yield from self._local.details(stop, of)
        for server in self._servers().values():
            if of is None:
                yield from _details(server, stop)
            elif (named := self._named(of.name)) is not None and named[0] is server:
                listed = [each for each in _details(server, stop) if each.model.name == of.name]
                yield from listed or [_detail(server, of.name.partition("/")[2], None)]

    def reference(self, name: str | None) -> ModelRef:
        """See `ModelCatalog.reference`."""
        named = self._named(name or self._default)
        return self._local.reference(name) if named is None else _reference(*named)

    def recommended_sampling(self, name: str | None) -> SamplingChanges:
        """See `ModelCatalog.recommended_sampling`; servers recommend nothing."""
        if self._named(name or self._default) is not None:
            return SamplingChanges()
        return self._local.recommended_sampling(name)

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """See `ModelCatalog.on_notice`."""
        self._local.on_notice(tell)

    def use_default(self, name: str | None) -> None:
        """See `ModelCatalog.use_default`."""
        if self._named(name) is not None:
            self._default = name
        else:
            self._default = None
            self._local.use_default(name)

    def open(self, name: str | None, adapters: Sequence[AdapterUse] | None = None) -> ChatModel:
        """See `ModelCatalog.open`."""
        named = self._named(name or self._default)
        if named is None:
            return self._local.open(name, adapters)
        if adapters:
            raise AdapterError(
                f"Adapters are for models that run here, and {name} runs on a server.",
                "Leave them out: /adapters none, or --adapter none.",
            )
        # Who asks a model that runs here imports no client of servers.
        from assistant.endpoints.chat_model import RemoteChatModel  # noqa: PLC0415

        return RemoteChatModel(*named)

    def open_for_background(
        self, name: str | None, adapters: Sequence[AdapterUse] | None = None
    ) -> ChatModel:
        """See `ModelCatalog.open_for_background`."""
        if self._named(name or self._default) is None:
            return self._local.open(name, adapters)
        return self.open(self._background) if self._background else self._local.open(None)

    def _named(self, name: str | None) -> tuple[EndpointServer, str] | None:
        """The server and the model that are meant; None where a model of this machine is."""
        if not name:
            return None
        endpoint, _, model = name.partition("/")
        by_name = {each.casefold(): server for each, server in self._servers().items()}
        server = by_name.get(endpoint.casefold())
        if server is None:
            return None
        if model:
            return server, model
        known = [each.name for each in server.known.models] if server.known else []
        if len(known) == 1:
            return server, known[0]
        names = ", ".join(f"{endpoint}/{each}" for each in known[:20])
        wanted = f"{endpoint}/MODEL"
        raise ModelNotFoundError(
            f"{endpoint} is a server: name one of its models, {wanted}.",
            f"There are: {names}."
            if known
            else f"`assistant endpoints test {endpoint}` lists its models.",
        )


def _reference(server: EndpointServer, model: str) -> ModelRef:
    name = f"{server.name}/{model}"
    return ModelRef(name=name, path=server.address.base, size=0, origin="endpoint")


def _details(server: EndpointServer, stop: Event) -> Iterator[ModelDetails]:
    """A server's models, or why it lists none."""
    try:
        server.require("questions", server.name)
        capabilities = server.capabilities(stop)
    except RequestStoppedError:
        return
    except AssistantError as failure:
        yield _detail(server, "", None, str(failure))
        return
    for model in capabilities.models:
        yield _detail(server, model.name, capabilities)


def _detail(
    server: EndpointServer, model: str, capabilities: Capabilities | None, problem: str = ""
) -> ModelDetails:
    facts = ModelFacts(has_template=True)
    if capabilities is not None:
        window = server.window(model, capabilities)
        facts = ModelFacts(
            architecture=capabilities.kind, trained_context=window, has_template=True
        )
    return ModelDetails(
        model=_reference(server, model),
        facts=facts,
        fit="no answer" if problem else "elsewhere",
        reason=problem,
    )
