"""The gate: what is let in, in one order, and what a refusal tells."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from assistant.serve.app import METHODS
from assistant.serve.http.gate import Gate, GateRules, host_name
from assistant.serve.http.key import ServerKey

KEY = "k" * 40
CHAT = "/v1/chat/completions"
GOOD = {
    "host": "127.0.0.1:8719",
    "content-type": "application/json",
    "authorization": f"Bearer {KEY}",
}


class Inside:
    """An application that keeps the bodies that it was asked with."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


class Reply:
    """What the gate has sent."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        else:
            self.body += message.get("body", b"")

    @property
    def code(self) -> Any:
        return json.loads(self.body)["error"]["code"]


async def ask(
    headers: dict[str, str] | None = None,
    *,
    path: str = CHAT,
    method: str = "POST",
    body: tuple[bytes, ...] = (b"{}",),
    rules: GateRules | None = None,
    **other: str | None,
) -> tuple[Reply, Inside]:
    """A request to the gate with good headers, but for those given."""
    sent = {**GOOD, **(headers or {}), **{k.replace("_", "-"): v for k, v in other.items()}}
    pieces: Iterator[Message] = (
        {"type": "http.request", "body": piece, "more_body": at < len(body) - 1}
        for at, piece in enumerate(body)
    )

    async def receive() -> Message:
        return next(pieces, {"type": "http.disconnect"})

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "server": ("192.168.1.7", 8719),
        "headers": [(k.encode(), v.encode()) for k, v in sent.items() if v is not None],
    }
    inside, reply = Inside(), Reply()
    gate = Gate(inside, METHODS, ServerKey(KEY), rules or GateRules())
    await gate(scope, receive, reply.send)
    return reply, inside


async def test_a_request_with_all_that_is_asked_for_is_let_in_with_its_body() -> None:
    reply, inside = await ask(body=(b'{"a": ', b"1}"))

    assert reply.status == 200
    assert inside.bodies == [b'{"a": 1}']


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8719", "LOCALHOST", "[::1]", "[::1]:8719"]
)
async def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert (await ask(host=host))[0].status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8719",
        "",
        "192.168.1.7",
        "[::1].evil.example]",
        "0.0.0.0",
        "127.0.0.1@evil.example",
    ],
)
async def test_other_names_of_this_machine_are_refused(host: str) -> None:
    reply, inside = await ask(host=host)

    assert (reply.status, reply.code, inside.bodies) == (403, "wrong_host", [])


async def test_beyond_loopback_the_address_that_was_called_is_a_name() -> None:
    rules = GateRules(own_address=True)

    assert (await ask(host="192.168.1.7:8719", rules=rules))[0].status == 200
    assert (await ask(host="192.168.1.8:8719", rules=rules))[0].status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", ""])
async def test_no_web_page_may_ask(origin: str) -> None:
    reply, inside = await ask(origin=origin)

    assert (reply.status, reply.code, inside.bodies) == (403, "wrong_origin", [])
    assert not [name for name in reply.headers if name.startswith("access-control")]


async def test_a_web_page_of_the_settings_may_ask_and_read() -> None:
    rules = GateRules(origins=frozenset({"https://chat.example.org"}))

    reply, _ = await ask(origin="https://chat.example.org", rules=rules)
    preflight, _ = await ask(
        origin="https://chat.example.org", authorization=None, method="OPTIONS", rules=rules
    )

    assert reply.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert preflight.status == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert (await ask(origin="https://other.example", method="OPTIONS", rules=rules))[
        0
    ].status == 403


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None, ""]
)
async def test_what_a_page_can_send_without_asking_is_refused(kind: str | None) -> None:
    reply, inside = await ask(content_type=kind)

    assert (reply.status, inside.bodies) == (415, [])


async def test_json_may_name_its_encoding() -> None:
    assert (await ask(content_type="Application/JSON; charset=utf-8"))[0].status == 200


@pytest.mark.parametrize(
    "shown",
    [None, "", "Bearer", f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", f"Basic {KEY}", "Bearer é", KEY],
)
async def test_without_the_key_nothing_is_answered(shown: str | None) -> None:
    for path, method in [
        *product(("/health", "/v1/models", "/v1/models/x", "/x"), ("GET",)),
        (CHAT, "POST"),
    ]:
        reply, inside = await ask(authorization=shown, path=path, method=method)

        assert (reply.status, reply.code, inside.bodies) == (401, "invalid_api_key", [])


async def test_the_key_may_be_shown_in_a_header_of_its_own() -> None:
    assert (await ask(authorization=None, x_api_key=KEY))[0].status == 200
    assert (await ask(authorization=None, x_api_key="no"))[0].status == 401


async def test_what_is_wrong_is_told_in_one_order() -> None:
    wrong = {
        "host": "evil.example",
        "origin": "https://evil.example",
        "content-type": "text/plain",
        "authorization": None,
        "content-length": "99999999999",
    }
    statuses = []
    for mended in [
        (),
        ("host",),
        ("origin",),
        ("method",),
        ("content-type",),
        ("authorization",),
        ("content-length",),
    ]:
        for name in mended:
            wrong.pop(name, None)
        method = "POST" if "method" not in wrong and len(statuses) >= 3 else "DELETE"
        statuses.append((await ask(wrong, method=method))[0].status)  # type: ignore[arg-type]

    assert statuses == [403, 403, 405, 415, 401, 413, 200]


async def test_a_passage_needs_no_key_and_shows_nothing_else() -> None:
    reply, inside = await ask(authorization=None, path="/p/abc", method="GET")

    assert (reply.status, inside.bodies) == (200, [b""])
    assert (await ask(authorization=None, path="/p", method="GET"))[0].status == 401


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    rules = GateRules(max_body=10)

    declared, _ = await ask(content_length="11", rules=rules)
    sent, inside = await ask(body=(b"123456", b"123456", b"123456"), rules=rules)

    assert (declared.status, sent.status, inside.bodies) == (413, 413, [])


async def test_who_goes_away_in_the_middle_is_answered_nothing() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    inside = Inside()
    headers = [(k.encode(), v.encode()) for k, v in GOOD.items()]
    scope = {"type": "http", "method": "POST", "path": CHAT, "headers": headers}
    await Gate(inside, METHODS, ServerKey(KEY), GateRules())(scope, receive, send)

    assert (sent, inside.bodies) == ([], [])


def test_the_name_of_a_host_is_read_without_its_port() -> None:
    assert host_name("Example.org:80") == "example.org"
    assert host_name("[FE80::1]:80") == "fe80::1"
    assert host_name("fe80::1") == "fe80::1"
