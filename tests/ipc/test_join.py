"""Starting a worker, or joining the one that lives."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.ipc import handshake
from assistant.ipc import spec as worker_spec
from assistant.ipc.handshake import KEY_BYTES
from assistant.ipc.join import Joiner
from assistant.ipc.messages import StartError
from tests.ipc.conftest import MakeSpec
from tests.support.checkout import CHECKOUT
from tests.support.echo_client import echo, is_alive, join, kill, receive, send, to_the_end
from tests.support.echo_worker import Echo, Wait
from tests.support.small_disk import MOUNT, NAMESPACE, needs_small_disks
from tests.support.waiting import until

JOIN_IN_A_PROCESS = """
import json, sys
from pathlib import Path
from assistant.ipc.spec import WorkerSpec
from tests.support.echo_client import echo
command, runtime, log = json.loads(sys.argv[1])
print(echo(WorkerSpec("echo", tuple(command), Path(runtime), Path(log), "1")))
"""


def test_the_second_caller_joins_the_worker_the_first_one_started(make_spec: MakeSpec) -> None:
    assert echo(make_spec()) == echo(make_spec())


def test_ten_processes_at_once_get_one_worker(make_spec: MakeSpec) -> None:
    spec = make_spec()
    argument = json.dumps([spec.command, str(spec.runtime), str(spec.log)])
    callers = [
        subprocess.Popen(
            [sys.executable, "-c", JOIN_IN_A_PROCESS, argument],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(10)
    ]
    pids = {caller.communicate(timeout=60)[0].strip() for caller in callers}
    assert all(caller.returncode == 0 for caller in callers)
    assert len(pids) == 1


def test_a_dead_workers_socket_does_not_keep_a_new_one_from_starting(make_spec: MakeSpec) -> None:
    first = echo(make_spec())
    kill(first)
    assert worker_spec.socket_path(make_spec()).exists()
    assert echo(make_spec()) != first


def test_a_file_in_the_sockets_place_is_replaced(make_spec: MakeSpec) -> None:
    spec = make_spec()
    worker_spec.make_folders(spec)
    worker_spec.socket_path(spec).write_text("not a socket")
    assert echo(spec)


def test_a_worker_without_callers_ends_after_its_idle_time(make_spec: MakeSpec) -> None:
    spec = make_spec(idle_exit=0.3)
    pid = echo(spec)
    until(lambda: not is_alive(pid))
    assert not worker_spec.socket_path(spec).exists()


def test_a_worker_ends_when_its_folder_is_gone(make_spec: MakeSpec, home: Path) -> None:
    pid = echo(make_spec())
    (home / "run").rename(home / "elsewhere")
    until(lambda: not is_alive(pid))


def test_a_worker_whose_key_was_replaced_makes_room_for_another(make_spec: MakeSpec) -> None:
    spec = make_spec()
    first = echo(spec)
    key = worker_spec.key_file(spec)
    key.unlink()
    key.touch(mode=0o600)
    key.write_bytes(b"k" * KEY_BYTES)
    assert echo(spec) != first
    until(lambda: not is_alive(first))


def test_a_key_that_others_can_read_is_not_used(make_spec: MakeSpec) -> None:
    spec = make_spec()
    worker_spec.make_folders(spec)
    worker_spec.key_file(spec).write_bytes(b"k" * KEY_BYTES)
    worker_spec.key_file(spec).chmod(0o644)
    assert echo(spec)
    assert worker_spec.key_file(spec).stat().st_mode & 0o777 == 0o600
    assert worker_spec.key_file(spec).read_bytes() != b"k" * KEY_BYTES


ON_A_FULL_DISK = """
import os, sys
from pathlib import Path
from assistant.ipc.handshake import read_key, read_or_make_key
folder = Path(sys.argv[1]) / "run"
folder.mkdir(mode=0o700)
with (folder / "ballast").open("wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        pass
path = folder / "echo.key"
made = read_or_make_key(path)
assert read_key(path) == read_or_make_key(path) == made and len(made) == 32
folder.chmod(0o755)
assert read_key(path) is None, "others could read it"
folder.chmod(0o700)
(folder / "ballast").unlink()
path.unlink()
path.symlink_to("nothing like a key")
assert read_key(path) is None
path.unlink()
path.symlink_to("../../../../etc/hostname")
assert read_key(path) is None
assert read_or_make_key(path) == read_key(path)
assert not path.is_symlink()
"""


@needs_small_disks
def test_a_key_needs_no_room_on_a_full_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", MOUNT, "sh", tmp_path, sys.executable, "-", str(tmp_path)],
        input=ON_A_FULL_DISK,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_folder_socket_and_key_are_for_the_user_alone(make_spec: MakeSpec) -> None:
    spec = make_spec()
    echo(spec)
    assert spec.runtime.stat().st_mode & 0o777 == 0o700
    assert worker_spec.socket_path(spec).stat().st_mode & 0o177 == 0
    assert worker_spec.key_file(spec).stat().st_mode & 0o777 == 0o600
    assert spec.log.stat().st_mode & 0o777 == 0o600


def test_a_worker_of_another_version_is_replaced_when_it_is_idle(make_spec: MakeSpec) -> None:
    old = Joiner(make_spec("1"))
    with closing(join(old)) as busy:
        send(busy, Wait())
        assert receive(busy) == "waiting"
        waits, pids = Event(), list[int]()

        def replace() -> None:
            with closing(join(Joiner(make_spec("2")), waits.set)) as connection:
                pids.append(connection.peer.pid)

        newer = Thread(target=replace)
        newer.start()
        assert waits.wait(10)
        assert is_alive(busy.peer.pid)
        assert not pids
    newer.join(20)
    assert pids
    assert pids[0] != busy.peer.pid
    until(lambda: not is_alive(busy.peer.pid))


@pytest.mark.parametrize("has_asked", [False, True])
def test_who_uses_a_worker_is_not_sent_away_for_another_version(
    make_spec: MakeSpec, has_asked: bool
) -> None:
    with closing(join(Joiner(make_spec("1")))) as first:
        if has_asked:
            assert echo(make_spec("1")) == first.peer.pid
        newer = Joiner(make_spec("2")).join(Event())
        next(newer)
        send(first, Echo(text="in time"))
        assert receive(first) == "in time"
    assert echo(make_spec("1")) == first.peer.pid
    with closing(to_the_end(newer)) as connection:
        assert connection.peer.version == "2"
        assert connection.peer.pid != first.peer.pid


def test_a_wait_for_another_version_is_told_in_one_line(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ipc.join.WAIT_BEFORE_LINE", 0.0)
    told: list[str] = []
    with closing(join(Joiner(make_spec("1+b")))) as busy:
        send(busy, Wait())
        assert receive(busy) == "waiting"
        for version in ("2", "1+a"):
            stop = Event()
            joining = Joiner(make_spec(version), waits=told.append).join(stop)
            for _ in range(3):
                next(joining)
    assert told == [
        "Version 1 of the program is in use: this one waits until it is done.",
        "Another build of version 1 of the program is in use: this one waits until it is done.",
    ]


def test_a_program_that_was_updated_while_it_runs_has_to_be_started_again(
    make_spec: MakeSpec,
) -> None:
    updated = replace(make_spec("1"), command=make_spec("2").command)

    with pytest.raises(StartError, match=r"version 2 .* was installed since .*: quit"):
        join(Joiner(updated))


def test_waiting_for_another_version_ends_when_it_is_stopped(make_spec: MakeSpec) -> None:
    with closing(join(Joiner(make_spec("1")))) as busy:
        send(busy, Wait())
        assert receive(busy) == "waiting"
        stop = Event()
        joining = Joiner(make_spec("2")).join(stop)
        next(joining)
        stop.set()
        with pytest.raises(StopIteration) as end:
            next(joining)
        assert end.value.value is None


def test_a_worker_that_cannot_start_says_why(make_spec: MakeSpec) -> None:
    fails = (sys.executable, "-c", "raise SystemExit('the library is missing')")
    with pytest.raises(StartError, match=r"exit status 1.*the library is missing"):
        join(Joiner(make_spec(command=fails)))


def test_a_program_that_is_not_there_is_named(make_spec: MakeSpec) -> None:
    with pytest.raises(StartError, match="/nowhere/program cannot be run: No such file"):
        join(Joiner(make_spec(command=("/nowhere/program",))))


def test_a_worker_that_never_answers_is_given_up(make_spec: MakeSpec) -> None:
    sleeps = (sys.executable, "-c", "import time; time.sleep(60)")
    with pytest.raises(StartError, match=r"did not answer within 0\.5 seconds"):
        join(Joiner(make_spec(command=sleeps, start_timeout=0.5)))


def test_somebody_elses_socket_is_not_talked_to(make_spec: MakeSpec) -> None:
    spec = make_spec(start_timeout=0.5)
    worker_spec.make_folders(spec)
    worker_spec.key_file(spec).touch(mode=0o600)
    worker_spec.key_file(spec).write_bytes(b"k" * KEY_BYTES)
    with socket.socket(socket.AF_UNIX) as impostor:
        impostor.bind(os.fsencode(worker_spec.socket_path(spec)))
        impostor.listen()
        said: list[bytes] = []

        def answer() -> None:
            while True:
                try:
                    other, _ = impostor.accept()
                except OSError:
                    return
                with other:
                    said.append(other.recv(4096))
                    other.sendall(
                        b'{"kind":"challenge","nonce":"n","version":"1","pid":1,"proof":"p"}\n'
                    )

        Thread(target=answer, daemon=True).start()
        with pytest.raises(StartError, match="another key"):
            join(Joiner(spec))
        impostor.shutdown(socket.SHUT_RDWR)
    assert all(b"hello" in line and b"k" * KEY_BYTES not in line for line in said)


def test_a_long_runtime_folder_gets_a_short_socket(make_spec: MakeSpec, home: Path) -> None:
    runtime = home / ("long" * 30)
    spec = make_spec(runtime=runtime)
    try:
        assert echo(spec) == echo(spec)
        path = worker_spec.socket_path(spec)
        assert path.parent != runtime
        assert len(os.fsencode(path)) <= worker_spec.MAX_SOCKET_PATH_BYTES
        assert path.parent.stat().st_mode & 0o777 == 0o700
    finally:
        worker_spec.socket_path(spec).unlink(missing_ok=True)
        worker_spec.socket_path(spec).parent.rmdir()


def test_a_planted_link_in_the_shared_folder_is_refused(
    make_spec: MakeSpec, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    spec = make_spec(runtime=home / ("long" * 30))
    planted = worker_spec.socket_path(spec).parent
    planted.symlink_to(home)
    try:
        with pytest.raises(StartError, match="is a link"):
            join(Joiner(spec))
    finally:
        planted.unlink()


def test_how_a_worker_of_ours_ended_is_known(make_spec: MakeSpec) -> None:
    joiner = Joiner(make_spec())
    with closing(join(joiner)) as connection:
        pid = connection.peer.pid
        os.kill(pid, 9)
        assert joiner.exit_reason(pid).startswith("killed by signal 9, as the system does")
    assert Joiner(make_spec()).exit_reason(pid) == ""


@pytest.mark.parametrize(
    ("last_words", "told"),
    [
        ("terminate called after throwing 'std::bad_alloc'", "killed by signal 6, out of memory"),
        (
            "memory allocation of 64 bytes failed\nFatal Python error: Aborted\n"
            + "  line\n" * 400,
            "killed by signal 6, out of memory",
        ),
        ("nothing of the kind", "killed by signal 6)"),
    ],
)
def test_a_worker_that_ended_for_want_of_memory_says_so(
    make_spec: MakeSpec, last_words: str, told: str
) -> None:
    dies = f"import os, sys; sys.stderr.write({last_words!r}); sys.stderr.flush(); os.abort()"
    spec = replace(make_spec(), command=(sys.executable, "-c", dies))

    with pytest.raises(StartError, match=re.escape(told)):
        join(Joiner(spec))


def test_a_worker_that_hangs_is_ended_and_replaced(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "HANDSHAKE_TIMEOUT", 0.2)
    spec = make_spec(start_timeout=2)
    hanging = echo(spec)
    os.kill(hanging, signal.SIGSTOP)
    replaced: list[str] = []
    with closing(join(Joiner(spec, lambda: replaced.append("replaced")))) as connection:
        assert connection.peer.pid != hanging
    assert replaced == ["replaced"]
    assert not is_alive(hanging)


def test_a_worker_can_be_ended_whatever_it_does(make_spec: MakeSpec) -> None:
    joiner = Joiner(make_spec())
    joiner.end_worker()
    pid = echo(make_spec())
    os.kill(pid, signal.SIGSTOP)

    joiner.end_worker()

    until(lambda: not is_alive(pid))
    joiner.end_worker()
