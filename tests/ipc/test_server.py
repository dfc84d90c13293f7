"""What callers can and cannot do to a worker."""

import json
import os
import socket
from contextlib import closing
from threading import Thread

import pytest

from assistant.ipc import spec as worker_spec
from assistant.ipc.frames import LineSocket
from assistant.ipc.handshake import MAX_FRAME_BEFORE_PROOF, greet, read_key
from assistant.ipc.join import Joiner
from assistant.ipc.messages import Cancel, PeerGoneError
from assistant.ipc.spec import WorkerSpec
from tests.ipc.conftest import MakeSpec
from tests.support.echo_client import echo, join, receive, send
from tests.support.echo_worker import Echo, Flood, Wait

HELLO = b'{"kind":"hello","wire":1,"nonce":"n"}\n'


def connect(spec: WorkerSpec) -> LineSocket:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(os.fsencode(worker_spec.socket_path(spec)))
    return LineSocket(sock)


def greeted(spec: WorkerSpec) -> LineSocket:
    line = connect(spec)
    key = read_key(worker_spec.key_file(spec))
    assert key
    greet(line, key)
    return line


def is_dropped(line: LineSocket) -> bool:
    """Whether the worker closes the connection; what it says before that does not count."""
    try:
        while line.receive(10) is not None:
            pass
    except PeerGoneError:
        return True
    return False


def test_a_caller_that_says_nothing_does_not_hold_up_the_others(make_spec: MakeSpec) -> None:
    spec = make_spec()
    echo(spec)
    with closing(connect(spec)), closing(connect(spec)):
        assert echo(spec)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"\xff\xfe\x00 not json\n",
        b'{"kind":"hello"}\n',
        b'{"kind":"hello","wire":2,"nonce":"n"}\n',
        b'{"kind":"hello","wire":true,"nonce":"n"}\n',
        b'{"kind":"hello","wire":1,"nonce":1}\n',
        b'{"kind":"hello","wire":1,"nonce":null}\n',
        b'{"kind":"echo","text":"no handshake"}\n',
        b'"\\ud800"\n',
        b"[" * MAX_FRAME_BEFORE_PROOF + b"\n",
        b"x" * (MAX_FRAME_BEFORE_PROOF * 2),
    ],
)
def test_garbage_is_dropped_and_the_worker_goes_on(make_spec: MakeSpec, garbage: bytes) -> None:
    spec = make_spec()
    pid = echo(spec)
    with closing(connect(spec)) as line:
        line.send(garbage, 5)
        assert is_dropped(line)
    assert echo(spec) == pid


@pytest.mark.parametrize("proof", ["", "0" * 64, "é" * 64, r"\ud800"])
def test_a_caller_without_the_key_is_dropped(make_spec: MakeSpec, proof: str) -> None:
    spec = make_spec()
    pid = echo(spec)
    with closing(connect(spec)) as line:
        line.send(HELLO, 5)
        assert line.receive(5)
        line.send(b'{"kind":"answer","proof":"%s"}\n' % proof.encode(), 5)
        assert is_dropped(line)
    assert echo(spec) == pid


def test_the_workers_own_proof_cannot_be_sent_back(make_spec: MakeSpec) -> None:
    spec = make_spec()
    echo(spec)
    with closing(connect(spec)) as line:
        line.send(HELLO, 5)
        challenge = line.receive(5)
        assert challenge
        proof = json.loads(challenge)["proof"]
        line.send(json.dumps({"kind": "answer", "proof": proof}).encode() + b"\n", 5)
        assert is_dropped(line)


@pytest.mark.parametrize(
    "request_line", [b'{"kind":"format the disk"}\n', b'{"kind":"echo"}\n', b"null\n"]
)
def test_a_request_that_is_none_is_dropped(make_spec: MakeSpec, request_line: bytes) -> None:
    spec = make_spec()
    pid = echo(spec)
    with closing(greeted(spec)) as line:
        line.send(request_line, 5)
        assert is_dropped(line)
    assert echo(spec) == pid


def test_a_question_of_five_million_characters_arrives_whole(make_spec: MakeSpec) -> None:
    text = "olá \N{GRINNING FACE}\n" * 700_000
    with closing(join(Joiner(make_spec()))) as connection:
        send(connection, Echo(text=text))
        assert receive(connection, 30) == text


def test_a_cancel_frame_cancels(make_spec: MakeSpec) -> None:
    with closing(join(Joiner(make_spec()))) as connection:
        send(connection, Wait())
        assert receive(connection) == "waiting"
        send(connection, Cancel())
        assert receive(connection) == "cancelled"


def test_a_caller_that_does_not_read_holds_up_nobody(make_spec: MakeSpec) -> None:
    spec = make_spec()
    with closing(join(Joiner(spec))) as slow:
        send(slow, Flood(frames=20_000))
        for _ in range(5):
            echo(spec)
        assert receive(slow).startswith("0 ")


def test_a_slow_caller_gets_everything_when_it_reads_again(make_spec: MakeSpec) -> None:
    spec = make_spec()
    with closing(join(Joiner(spec))) as slow:
        send(slow, Flood(frames=20_000))
        echo(spec)
        numbers = [receive(slow).split()[0] for _ in range(20_000)]
        assert numbers == [str(number) for number in range(20_000)]
        assert receive(slow) == "done"


def test_many_callers_are_served_side_by_side(make_spec: MakeSpec) -> None:
    spec = make_spec()
    pid = echo(spec)
    pids: list[int] = []
    callers = [Thread(target=lambda: pids.append(echo(spec))) for _ in range(30)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
    assert pids == [pid] * 30
