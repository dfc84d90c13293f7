"""The server as a process: where it listens, who may ask, how it stops, and what it keeps."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest

from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from tests.support.processes import Streaming, end_workers, on_terminal, run
from tests.support.serving import RunningServer

pytestmark = pytest.mark.model

STARTER = "smollm2-135m-instruct"
CHAT = "/v1/chat/completions"
STORY = [{"role": "user", "content": "Tell me a very long story about a fox and a river."}]


def asked(content: str = "Hi", **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}], "max_tokens": 3, **more}


@contextmanager
def running(*arguments: str) -> Iterator[RunningServer]:
    server = RunningServer.start(*arguments)
    try:
        yield server
    finally:
        assert server.end() == 0


@pytest.fixture
def lone_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own whose workers are gone at the end."""
    monkeypatch.setenv("ASSISTANT_ENGINE__THREADS", "1")
    yield home
    end_workers(home)


def test_it_tells_where_it_is_and_its_key_is_the_users_alone(server: RunningServer) -> None:
    assert server.told.keys() == {"url", "key_file", "pid"}
    assert server.told["pid"] == server.process.pid
    assert server.url == "http://{}:{}/v1".format(*server.address)
    assert server.address[0] == "127.0.0.1"
    assert Path(server.told["key_file"]).stat().st_mode & 0o777 == 0o600
    assert server.ask("GET", "/health") == (200, {"status": "ok"})


def test_every_refusal_is_told_as_openai_tells_it(server: RunningServer) -> None:
    for method, path, body, status in [
        ("GET", "/v1/none", None, 404),
        ("DELETE", "/v1/models", None, 405),
        ("GET", CHAT, None, 405),
        ("POST", CHAT, b"{", 400),
        ("POST", CHAT, {"messages": "Hi"}, 400),
        ("POST", CHAT, asked(temperature="hot"), 400),
        ("POST", "/v1/embeddings", {"input": 5}, 400),
        ("POST", "/v1/responses", {"input": 5}, 400),
    ]:
        found, reply = server.ask(method, path, body)

        assert found == status
        assert reply["error"].keys() == {"message", "type", "param", "code"}


def test_a_client_that_goes_away_stops_the_answer(server: RunningServer) -> None:
    client = server.client()
    for _ in range(3):
        stream = client.chat.completions.create(model=STARTER, messages=STORY, stream=True)
        for _, _ in zip(range(4), stream, strict=False):
            pass
        stream.close()

    # Had the stories gone on, each would take its hundreds of tokens first.
    reply = client.chat.completions.create(model=STARTER, messages=STORY, max_tokens=2)

    assert reply.usage is not None
    assert reply.usage.completion_tokens == 2


