"""llama.cpp's log, which native code writes at any time."""

import subprocess
import sys

from tests.support.checkout import CHECKOUT

FORGOTTEN = """
import gc
import llama_cpp
from assistant.engine.llama.native import AbortFlag, NativeLog
log = NativeLog(AbortFlag())
del log
gc.collect()
over_it = [bytearray(b"\\xff" * size) for size in range(100, 400) for _ in range(60)]
over_it += [tuple(range(size)) for size in range(5, 60) for _ in range(100)]
llama_cpp.llama_model_load_from_file(b"/nowhere", llama_cpp.llama_model_default_params())
print("alive")
"""


def test_a_log_that_nobody_closed_is_written_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORGOTTEN],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
