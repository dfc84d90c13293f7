"""Application: the addresses of the server, and what answers at each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial, wraps
from threading import Event
from time import time
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import unquote

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assistant.core.ports.library import Library
from assistant.serve.answers.passages import PassagePages
from assistant.serve.answers.request import AnswerRequest, ServedModel
from assistant.serve.answers.served import ListedModel, ServedModels
from assistant.serve.api.chat import ChatReply, read_chat
from assistant.serve.api.embeddings import embeddings_object, read_embeddings
from assistant.serve.api.exchange import AnswerResponse, Exchanges, told
from assistant.serve.api.fields import Fields, read_fields
from assistant.serve.api.models import model_object, models_object
from assistant.serve.api.responses import ResponseReply, read_response
from assistant.serve.http.errors import ApiError
from assistant.serve.http.event_stream import WhileConnected
from assistant.serve.http.gate import PASSAGES, Gate, GateRules
from assistant.serve.http.key import ServerKey

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/health": "GET",
        "/v1/models": "GET",
        "/v1/models/": "GET",
        "/v1/chat/completions": "POST",
        "/v1/embeddings": "POST",
        "/v1/responses": "POST",
        PASSAGES: "GET",
    }
)

PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(
    served: ServedModels,
    library: Library,
    exchanges: Exchanges,
    passages: PassagePages,
    key: ServerKey,
    rules: GateRules,
) -> Gate:
    """The application behind its gate."""
    endpoints = _Endpoints(served, library, exchanges, passages)
    routes = {
        "/health": endpoints.health,
        "/v1/models": endpoints.models,
        "/v1/models/{id:path}": endpoints.model,
        "/v1/chat/completions": endpoints.chat,
        "/v1/embeddings": endpoints.embeddings,
        "/v1/responses": endpoints.responses,
        "/p/{name}": endpoints.passage,
    }
    app = Starlette(
        routes=[
            Route(path, _reporting(endpoint), methods=["GET", "POST"])
            for path, endpoint in routes.items()
        ],
        exception_handlers={404: _not_found},
    )
    return Gate(app, METHODS, key, rules)


class _Endpoints:
    """What answers at the addresses."""

    def __init__(
        self,
        served: ServedModels,
        library: Library,
        exchanges: Exchanges,
        passages: PassagePages,
    ) -> None:
        self._served = served
        self._library = library
        self._exchanges = exchanges
        self._passages = passages
        self._started = int(time())

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def models(self, _: Request) -> Response:
        return JSONResponse(models_object(await self._listed(), self._started))

    async def model(self, request: Request) -> Response:
        id = unquote(request.path_params["id"])
        for each in await self._listed():
            if each.id == id:
                return JSONResponse(model_object(each, self._started))
        await _in_thread(self._served.find, id)
        return JSONResponse(model_object(ListedModel(id), self._started))

    async def chat(self, request: Request) -> Response:
        fields = read_fields(await request.body())
        asked = read_chat(fields, await self._model(fields), _program(request))
        options = fields.object("stream_options")
        with_usage = bool(options and options.flag("include_usage"))
        form = ChatReply(asked.model.id, with_usage=with_usage)
        return self._answer(asked, form, fields)

    async def responses(self, request: Request) -> Response:
        fields = read_fields(await request.body())
        asked = read_response(fields, await self._model(fields), _program(request))
        return self._answer(asked, ResponseReply(asked), fields)

    async def embeddings(self, request: Request) -> Response:
        fields = read_fields(await request.body())
        asked = read_embeddings(fields, await _in_thread(self._served.embedder))
        stop = Event()
        async with WhileConnected(request.receive, stop):
            embed = partial(self._library.embed, asked.texts, stop, questions=asked.questions)
            with self._exchanges.activity.request("embeddings") as record:
                found = await _in_thread(embed)
                record.is_complete = True
            return JSONResponse(embeddings_object(asked, found))
        # Nobody reads it any more.
        return Response(status_code=408)

    async def passage(self, request: Request) -> Response:
        page = self._passages.find(request.path_params["name"])
        if page is None:
            return HTMLResponse("<p>This passage is not shown any more.", 404, PAGE_HEADERS)
        return HTMLResponse(page, headers=PAGE_HEADERS)

    async def _listed(self) -> list[ListedModel]:
        return await _in_thread(self._served.listed, Event())

    async def _model(self, fields: Fields) -> ServedModel:
        return await _in_thread(self._served.find, fields.text("model"))

    def _answer(
        self, asked: AnswerRequest, form: ChatReply | ResponseReply, fields: Fields
    ) -> Response:
        return AnswerResponse(self._exchanges, asked, form, streams=fields.flag("stream"))


async def _in_thread(call: Callable[..., T], *arguments: object) -> T:
    return await to_thread.run_sync(partial(call, *arguments), abandon_on_cancel=True)


def _program(request: Request) -> str:
    """Who asks, as far as that can be known: each has its turn."""
    host = request.client.host if request.client else ""
    return f"{host} {request.headers.get('user-agent', '')}"


def _reporting(endpoint: Endpoint) -> Endpoint:
    """Answer with what went wrong where something does."""

    @wraps(endpoint)
    async def reporting(request: Request) -> Response:
        try:
            return await endpoint(request)
        except asyncio.CancelledError:
            raise
        except Exception as failure:  # noqa: BLE001 -- the border: the client has to be told
            return told(failure).response()

    return reporting


async def _not_found(request: Request, _: Exception) -> Response:
    return ApiError(404, f"There is nothing at {request.url.path[:200]}.").response()
