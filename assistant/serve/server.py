"""Server: listens, tells where, and serves until it is told to end.

uvicorn neither takes the signals nor writes to the terminal here: its log goes to a file.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from logging.handlers import RotatingFileHandler
from pathlib import Path

import uvicorn

from assistant.core.errors import AssistantError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.library import Library
from assistant.core.ports.models import ModelCatalog
from assistant.core.turn.chat import Chat
from assistant.language.messages import N_
from assistant.serve.activity import ServerActivity
from assistant.serve.answers.answering import Answering
from assistant.serve.answers.conversations import ServedConversations
from assistant.serve.answers.passages import PassagePages
from assistant.serve.answers.served import ServedModels
from assistant.serve.answers.turns import Turns
from assistant.serve.api.exchange import Exchanges
from assistant.serve.app import build_app
from assistant.serve.http.connection import MAX_HEADER_BYTES, PatientConnection
from assistant.serve.http.gate import LOOPBACK, GateRules
from assistant.serve.http.key import open_key
from assistant.settings import Settings
from assistant.system.loopback import is_loopback

MAX_CONNECTIONS = 400
BACKLOG = 512
MAX_LOG_BYTES = 1_000_000
GRACE = 1
"""Seconds that answers have to end when the server does."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class ServedParts:
    """Parts of the program that are served."""

    settings: Settings
    models: ModelCatalog
    chat: Chat
    library: Library
    store: ConversationStore
    key_file: Path
    log_folder: Path


@dataclass(frozen=True)
class ServerAddress:
    """Where the server listens."""

    host: str
    port: int
    """0 takes one that is free."""
    socket: Path | None = None
    """A Unix socket, in place of host and port."""
    certificate: Path | None = None
    """With `private_key`: connections are encrypted."""
    private_key: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can come to it."""
        return self.socket is not None or is_loopback(self.host)


@dataclass(frozen=True)
class ListeningServer:
    """A server that can be asked."""

    url: str
    """The base address for OpenAI's clients."""
    key_file: Path
    pid: int


def run(
    parts: ServedParts,
    address: ServerAddress,
    activity: ServerActivity,
    ready: Callable[[ListeningServer], None],
) -> None:
    """Serve until a signal comes.

    Args:
        ready: called when the server can be asked.

    Raises:
        AssistantError: it cannot listen there, or its key or certificate cannot be used.
    """
    key = open_key(parts.key_file)
    certificate = _ssl_context(address)
    listener = _listen(address)
    base = _base_url(address, listener)
    settings = parts.settings.serve
    passages = PassagePages()
    passages.base = base
    conversations = ServedConversations(parts.store, kept=settings.keep)
    answering = Answering(
        parts.models,
        parts.chat,
        parts.library,
        conversations,
        passages,
        fall_back=parts.settings.library.fall_back,
    )
    app = build_app(
        ServedModels(parts.models, parts.library),
        parts.library,
        Exchanges(answering, Turns(changed=activity.waiting), activity, settings.ping),
        passages,
        key,
        GateRules(
            hosts=frozenset(
                {*LOOPBACK, address.host.lower(), *(host.lower() for host in settings.hosts)}
            ),
            origins=frozenset(settings.origins),
            own_address=not address.is_loopback,
        ),
    )
    config = uvicorn.Config(
        app,
        http=PatientConnection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        backlog=BACKLOG,
    )
    config.load()
    config.ssl = certificate
    listening = ListeningServer(f"{base}/v1", parts.key_file, os.getpid())
    try:
        with _log(parts.log_folder / "serve.log"):
            asyncio.run(_serve(_QuietServer(config), listener, lambda: ready(listening)))
    finally:
        listener.close()
        if address.socket is not None:
            address.socket.unlink(missing_ok=True)


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    server: uvicorn.Server, listener: socket.socket, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        # A second signal waits for nothing.
        server.force_exit = server.should_exit
        server.should_exit = True

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        ready()
    await serving


def _listen(address: ServerAddress) -> socket.socket:
    try:
        if address.socket is not None:
            return _listen_at(address.socket)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family, backlog=BACKLOG)
    except OSError as failure:
        reason, hint = failure.strerror or str(failure), N_("Choose another address.")
        if failure.errno == errno.EADDRINUSE:
            hint = N_("Another program listens there already: choose another port, or 0 for any.")
        if address.socket is not None:
            raise AssistantError(
                f"The server cannot listen at {address.socket}: {reason}.", hint
            ) from None
        raise AssistantError(
            f"The server cannot listen at {address.host}, port {address.port}: {reason}.", hint
        ) from None


def _listen_at(path: Path) -> socket.socket:
    """A Unix socket for the user alone. What a server that has died has left there is removed."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if path.is_socket():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            try:
                other.connect(os.fspath(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            else:
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    umask = os.umask(0o177)
    try:
        listener.bind(os.fspath(path))
    finally:
        os.umask(umask)
    listener.listen(BACKLOG)
    return listener


def _base_url(address: ServerAddress, listener: socket.socket) -> str:
    if address.socket is not None:
        return "http://localhost"
    scheme = "https" if address.certificate else "http"
    host, port = listener.getsockname()[:2]
    with suppress(ValueError):
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _ssl_context(address: ServerAddress) -> ssl.SSLContext | None:
    if address.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A key that needs a password is asked for on the terminal otherwise.
        context.load_cert_chain(address.certificate, address.private_key, password=lambda: "")
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or getattr(failure, "reason", None) or failure
        raise AssistantError(
            f"The certificate {address.certificate} cannot be used: {reason}.",
            "Give a certificate and its private key, both in PEM files without a password.",
        ) from None
    return context


@contextmanager
def _log(file: Path) -> Iterator[None]:
    """Have what libraries log in a file: the terminal is not theirs."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=MAX_LOG_BYTES, backupCount=1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
