"""What hostile programs, pages and clients try with the server."""

import json
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.support.serving import RunningServer, read_reply

pytestmark = pytest.mark.model

CHAT = "/v1/chat/completions"
STARTER = "smollm2-135m-instruct"
BODY = json.dumps({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}).encode()
PATHS = ("/health", "/v1/models", "/v1/models/x", "/", "/docs", "/openapi.json", "/metrics", "/p")


def request(server: RunningServer, *lines: str, path: str = CHAT, body: bytes = BODY) -> bytes:
    """A request with the right key, but for the `lines`, which come last."""
    given = {line.split(":")[0].lower() for line in lines}
    usual = {
        "host": "127.0.0.1",
        "connection": "close",
        "authorization": f"Bearer {server.key}",
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    head = [f"{name}: {value}" for name, value in usual.items() if name not in given]
    sent = [line for line in (*head, *lines) if not line.endswith(": -")]
    return "\r\n".join([f"POST {path} HTTP/1.1", *sent, "", ""]).encode() + body


def is_alive(server: RunningServer) -> bool:
    return server.process.poll() is None and server.ask("GET", "/health")[0] == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Host: evil.example",), 403),
        (("Host: localhost.evil.example",), 403),
        (("Host: -",), 400),
        (("Host: localhost", "Host: evil.example"), 400),
        (("Origin: https://evil.example",), 403),
        (("Origin: null",), 403),
        (("Content-Type: text/plain",), 415),
        (("Content-Type: -",), 415),
        (("Authorization: -",), 401),
        (("Authorization: Bearer wrong",), 401),
        (("X-Api-Key: wrong", "Authorization: -"), 401),
        (("Content-Length: 999999999999",), 413),
        (("Content-Length: -1",), 400),
        (("Content-Length: 5", "Content-Length: 6"), 400),
        (("Transfer-Encoding: nonsense",), 501),
    ],
)
def test_a_request_that_is_not_right_gets_no_answer(
    server: RunningServer, lines: tuple[str, ...], status: int
) -> None:
    found, reply = server.raw(request(server, *lines))

    assert found in (status, 400)
    assert b"choices" not in reply
    assert is_alive(server)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_key_no_address_answers(server: RunningServer, path: str) -> None:
    status, reply = server.ask("GET", path, key=None)

    assert status == 401
    assert reply["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    "path",
    [
        "/p/../serve.key",
        "/p/..%2f..%2fserve.key",
        "/p/%2e%2e/%2e%2e/etc/passwd",
        "/p//etc/passwd",
        "/p/" + "A" * 5000,
        "/p/%00",
        "/p/..\\..\\serve.key",
        "/p/%ff%fe",
        "/p/;cat",
        "/p/",
    ],
)
def test_a_passage_address_leads_to_no_file(server: RunningServer, path: str) -> None:
    status, reply = server.raw(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )

    assert status in (404, 400)
    assert server.key.encode() not in reply
    assert b"root:" not in reply


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\x03" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b"A" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
)
def test_what_is_no_request_ends_its_connection(server: RunningServer, sent: bytes) -> None:
    with server.connect() as connection:
        with suppress(OSError):
            connection.sendall(sent)
        reply = b""
        with suppress(OSError):
            reply = connection.recv(4096)

    assert not reply or reply.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403"))
    assert is_alive(server)


def test_a_body_that_is_too_large_is_not_taken_in(server: RunningServer) -> None:
    before = server.memory()
    with server.connect() as connection:
        head = request(server, "Transfer-Encoding: chunked", "Content-Length: -", body=b"")
        connection.sendall(head)
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        with suppress(OSError):
            for _ in range(1000):
                connection.sendall(piece)
        connection.settimeout(20)
        with suppress(OSError):
            assert read_reply(connection)[0] in (413, 0)

    assert server.memory() - before < 40_000_000
    assert is_alive(server)


@pytest.mark.slow
def test_who_sends_too_slowly_is_left(server: RunningServer) -> None:
    """Of the line, of the headers, of the second request, and of the body."""
    whole = request(server)
    first = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: " + server.key.encode()
    cases = [b"", b"POST ", whole[:60], first + b"\r\n\r\nGET ", whole[: -len(BODY) + 5]]
    open_ = []
    for sent in cases:
        connection = server.connect()
        connection.sendall(sent)
        open_.append(connection)
    deadline = time.monotonic() + 60
    for connection in open_:
        connection.settimeout(max(deadline - time.monotonic(), 1))
        while connection.recv(4096):
            pass
        connection.close()

    assert is_alive(server)


@pytest.mark.slow
def test_two_hundred_clients_at_once_are_all_answered(server: RunningServer) -> None:
    def ask(number: int) -> int:
        agent = {"User-Agent": f"program {number % 7}"}
        return server.ask("POST", CHAT, BODY, headers=agent)[0]

    before = server.memory()
    with ThreadPoolExecutor(200) as pool:
        statuses = list(pool.map(ask, range(200)))

    assert statuses == [200] * 200
    assert server.memory() - before < 60_000_000
    assert is_alive(server)


@pytest.mark.slow
def test_clients_that_go_away_at_any_moment_leave_nothing_behind(server: RunningServer) -> None:
    moments = random.Random(1)
    long = json.dumps(
        {
            "messages": [{"role": "user", "content": "Tell me a long story."}],
            "stream": True,
            "max_tokens": 40,
        }
    ).encode()

    def come_and_go(_: int) -> None:
        whole = request(server, body=long)
        with server.connect() as connection:
            connection.sendall(whole[: moments.randint(1, len(whole))])
            connection.settimeout(moments.random() * 0.4 + 0.01)
            with suppress(OSError):
                while connection.recv(200):
                    pass
            if moments.random() < 0.5:
                # Gone without a goodbye.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def rounds(count: int) -> int:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(come_and_go, range(count)))
        status, _ = server.ask("POST", CHAT, BODY)
        assert status == 200
        return server.memory()

    first = rounds(150)
    last = [rounds(150) for _ in range(4)][-1]

    assert last - first < 12_000_000
    assert is_alive(server)


def test_a_client_that_never_reads_keeps_nobody_from_an_answer(server: RunningServer) -> None:
    body = json.dumps(
        {"messages": [{"role": "user", "content": "Hi"}], "stream": True, "max_tokens": 20}
    ).encode()
    with server.connect() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.sendall(request(server, body=body))
        status, _ = server.ask("POST", CHAT, BODY)

    assert status == 200
