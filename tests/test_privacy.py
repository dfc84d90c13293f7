"""Nothing leaves the machine, and nobody else on it can read what is kept."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.processes import PROGRAM, end_workers, run, workers

GUARD = """
import os, sys

TALKING = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
ASKING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
AF_UNIX = 1

def watch(event, arguments):
    if event in ASKING or (event in TALKING and int(arguments[0].family) != AF_UNIX):
        with open(os.environ["NETWORK_RECORD"], "a") as record:
            record.write(f"{event} {arguments[1:]} in {sys.argv}\\n")
        raise PermissionError("this test allows no connection")

sys.addaudithook(watch)
"""
"""Loaded by every Python process at its start."""

QUESTION = ("ask", "--temperature", "0", "--max-tokens", "12", "What is the capital of France?")


@pytest.fixture
def guarded(home: Path, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of processes that record and refuse every connection to a network."""
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    found = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    yield {"PYTHONPATH": found, "NETWORK_RECORD": str(tmp_path / "record")}
    end_workers(home)


def test_the_guard_sees_connections_and_names_being_looked_up(
    guarded: Mapping[str, str],
) -> None:
    tries = [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('example.org', 443)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    ]
    for code in tries:
        assert run("-c", code, program=[sys.executable], environment=guarded).returncode == 1

    assert len(Path(guarded["NETWORK_RECORD"]).read_text().splitlines()) >= len(tries)


@pytest.mark.model
def test_a_whole_question_opens_no_connection(home: Path, guarded: Mapping[str, str]) -> None:
    done = run(*QUESTION, environment=guarded)

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(workers(home)) == 1
    assert not Path(guarded["NETWORK_RECORD"]).exists()


def test_looking_for_models_opens_no_connection(home: Path, guarded: Mapping[str, str]) -> None:
    for arguments in (("models",), ("models", "show"), ("models", "pull")):
        assert run(*arguments, environment=guarded).returncode == 0
    assert not Path(guarded["NETWORK_RECORD"]).exists()

    assert run("models", "pull", "acme/tiny", "--yes", environment=guarded).returncode == 4
    assert Path(guarded["NETWORK_RECORD"]).exists()


@pytest.mark.model
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_kernel_sees_no_network_socket_of_any_process(home: Path, tmp_path: Path) -> None:
    """Native code does not tell Python what it opens; the kernel sees everything."""
    log = tmp_path / "strace"
    # The worker stays behind and strace waits for it: it ends soon by its own idle time.
    traced = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(log), *PROGRAM, *QUESTION]
    environment = {**os.environ, "ASSISTANT_ENGINE__IDLE_EXIT": "0.5"}
    done = subprocess.run(traced, capture_output=True, env=environment, timeout=120, check=False)
    if b"ptrace" in done.stderr.lower():
        pytest.skip("processes may not be traced here")

    assert done.returncode == 0
    opened = [line for line in log.read_text().splitlines() if re.search(r"\bsocket\(", line)]
    assert opened
    assert [line for line in opened if "AF_UNIX" not in line] == []
    end_workers(home)


@pytest.mark.model
def test_what_is_kept_is_for_the_user_alone(home: Path) -> None:
    home.chmod(0o700)
    assert run(*QUESTION, environment={"ASSISTANT_SAMPLING__TOP_K": "7"}).returncode == 0
    assert run("chats", "list").returncode == 0

    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*")}
    end_workers(home)

    assert len(found) >= 6
    for path, mode in found.items():
        assert mode & 0o077 == 0, f"{path} is open to others: {mode:o}"
        assert mode in ((0o700,) if path.is_dir() else (0o600,)), f"{path}: {mode:o}"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027])
def test_a_generous_umask_opens_nothing(home: Path, umask: int) -> None:
    code = f"import os, runpy, sys; os.umask({umask}); sys.argv = ['assistant', 'chats', 'list']; "
    code += "runpy.run_module('assistant', run_name='__main__')"
    shutil.rmtree(home)

    assert run("-P", "-c", code, program=[sys.executable]).returncode == 0

    assert (home / "data" / "chats.db").is_file()
    for path in (home, *home.rglob("*")):
        assert path.lstat().st_mode & 0o077 == 0, path


def test_no_crash_writes_words_into_a_file() -> None:
    """Core dumps are off in the front end, and so in everything that it starts."""
    code = (
        "import resource, sys; sys.argv = ['assistant', '--version'];"
        "from assistant.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "(0, 0)"


def test_an_endpoint_that_is_added_listed_and_asked_without_a_yes_opens_no_connection(
    home: Path, guarded: Mapping[str, str]
) -> None:
    away = ("far", "http://192.0.2.1:9")
    assert run("endpoints", "add", *away, environment=guarded).returncode == 0
    for arguments in (("endpoints",), ("models",), ("network",)):
        run(*arguments, environment=guarded)
    asked = run("ask", "--model", "far/m", "What?", environment=guarded)

    assert asked.returncode == 4
    assert not Path(guarded["NETWORK_RECORD"]).exists()
    # The guard sees what a yes lets through.
    assert run("endpoints", "allow", "far", "--yes", environment=guarded).returncode == 0
    assert run("endpoints", "test", "far", environment=guarded).returncode == 6
    assert Path(guarded["NETWORK_RECORD"]).exists()


@pytest.mark.model
def test_a_model_of_this_machine_is_asked_without_a_connection_beside_an_endpoint(
    home: Path, guarded: Mapping[str, str]
) -> None:
    away = ("far", "http://192.0.2.1:9", "--yes")
    assert run("endpoints", "add", *away, environment=guarded).returncode == 0
    assert run(*QUESTION, environment=guarded).returncode == 0
    assert not Path(guarded["NETWORK_RECORD"]).exists()
