"""A hub on loopback that does what a test wants it to: breaks, lies, forgets ranges."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REVISION = "c0ffee" + "0" * 34


@dataclass
class Hub:
    """What is served, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    repository: str = "acme/Tiny-GGUF"
    card: dict[str, str] = field(default_factory=lambda: {"license": "apache-2.0"})
    token: str = ""
    """Who does not show it is refused."""
    break_after: int | None = None
    """Bytes after which a connection ends."""
    breaks: int = 10**6
    """How often."""
    ignores_ranges: bool = False
    endless_info: bool = False
    """Whether what it tells of a repository has no end."""
    wrong_range: bool = False
    announced: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Sizes and hashes that are told instead of the true ones."""
    statuses: list[int] = field(default_factory=list)
    """Answered, one after the other, before any file is sent."""
    held: threading.Event = field(default_factory=threading.Event)
    """Where `break_after` only pauses, this lets it go on."""
    pauses: bool = False
    ranges: list[str | None] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    url: str = ""

    def info(self) -> dict[str, object]:
        siblings = []
        for name, data in self.files.items():
            size, code = self.announced.get(name, (len(data), hashlib.sha256(data).hexdigest()))
            lfs = {"size": size, "sha256": code, "pointerSize": 134}
            siblings.append({"rfilename": name, "size": size, "blobId": "b", "lfs": lfs})
        return {
            "id": self.repository,
            "sha": REVISION,
            "private": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "cardData": self.card,
            "siblings": siblings,
        }


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.tokens.append(self.headers.get("Authorization"))
            if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
                self._plain(401, b"", {"X-Error-Code": "GatedRepo"})
            elif hub.endless_info:
                self._endless()
            elif self.path.startswith(f"/api/models/{hub.repository}"):
                self._plain(200, json.dumps(hub.info()).encode())
            elif self.path.startswith(start := f"/{hub.repository}/resolve/{REVISION}/"):
                self._file(self.path.removeprefix(start))
            else:
                self._plain(404, b"", {"X-Error-Code": "RepoNotFound"})

        def _file(self, name: str) -> None:
            asked = self.headers.get("Range")
            hub.ranges.append(asked)
            if hub.statuses:
                self._plain(hub.statuses.pop(0), b"")
                return
            data = hub.files[name]
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            if hub.ignores_ranges:
                start = 0
            partial = bool(asked) and not hub.ignores_ranges
            self.send_response(206 if partial else 200)
            self.send_header("Content-Length", str(len(data) - start))
            if partial:
                shown = 0 if hub.wrong_range else start
                self.send_header("Content-Range", f"bytes {shown}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            rest = data[start:]
            if hub.break_after is not None and hub.breaks > 0 and len(rest) > hub.break_after:
                hub.breaks -= 1
                self.wfile.write(rest[: hub.break_after])
                self.wfile.flush()
                if hub.pauses:
                    hub.held.wait(30)
                self.close_connection = True
                return
            self.wfile.write(rest)

        def _endless(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(2**40))
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b" " * 2**20)

        def _plain(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hub
    finally:
        hub.held.set()
        server.shutdown()
        server.server_close()
