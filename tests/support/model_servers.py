"""Servers of models on loopback that behave as a script says: like llama-server, vLLM and others.

A script is asked for the answer to each request: what is sent, in pieces, with pauses and cuts.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOLD = object()
"""In an answer: nothing more is sent until the test lets it go on, or the client has gone."""

CUT = object()
"""In an answer: the connection ends here, as by a reset."""

MODEL = "tiny"


@dataclass
class Asked:
    """A request as it came."""

    path: str
    body: Any
    headers: dict[str, str]


@dataclass
class Answer:
    """What is answered: a status, headers and a body in pieces."""

    parts: Sequence[object] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/event-stream"


Script = Callable[[Asked], Answer]


@dataclass
class ModelServer:
    """A server on loopback, and what it was asked."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    paths: dict[str, object] = field(default_factory=dict)
    """JSON values by path; what is not there is not found."""
    script: Script = lambda _: Answer()
    held: threading.Event = field(default_factory=threading.Event)
    """Set when an answer is held back."""
    let_go: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when the client has gone while an answer was held back or sent."""

    @property
    def bodies(self) -> list[Any]:
        """Bodies of the requests for answers."""
        return [each.body for each in self.asked if each.path.endswith("/chat/completions")]


def data(value: object) -> bytes:
    """A chunk of a stream."""
    return f"data: {json.dumps(value)}\n\n".encode()


def chunk(delta: object = None, finish: str | None = None, **more: object) -> bytes:
    """A chunk with a choice, as OpenAI sends it."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return data({"id": "c1", "object": "chat.completion.chunk", "choices": [choice], **more})


def usage(prompt: int, written: int, **more: object) -> dict[str, object]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
        **more,
    }


DONE = b"data: [DONE]\n\n"


def plain(*words: str, finish: str = "stop", tokens: int = 9) -> list[object]:
    """An answer of some words, with its usage in a chunk of its own."""
    told = data({"choices": [], "usage": usage(tokens, len(words))})
    return [*(chunk({"content": word}) for word in words), chunk(finish=finish), told, DONE]


def refused(status: int, error: object, **headers: str) -> Answer:
    body = json.dumps(error).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer([body], status, named, "application/json")


@contextmanager
def serving(server: ModelServer) -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(json.loads(self.rfile.read(length)))

        def _answer(self, body: Any) -> None:
            asked = Asked(self.path, body, {k.lower(): v for k, v in self.headers.items()})
            server.asked.append(asked)
            known = server.paths.get(self.path)
            if self.path.endswith("/chat/completions"):
                self._send(server.script(asked))
            elif callable(known):
                self._send(Answer([json.dumps(known(asked)).encode()], content_type=JSON))
            elif known is not None:
                self._send(Answer([json.dumps(known).encode()], content_type=JSON))
            else:
                self._send(refused(404, {"error": {"message": "File Not Found"}}))

        def _send(self, answer: Answer) -> None:
            self.close_connection = True
            parts = list(answer.parts)
            if parts[:1] == [HOLD] and answer.status == 0:
                self._hold()
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Connection", "close")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self._send_parts(parts)

        def _send_parts(self, parts: Sequence[object]) -> None:
            for part in parts:
                if part is HOLD:
                    self._hold()
                elif part is CUT:
                    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    return
                else:
                    assert isinstance(part, bytes)
                    self.wfile.write(part)
                    self.wfile.flush()

        def _hold(self) -> None:
            """Send nothing until the test or the client has had enough."""
            server.held.set()
            self.connection.settimeout(0.02)
            while not server.let_go.is_set():
                try:
                    if not self.connection.recv(1):
                        server.left.set()
                        return
                except TimeoutError:
                    continue
                except OSError:
                    server.left.set()
                    return

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.let_go.set()
        listening.shutdown()
        listening.server_close()


JSON = "application/json"


def models_list(**fields: object) -> dict[str, object]:
    """The list of models of a server that has one."""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", **fields}]}


def openai_like(*words: str) -> ModelServer:
    """A server that is nothing but compatible."""
    return ModelServer(
        paths={"/v1/models": models_list(owned_by="nobody")},
        script=lambda _: Answer(plain(*words)),
    )
