"""How the program's own processes begin."""

import signal
import subprocess
import sys
from pathlib import Path

ANSWERING = """
import os
from assistant.ipc.process import JsonLines
answers = JsonLines()
print("a library greets")
os.write(1, b"native code greets\\n")
answers.write({"name": "caf\\N{LATIN SMALL LETTER E WITH ACUTE}\\udcff"})
"""
WAITING = """
import threading
from assistant.ipc.process import end_with_input
end_with_input()
print("ready", flush=True)
threading.Event().wait()
"""
WORKING = """
import os, signal, sys
from pathlib import Path
from assistant.ipc.process import begin_worker
begin_worker(Path(sys.argv[1]), 700)
os.kill(os.getpid(), signal.SIGINT)
score = Path("/proc/self/oom_score_adj")
print("alive, with a score of", score.exists() and score.read_text(), flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
"""


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60
    )


def test_standard_output_is_for_answers_alone() -> None:
    done = run(ANSWERING)
    assert done.stdout == '{"name": "caf\\u00e9\\udcff"}\n'
    assert "a library greets" in done.stderr
    assert "native code greets" in done.stderr


def test_a_helper_ends_when_nobody_asks_any_more() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdin.close()
    assert process.wait(60) == 0
    process.stdout.close()


def test_a_worker_survives_ctrl_c_and_logs_how_it_crashed(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "worker.log"
    done = run(WORKING, str(log))
    assert done.returncode == -signal.SIGSEGV
    assert (done.stdout, done.stderr) == ("", "")
    assert "Fatal Python error: Segmentation fault" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    if sys.platform == "linux":
        assert "alive, with a score of 700" in log.read_text()
