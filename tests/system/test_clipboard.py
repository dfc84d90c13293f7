"""Which tool copies, and with what."""

import os
import pty
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.system.clipboard import Clipboard


class Tools:
    """Installed tools; those in `broken` fail. Keeps what was run."""

    def __init__(self, *installed: str, broken: Sequence[str] = ()) -> None:
        self.installed, self.broken = installed, broken
        self.ran: list[tuple[tuple[str, ...], bytes]] = []

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.installed else None

    def run(self, command: Sequence[str], text: bytes) -> bool:
        self.ran.append((tuple(command), text))
        return command[0] not in self.broken

    def clipboard(self, **environment: str) -> Clipboard:
        return Clipboard(environment, self.which, self.run)


@pytest.mark.parametrize(
    ("installed", "environment", "used"),
    [
        (("wl-copy", "xclip"), {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wl-copy"),
        (("wl-copy", "xclip"), {"DISPLAY": ":0"}, "xclip"),
        (("xsel",), {"DISPLAY": ":0"}, "xsel"),
        (("xclip",), {}, ""),
        (("pbcopy",), {}, "pbcopy"),
        (("pbcopy",), {"SSH_CONNECTION": "1"}, ""),
        (("xclip",), {"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10"}, "xclip"),
        ((), {"DISPLAY": ":0"}, ""),
        (("tmux",), {"TMUX": "/tmp/tmux-1000/default,1,0"}, "tmux"),
        (("tmux",), {}, ""),
        (("tmux", "xclip"), {"TMUX": "/tmp/t,1,0", "DISPLAY": ":0"}, "xclip"),
        (("tmux", "pbcopy"), {"TMUX": "/tmp/t,1,0", "SSH_TTY": "/dev/pts/1"}, "tmux"),
    ],
)
def test_the_tool_fits_the_display(
    installed: tuple[str, ...], environment: dict[str, str], used: str
) -> None:
    assert Tools(*installed).clipboard(**environment).copy("hello") == used


def test_a_tool_that_fails_is_followed_by_the_next() -> None:
    tools = Tools("wl-copy", "xclip", broken=["wl-copy"])

    used = tools.clipboard(WAYLAND_DISPLAY="wayland-0", DISPLAY=":0").copy("ação")

    assert used == "xclip"
    assert [text for _, text in tools.ran] == ["ação".encode()] * 2


def test_windows_gets_utf_16() -> None:
    tools = Tools("clip.exe")

    assert tools.clipboard().copy("ação") == "clip.exe"
    assert tools.ran[0][1].decode("utf-16") == "ação"


def test_a_lone_surrogate_is_no_error() -> None:
    tools = Tools("pbcopy")

    assert tools.clipboard().copy("a\ud800") == "pbcopy"


@pytest.mark.parametrize(
    ("installed", "environment", "command"),
    [
        (("wl-copy", "wl-paste"), {"WAYLAND_DISPLAY": "w"}, "wl-paste --no-newline"),
        (("xclip",), {"DISPLAY": ":0"}, "xclip -selection clipboard -out"),
        (("xsel",), {"DISPLAY": ":0"}, "xsel --clipboard --output"),
        (("pbcopy", "pbpaste"), {}, "pbpaste"),
        (("tmux",), {"TMUX": "/tmp/t,1,0"}, "tmux save-buffer -"),
    ],
)
def test_the_clipboard_is_read_with_the_tool_s_counterpart(
    installed: tuple[str, ...], environment: dict[str, str], command: str
) -> None:
    ran: list[str] = []

    def output(command: Sequence[str]) -> bytes:
        ran.append(" ".join(command))
        return "ação\r\n\xff".encode()

    tools = Tools(*installed)

    assert Clipboard(environment, tools.which, None, output).read() == "ação\n\xff"
    assert ran == [command]


def test_a_clipboard_that_nothing_can_read_says_so() -> None:
    only_copies = Tools("wl-copy", "xclip")
    environment = {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}

    assert Clipboard(environment, only_copies.which, None, lambda _: None).read() is None
    assert Clipboard({}, Tools().which).read() is None


def test_a_real_tool_s_output_is_the_clipboard(tmp_path: Path) -> None:
    tool = tmp_path / "xclip"
    tool.write_text("#!/bin/sh\nprintf 'copied %s' \"$3\"\n")
    tool.chmod(0o700)
    broken = tmp_path / "xsel"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o700)

    def which(name: str) -> str | None:
        path = tmp_path / name
        return str(path) if path.exists() else None

    environment = {"DISPLAY": ":0"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=":")
        assert Clipboard(environment, which).read() == "copied -out"
        tool.unlink()
        assert Clipboard(environment, which).read() is None


@pytest.fixture
def outer_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """The terminal that a tmux with its default settings is attached to; we are inside of it."""
    tmux = ("tmux", "-f", "/dev/null", "-S", str(tmp_path / "s"))
    terminal, side = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("TMUX", None)
    client = subprocess.Popen(
        [*tmux, "new-session", "-s", "test", "-n", "attached", "sleep 60"],
        stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        read_until(terminal, b"attached")  # the window's name, in the status line
        monkeypatch.setenv("TMUX", f"{tmp_path / 's'},{client.pid},0")
        yield terminal
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
        client.wait(10)
        os.close(terminal)
        os.close(side)


def read_until(terminal: int, wanted: bytes) -> None:
    """Read what a terminal is sent, until it is sent this."""
    seen = b""
    while wanted not in seen:
        seen += os.read(terminal, 65536)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
@pytest.mark.timeout(60)
def test_inside_tmux_the_terminal_around_it_gets_what_is_copied(outer_terminal: int) -> None:
    clipboard = Clipboard({"TMUX": os.environ["TMUX"]})

    assert clipboard.copy("ação $x$") == "tmux"

    read_until(outer_terminal, b64encode("ação $x$".encode()))
    assert clipboard.read() == "ação $x$"
