"""Gate: what a request has to be before anything of it is read, in one order.

Host, origin, method, content type, key, size: a page in a browser fails at the first three whatever
it knows, and who has no key learns nothing, not even which addresses there are.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.serve.http.errors import ApiError
from assistant.serve.http.key import ServerKey

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""How programs on this machine call it."""

JSON: Final = "application/json"
BODY_TIMEOUT = 30.0
"""Seconds that the body of a request may take."""

MAX_BODY: Final = 2_000_000
"""Bytes of a request. The largest prompts of coding agents have 70,000 characters."""

PASSAGES: Final = "/p/"
"""Below it lie pages that need no key: their addresses cannot be guessed."""

Methods = Mapping[str, str]
"""The method of each address; one that ends with a slash stands for all below it."""


class ClientGoneError(Exception):
    """The client went away in the middle of its request."""


@dataclass(frozen=True)
class GateRules:
    """Rules of the gate."""

    hosts: frozenset[str] = LOOPBACK
    """What a request may call this machine, without port."""
    origins: frozenset[str] = frozenset()
    """Web pages that may ask, such as `https://chat.example.org`."""
    own_address: bool = False
    """Whether the address that the connection came to may be named, too."""
    max_body: int = MAX_BODY
    body_timeout: float = BODY_TIMEOUT


class Gate:
    """Lets requests in to the application, their bodies read; refuses all others."""

    def __init__(self, app: ASGIApp, methods: Methods, key: ServerKey, rules: GateRules) -> None:
        self._app = app
        self._methods = methods
        self._key = key
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        try:
            self._check_host(scope, headers)
            origin = self._checked_origin(headers)
            if origin:
                send = _telling_origin(send, origin)
                if scope["method"] == "OPTIONS":
                    await self._preflight(headers)(scope, receive, send)
                    return
            self._check_request(scope, headers)
            body = await self._body(headers, receive) if scope["method"] == "POST" else b""
        except ApiError as refusal:
            await refusal.response()(scope, receive, send)
            return
        except ClientGoneError:
            return
        await self._app(scope, _replaying(body, receive), send)

    def _check_host(self, scope: Scope, headers: Headers) -> None:
        host = host_name(headers.get("host", ""))
        named = {*self._rules.hosts}
        if self._rules.own_address and scope.get("server"):
            named.add(str(scope["server"][0]))
        if host not in named:
            raise ApiError(403, f"This server is not called {host[:200]!r}.", code="wrong_host")

    def _checked_origin(self, headers: Headers) -> str:
        """The web page that asks; empty where none does."""
        origin = headers.get("origin")
        if origin is None:
            return ""
        if origin not in self._rules.origins:
            raise ApiError(403, "Web pages may not ask this server.", code="wrong_origin")
        return origin

    def _preflight(self, headers: Headers) -> Response:
        allowed = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Api-Key",
            "Access-Control-Max-Age": "600",
        }
        if headers.get("access-control-request-private-network") == "true":
            allowed["Access-Control-Allow-Private-Network"] = "true"
        return Response(status_code=204, headers=allowed)

    def _check_request(self, scope: Scope, headers: Headers) -> None:
        path, method = scope["path"], scope["method"]
        wanted = self._method_of(path)
        if wanted and method != wanted and (method, wanted) != ("HEAD", "GET"):
            raise ApiError(
                405, f"{path} takes {wanted}, not {method[:20]}.", headers={"Allow": wanted}
            )
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method == "POST" and kind != JSON:
            raise ApiError(415, f"The request has to be {JSON}.", code="wrong_content_type")
        if path.startswith(PASSAGES):
            return
        if not self._key.fits(_shown_key(headers)):
            raise ApiError(
                401,
                "The key is missing or wrong: `Authorization: Bearer KEY`, or `X-Api-Key: KEY`.",
                code="invalid_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if not wanted:
            raise ApiError(404, f"There is nothing at {path[:200]}.", code="not_found")

    def _method_of(self, path: str) -> str:
        if path in self._methods:
            return self._methods[path]
        below = (key for key in self._methods if key.endswith("/") and path.startswith(key))
        return next((self._methods[key] for key in below), "")

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._rules.max_body:
            raise self._too_large()
        read = bytearray()
        try:
            async with asyncio.timeout(self._rules.body_timeout):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGoneError
                    read += message.get("body", b"")
                    if len(read) > self._rules.max_body:
                        raise self._too_large()
                    if not message.get("more_body"):
                        return bytes(read)
        except TimeoutError:
            raise ApiError(
                408, "The request did not arrive in time.", headers={"Connection": "close"}
            ) from None

    def _too_large(self) -> ApiError:
        most = f"{self._rules.max_body:,} bytes"
        return ApiError(413, f"The request is larger than {most}.", code="request_too_large")


def host_name(header: str) -> str:
    """The name in a `Host` header, without port."""
    text = header.strip().lower()
    if text.startswith("["):
        name, _, port = text[1:].partition("]")
        return name if not port or (port[0] == ":" and port[1:].isdecimal()) else text
    name, colon, port = text.rpartition(":")
    return name if colon and port.isdecimal() and ":" not in name else text


def _shown_key(headers: Headers) -> str:
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip()
    return headers.get("x-api-key", "").strip()


def _telling_origin(send: Send, origin: str) -> Send:
    """Sends with what lets a page of an allowed origin read the reply."""

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers.add_vary_header("Origin")
        await send(message)

    return telling


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Receives the body that was read, and then what follows."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> Message:
        return unread.pop() if unread else await receive()

    return replaying
