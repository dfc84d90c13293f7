"""A worker's log never grows without end, and nothing is lost on the way."""

import subprocess
import sys
from pathlib import Path

TALKATIVE = """
import os, sys
from pathlib import Path
from assistant.ipc.server import WorkerLog
log = WorkerLog(Path(sys.argv[1]))
for number in range(40):
    os.write(2, b"%d " % number + b"x" * 100_000 + b"\\n")
    print("printed", flush=True)
    log.trim()
"""


def test_a_full_log_makes_room_and_the_last_lines_are_kept(home: Path) -> None:
    file = home / "logs" / "worker.log"
    done = subprocess.run(
        [sys.executable, "-c", TALKATIVE, str(file)], capture_output=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    kept = sorted(file.parent.iterdir())
    assert kept == [file, file.with_name("worker.log.1")]
    assert all(part.stat().st_size < 1_400_000 for part in kept)
    assert all(part.stat().st_mode & 0o777 == 0o600 for part in kept)
    text = file.with_name("worker.log.1").read_text() + file.read_text()
    numbers = [int(line.split()[0]) for line in text.splitlines() if line != "printed"]
    assert numbers == list(range(numbers[0], 40))
