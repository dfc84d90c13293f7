"""A real pseudo-terminal around the screen."""

import os
import re
import sys
from pathlib import Path
from time import monotonic

import pexpect

ROOT = Path(__file__).parents[2]

LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l")
"""What a program has to send to leave the terminal as it was."""


class Terminal:
    """Runs a module on a pseudo-terminal and keeps every byte it sent."""

    def __init__(
        self, module: str, *arguments: str, size: tuple[int, int] = (100, 30), **environment: str
    ) -> None:
        variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        variables.pop("NO_COLOR", None)
        variables |= environment
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", module, *arguments],
            dimensions=(size[1], size[0]),
            env=variables,
            cwd=str(ROOT),
            timeout=30,
        )
        self._chunks: list[bytes] = []

    @property
    def sent(self) -> bytes:
        return b"".join(self._chunks)

    def read(self) -> bool:
        """Take what was sent; False at the end."""
        try:
            self._chunks.append(self.process.read_nonblocking(65536, timeout=0.2))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        return True

    def until(self, words: str, seconds: float = 30) -> None:
        """Wait until these words were sent, on one line and in one style."""
        deadline = monotonic() + seconds
        seen = self.sent
        while words.encode() not in seen:
            before = len(self._chunks)
            assert self.read(), f"ended before {words!r}: {self.sent[-2000:]!r}"
            assert monotonic() < deadline, f"never {words!r}: {self.sent[-2000:]!r}"
            seen = seen[-len(words) :] + b"".join(self._chunks[before:])

    def end(self, seconds: float = 30) -> int:
        """Read to the end; the exit status, that of a shell after a signal."""
        deadline = monotonic() + seconds
        while self.read():
            assert monotonic() < deadline, f"does not end: {self.sent[-500:]!r}"
        self.process.wait()
        if self.process.signalstatus is not None:
            return 128 + int(self.process.signalstatus)
        return int(self.process.exitstatus or 0)


def sequences(sent: bytes) -> set[str]:
    """The kinds of escape sequences in the bytes; colours and positions without their numbers."""
    return {_kind(match) for match in _SEQUENCE.finditer(sent.decode("utf-8", "replace"))}


_SEQUENCE = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b(?P<string>[\]PX^_])(?P<text>[^\x07\x1b]*)(?:\x07|\x1b\\)?"
    r"|\x1b(?P<other>.?)"
    r"|(?P<control>[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f])"
)


def _kind(match: re.Match[str]) -> str:
    if match["csi"] is not None:
        return re.sub(r"[0-9;:]+", "", match["csi"]) if match["csi"][-1] in "mHG" else match["csi"]
    if match["string"] is not None:
        return match["string"] + match["text"].split(";")[0]
    if match["other"] is not None:
        return "ESC " + match["other"]
    return f"U+{ord(match['control']):04X}"