def test_who_waits_is_told_to_wait_on(server_home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_SERVE__PING", "0.2")
        with running() as server:
            first = server.client().chat.completions.create(
                model=STARTER, messages=STORY, stream=True, max_tokens=80
            )
            next(iter(first))
            body = json.dumps(asked(stream=True)).encode()
            head = (
                f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                f"X-Api-Key: {server.key}\r\n\r\n"
            )
            status, reply = server.raw(head.encode() + body)
            first.close()

    assert status == 200
    assert reply.startswith(b": ping\n")
    assert reply.replace(b": ping\n", b"").startswith(b"data: {")
    assert reply.endswith(b"data: [DONE]\n\n")


def test_the_screen_goes_first(server: RunningServer) -> None:
    client = server.client()
    assert client.chat.completions.create(model=STARTER, messages=STORY, max_tokens=1)
    pieces: list[str] = []
    begun = Event()

    def read() -> None:
        stream = client.chat.completions.create(
            model=STARTER, messages=STORY, stream=True, max_tokens=150, temperature=0
        )
        for chunk in stream:
            pieces.append(chunk.choices[0].delta.content or "")
            if len(pieces) > 5:
                begun.set()

    reading = Thread(target=read)
    reading.start()
    assert begun.wait(60)
    answer = Streaming("--temporary", "--max-tokens", "5", "What is the capital of France?")
    assert answer.end() == 0, answer.failure()
    seen_by_then = len(pieces)
    reading.join(120)

    assert answer.seen()
    assert seen_by_then < len(pieces)
    assert len(pieces) >= 100


def test_nothing_is_kept_unless_it_is_wanted(lone_home: Path) -> None:
    with running() as server:
        client = server.client()
        assert client.chat.completions.create(model=STARTER, messages=STORY, max_tokens=3)
        kept = [path for path in lone_home.rglob("*") if path.is_file()]

    said = STORY[0]["content"].encode()
    assert not (lone_home / "data" / "chats.db").exists()
    assert kept
    assert [path.name for path in kept if said in path.read_bytes()] == []
    assert not list((lone_home / "cache").rglob("snapshots/*"))


def test_what_is_to_be_kept_becomes_a_conversation(lone_home: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ASSISTANT_SERVE__KEEP", "true")
    with running() as server:
        client = server.client()
        said: list[Any] = [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Name a fish."},
        ]
        for question in ("And a bird.", ""):
            reply = client.chat.completions.create(
                model=STARTER, messages=said, max_tokens=6, temperature=0
            )
            said += [
                {"role": "assistant", "content": reply.choices[0].message.content},
                {"role": "user", "content": question},
            ]
    with closing(SqliteConversations(find_paths().chats)) as store:
        (listed,) = store.conversations()
        conversation = store.conversation(listed.id)
        branch = store.branch(listed.id)

    assert conversation.title == "Name a fish."
    assert (conversation.system_prompt, conversation.model) == ("Be kind.", STARTER)
    assert [m.text for m in branch] == [m["content"] for m in said[1:-1]]
    assert branch[1].usage is not None
    assert branch[1].state == "complete"


def test_a_unix_socket_is_for_the_user_alone(home: Path) -> None:
    path = home / "serve.sock"
    with running("--socket", str(path)) as server:
        assert path.stat().st_mode & 0o777 == 0o600
        assert server.told["socket"] == str(path)
        transport = httpx2.HTTPTransport(uds=str(path))
        with httpx2.Client(transport=transport, base_url="http://localhost") as client:
            headers = {"Authorization": f"Bearer {server.key}"}
            assert client.get("/health", headers=headers).json() == {"status": "ok"}
            assert client.get("/health").status_code == 401
        taken = run("serve", "--socket", str(path), "--json")
        assert b"listen at" in taken.stderr
    assert not path.exists()


def test_a_socket_that_a_dead_server_left_is_taken_over(home: Path) -> None:
    path = home / "serve.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with running("--socket", str(path)):
        assert path.is_socket()
    (home / "file").write_text("mine")
    refused = run("serve", "--socket", str(home / "file"))
    assert refused.returncode == 1
    assert (home / "file").read_text() == "mine"


def test_a_port_that_is_taken_is_named(server: RunningServer) -> None:
    done = run("serve", "--port", str(server.address[1]))

    assert done.returncode == 1
    assert str(server.address[1]).encode() in done.stderr
    assert b"Another program listens there already" in done.stderr


def test_other_machines_may_ask_only_where_that_is_said(home: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert b"--other-machines" in refused.stderr
    with running("--host", "0.0.0.0", "--other-machines") as server:
        assert server.ask("GET", "/health")[0] == 200
        assert server.ask("GET", "/health", headers={"Host": "evil.example"})[0] == 403
        server.process.terminate()
        _, err = server.process.communicate(timeout=30)
    assert "can use the models of this machine and read your files" in err
    assert "Nothing is encrypted" in err


def test_connections_are_encrypted_with_a_certificate(home: Path) -> None:
    certificate, key = home / "cert.pem", home / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    with running("--tls-cert", str(certificate), "--tls-key", str(key)) as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(certificate))
        with httpx2.Client(verify=context) as client:
            headers = {"Authorization": f"Bearer {server.key}"}
            reply = client.get(server.url.replace("/v1", "/health"), headers=headers)
            assert reply.json() == {"status": "ok"}
    (home / "bad.pem").write_text("no certificate")
    refused = run("serve", "--port", "0", "--tls-cert", str(home / "bad.pem"))
    assert refused.returncode == 1
    assert b"cannot be used" in refused.stderr


def test_a_person_is_shown_where_it_is_and_each_request(home: Path) -> None:
    status, seen = on_terminal(
        "serve", "--port", "0", keys=b"\x03", after=b"Ctrl+C stops the server."
    )

    assert status == 0
    assert b"http://127.0.0.1:" in seen
    assert b"serve.key" in seen
