"""A running `assistant serve`, and what clients send to it."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from openai import OpenAI

from tests.support.processes import PATIENCE, PROGRAM

QUEUE_PATIENCE = 300.0
"""Seconds for a reply: two hundred may come before it."""


@dataclass
class RunningServer:
    """A server in a process of its own.

    Attributes:
        url: the base address.
        told: what it has printed.
    """

    process: "subprocess.Popen[str]"
    told: dict[str, Any]
    url: str = ""
    clients: list[OpenAI] = field(default_factory=list)

    @classmethod
    def start(
        cls, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "RunningServer":
        """Start a server and wait until it can be asked."""
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith('{"url"'):
            _, err = process.communicate(timeout=PATIENCE)
            raise AssertionError(f"the server did not start: {line}{err}")
        told = json.loads(line)
        return cls(process, told, told["url"])

    @property
    def key(self) -> str:
        return Path(self.told["key_file"]).read_text().strip()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def client(self) -> OpenAI:
        """OpenAI's client, which refuses every reply that is not as its types say."""
        made = OpenAI(
            base_url=self.url,
            api_key=self.key,
            max_retries=0,
            timeout=PATIENCE,
            _strict_response_validation=True,
        )
        self.clients.append(made)
        return made

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE)

    def raw(self, request: bytes) -> tuple[int, bytes]:
        """Send bytes as they are. Returns: the status of the reply, and all that came behind it."""
        with self.connect() as connection:
            connection.sendall(request)
            connection.settimeout(QUEUE_PATIENCE)
            return read_reply(connection)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = "",
    ) -> tuple[int, dict[str, Any]]:
        """One request on a connection of its own. Returns: status and JSON of the reply.

        Args:
            key: None shows none; an empty one is the right one.
        """
        data = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        sent = {"Host": f"127.0.0.1:{self.address[1]}", "Connection": "close"}
        if key is not None:
            sent["Authorization"] = f"Bearer {key or self.key}"
        if body is not None:
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
        sent |= headers or {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value is not None)
        status, reply = self.raw(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + data)
        found = json.loads(reply) if reply.startswith(b"{") else {}
        return status, found

    def memory(self) -> int:
        """Bytes of the process."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def end(self) -> int:
        """Tell it to end. Returns: its exit status."""
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        return self.process.returncode


def read_reply(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of a reply that ends with its connection."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    if not head:
        return 0, b""
    if b"transfer-encoding: chunked" in head.lower():
        body = _dechunked(body)
    return int(head.split()[1]), body


def _dechunked(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            break
        found, body = found + rest[:length], rest[length + 2 :]
    return found
