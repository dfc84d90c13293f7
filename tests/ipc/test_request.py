"""A request is made again where that does no harm, and an error says what became of it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from assistant.core.errors import EngineDiedError, EngineStartError, NotFoundError
from assistant.ipc.frames import encode
from assistant.ipc.join import Connection, Joiner
from assistant.ipc.messages import Cancel, Failed, Leaving
from assistant.ipc.request import Requester, WorkerErrors
from assistant.ipc.spec import WorkerSpec
from tests.ipc.conftest import MakeSpec
from tests.support.echo_client import echo, is_alive, join, send
from tests.support.echo_worker import Die, Echo, Fail, Flood, Said, Wait
from tests.support.waiting import until

REPLIES: TypeAdapter[Said | Failed | Leaving] = TypeAdapter(
    Annotated[Said | Failed | Leaving, Field(discriminator="kind")]
)
WAITING = Said(text="not yet")


class OneReply:
    """A conversation that is over after `last`, and cancels what is not wanted any more."""

    def __init__(self, connection: Connection, request: BaseModel, last: str) -> None:
        self.request = request
        self._connection = connection
        self._last = last
        self._cancelled = False

    def received(self, reply: Said | Failed) -> bool:
        return isinstance(reply, Said) and reply.text == self._last

    def stopped(self) -> bool:
        if not self._cancelled:
            self._connection.line.send(encode(Cancel()), 10)
        self._cancelled = True
        return False

    def silent(self) -> bool:
        return False

    def tries_left(self, tries: int) -> int:
        return tries

    def death(self) -> tuple[str, str]:
        return "in a test", "Test again."


def ask(
    spec: WorkerSpec, request: BaseModel, last: str, *, tries: int = 3, stop: Event | None = None
) -> Iterator[str]:
    errors = WorkerErrors("echo", EngineStartError, EngineDiedError)
    requester: Requester[Said | Failed] = Requester(
        Joiner(spec), REPLIES, errors, waiting=WAITING, tries=tries
    )
    replies = requester.ask(lambda connection: OneReply(connection, request, last), stop or Event())
    with closing(replies):
        for reply in replies:
            assert isinstance(reply, Said)
            yield reply.text


def test_replies_come_until_the_last_one(make_spec: MakeSpec) -> None:
    texts = list(ask(make_spec(), Flood(frames=3), "done"))
    assert [text.split()[0] for text in texts] == ["0", "1", "2", "done"]


def test_a_stop_reaches_the_worker_whose_last_word_still_comes(make_spec: MakeSpec) -> None:
    stop = Event()
    texts = []
    for text in ask(make_spec(), Wait(), "cancelled", stop=stop):
        texts.append(text)
        stop.set()
    assert texts == ["waiting", "cancelled"]


def test_an_error_of_the_worker_is_raised_here(make_spec: MakeSpec) -> None:
    with pytest.raises(NotFoundError, match=r"There is none\. Look elsewhere\."):
        list(ask(make_spec(), Fail(), "never"))


def test_a_worker_that_died_is_asked_again(make_spec: MakeSpec, tmp_path: Path) -> None:
    request = Die(deaths=str(tmp_path / "deaths"), lives_after=2)
    *before, last = ask(make_spec(), request, "alive")
    assert last == "alive"
    assert set(before) <= {WAITING.text}


def test_a_worker_that_dies_every_time_is_given_up(make_spec: MakeSpec, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    spec = make_spec()
    with pytest.raises(EngineDiedError) as raised:
        list(ask(spec, Die(deaths=str(deaths)), "never"))
    how = "exit status 3: out of luck"
    assert raised.value.message == f"The echo stopped unexpectedly ({how}) in a test."
    assert raised.value.hint == f"Test again. Its log is {spec.log}."
    assert len(deaths.read_text()) == 3


def test_a_worker_that_never_lived_says_why_at_once(make_spec: MakeSpec) -> None:
    spec = make_spec(command=("/bin/sh", "-c", "exit 4"))
    with pytest.raises(EngineStartError, match=r"The echo could not be started: .* status 4"):
        list(ask(spec, Echo(text="hello"), "hello"))


def test_a_worker_that_leaves_is_waited_for_and_another_one_is_asked(make_spec: MakeSpec) -> None:
    """It finishes what it does for others, and after its turn serves nobody new."""
    old = make_spec(longest_turn=0.1)
    with closing(join(Joiner(old))) as busy:
        send(busy, Wait())
        replies = ask(make_spec(version="2"), Echo(text="hello"), "hello")
        assert next(replies) == WAITING.text
        until(lambda: next(ask(old, Echo(text="hello"), "hello")) == WAITING.text)
    *waiting, last = replies
    assert last == "hello"
    assert set(waiting) <= {WAITING.text}


def test_two_versions_that_are_used_at_the_same_time_are_both_served(make_spec: MakeSpec) -> None:
    asked: list[str] = []

    def ask_again_and_again(version: str) -> None:
        for _ in range(3):
            *_, last = ask(make_spec(version), Echo(text=version), version)
            asked.append(last)

    users = [Thread(target=ask_again_and_again, args=(version,)) for version in ("1", "2")]
    for user in users:
        user.start()
    for user in users:
        user.join(60)
    assert sorted(asked) == ["1"] * 3 + ["2"] * 3


def test_a_version_whose_requests_never_end_makes_room_all_the_same(make_spec: MakeSpec) -> None:
    busy, stop = make_spec("1", longest_turn=0.5), Event()

    def keep_asking() -> None:
        while not stop.is_set():
            list(ask(busy, Echo(text="again"), "again", stop=stop))

    user = Thread(target=keep_asking)
    user.start()
    try:
        *_, last = ask(make_spec("2"), Echo(text="in turn"), "in turn")
        assert last == "in turn"
    finally:
        stop.set()
        user.join(60)


def threads_are_stopped(pid: int) -> bool:
    states = (file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat"))
    return all(state.rpartition(")")[2].split()[0] == "T" for state in states)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("tries", [1, 3])
def test_a_worker_that_hangs_in_the_middle_of_a_request_is_replaced_and_that_is_told(
    tries: int, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ipc.request.SILENCE_SECONDS", 0.05)
    monkeypatch.setattr("assistant.ipc.join.GREETINGS_BEFORE_KILL", 1)
    monkeypatch.setattr("assistant.ipc.handshake.HANDSHAKE_TIMEOUT", 1.0)
    hung = echo(make_spec())
    begun: list[Connection] = []
    errors = WorkerErrors("echo", EngineStartError, EngineDiedError)
    replaced: list[str] = []
    joiner = Joiner(make_spec(), lambda: replaced.append("replaced"))
    requester: Requester[Said | Failed] = Requester(
        joiner, REPLIES, errors, waiting=WAITING, tries=tries
    )

    def begin(connection: Connection) -> OneReply:
        begun.append(connection)
        if connection.peer.pid == hung:
            os.kill(hung, signal.SIGSTOP)
            until(lambda: threads_are_stopped(hung))
        return OneReply(connection, Echo(text="still there"), "still there")

    with closing(requester.ask(begin, Event())) as replies:
        if tries == 1:
            with pytest.raises(EngineDiedError, match="stopped answering and was ended"):
                list(replies)
        else:
            said = [reply.text for reply in replies if isinstance(reply, Said)]
            assert said[-1] == "still there"
    assert [connection.peer.pid == hung for connection in begun] == [True, False][:tries]
    assert replaced == ["replaced"]
    until(lambda: not is_alive(hung))


def test_a_worker_that_only_takes_long_is_left_alone(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ipc.request.SILENCE_SECONDS", 0.01)
    looks: list[bool] = []
    stop = Event()
    joiner = Joiner(make_spec())
    replace = joiner.replace_hung_worker

    def look(stop_: Event) -> bool:
        looks.append(replace(stop_))
        if len(looks) == 3:
            stop.set()
        return looks[-1]

    monkeypatch.setattr(joiner, "replace_hung_worker", look)
    errors = WorkerErrors("echo", EngineStartError, EngineDiedError)
    requester: Requester[Said | Failed] = Requester(
        joiner, REPLIES, errors, waiting=WAITING, tries=3
    )
    pid = echo(make_spec())

    with closing(requester.ask(lambda c: OneReply(c, Wait(), "cancelled"), stop)) as replies:
        list(replies)

    assert looks[:3] == [False] * 3
    assert echo(make_spec()) == pid
