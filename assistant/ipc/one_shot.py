"""Helper processes: asked with one line, read line by line, gone when nobody asks any more."""

import subprocess
from collections.abc import Generator, Sequence
from queue import Empty, Queue
from threading import Event, Thread

POLL_SECONDS = 0.1
"""Seconds between two looks at whether the answer is still wanted."""


def answer_lines(command: Sequence[str], request: str, stop: Event) -> Generator[bytes, None, None]:
    """Start a process, give it one line, and yield the lines that it answers; none once stopped.

    The process is gone when the generator ends or is closed.

    Raises:
        BrokenPipeError: it ended before it took the request.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    output = process.stdout
    lines: Queue[bytes | None] = Queue()

    def read() -> None:
        for line in output:
            lines.put(line)
        lines.put(None)

    reader = Thread(target=read, name="answers", daemon=True)
    try:
        process.stdin.write(request.encode() + b"\n")
        process.stdin.flush()
        reader.start()
        while not stop.is_set():
            try:
                line = lines.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            if line is None:
                return
            yield line
    finally:
        process.kill()
        process.wait()
        if reader.ident is not None:
            reader.join()
        process.stdin.close()
        output.close()
