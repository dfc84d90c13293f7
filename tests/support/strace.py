"""What processes write into files, as the kernel sees it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

_WRITES = "trace=write,pwrite64,writev,pwritev,pwritev2"
_BYTES = "20000"
"""Of one call: a whole page of a database, the beginning of a snapshot."""
_TO_FILE = re.compile(r"(?:p?writev?(?:64|2)?)\(\d+<(/(?!dev/)[^>]*)>")


def written(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> tuple["subprocess.CompletedProcess[bytes]", dict[str, str]]:
    """Run a command with all its children; what each file was given, as strace prints it."""
    traced = [
        *("strace", "-f", "--seccomp-bpf", "-qq", "-y", "-e", _WRITES, "-s", _BYTES),
        *("-o", str(log)),
        *command,
    ]
    done = subprocess.run(
        traced,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        timeout=150,
        check=False,
    )
    if b"ptrace" in done.stderr.lower():
        pytest.skip("processes may not be traced here")
    files: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines():
        found = _TO_FILE.search(line)
        if found:
            files[found[1]] = files.get(found[1], "") + line
    return done, files
