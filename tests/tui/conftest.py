"""The terminal that the tests of the screen pretend to have."""

import pytest


@pytest.fixture(autouse=True)
def colourful_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the tests are run in: all colours, dark, at this machine."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "COLORFGBG", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
