"""Native code that does not come back."""

import subprocess
import sys

HANGING = """
import time
from assistant.engine.llama.loading import Watchdog
with Watchdog({limit}, lambda: print("too long", flush=True)):
    time.sleep({work})
print("came back")
"""


def run(limit: float, work: float) -> tuple[str, int]:
    code = HANGING.format(limit=limit, work=work)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip(), done.returncode


def test_code_that_hangs_is_ended_after_its_last_words() -> None:
    assert run(limit=0.1, work=60) == ("too long", 71)


def test_code_that_comes_back_is_left_alone() -> None:
    assert run(limit=60, work=0.01) == ("came back", 0)
