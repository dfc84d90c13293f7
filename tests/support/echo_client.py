"""How tests speak to the echo worker."""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from threading import Event

from pydantic import BaseModel

from assistant.ipc.frames import encode
from assistant.ipc.join import Connection, Joiner
from assistant.ipc.spec import WorkerSpec
from tests.support.echo_worker import Echo, Said
from tests.support.waiting import until


def join(joiner: Joiner, while_waiting: Callable[[], object] = lambda: None) -> Connection:
    return to_the_end(joiner.join(Event()), while_waiting)


def to_the_end(
    joining: Generator[None, None, Connection | None],
    while_waiting: Callable[[], object] = lambda: None,
) -> Connection:
    joined: list[Connection | None] = []

    def run() -> Iterator[None]:
        joined.append((yield from joining))

    for _ in run():
        while_waiting()
    (connection,) = joined
    assert connection is not None
    return connection


def receive(connection: Connection, timeout: float = 10) -> str:
    line = connection.line.receive(timeout)
    assert line is not None, "no reply in time"
    return Said.model_validate_json(line).text


def send(connection: Connection, frame: BaseModel) -> None:
    connection.line.send(encode(frame), 10)


def echo(spec: WorkerSpec, text: str = "hello") -> int:
    """One echo through the worker; its process id."""
    with closing(join(Joiner(spec))) as connection:
        send(connection, Echo(text=text))
        assert receive(connection) == text
        return connection.peer.pid


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie of ours does not."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid))
