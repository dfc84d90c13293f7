"""Which tool copies, and with what."""

from collections.abc import Sequence

import pytest

from assistant.clipboard import Clipboard


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
