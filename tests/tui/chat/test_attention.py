"""A long answer that is done rings, when the window is not looked at."""

from pathlib import Path

import pytest
from textual.events import AppBlur, AppFocus

from assistant.settings import ScreenSettings, Settings
from assistant.tui.chat import attention
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_models import Gate


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({"TERM": "xterm-256color"}, "\a"),
        ({"TERM": "xterm-kitty"}, "\x1b]99;;The answer is ready.\x1b\\"),
        ({"TERM_PROGRAM": "WezTerm"}, "\x1b]9;The answer is ready.\a"),
        ({"TERM_PROGRAM": "iTerm.app", "TMUX": "/tmp/x,1,0"}, "\a"),
        ({"TERM": "foot"}, "\x1b]777;notify;assistant;The answer is ready.\x1b\\"),
    ],
)
def test_what_is_sent_is_what_the_terminal_can(environment: dict[str, str], sent: str) -> None:
    assert attention.call("auto", environment) == sent
    assert attention.call("bell", environment) == "\a"
    assert attention.call("off", environment) == ""


@pytest.mark.parametrize(
    ("took", "idle", "focused", "due"),
    [
        (60, 0, False, True),
        (60, 600, True, False),
        (2, 600, False, False),
        (60, 60, None, True),
        (60, 5, None, False),
    ],
)
def test_it_rings_for_long_answers_that_nobody_looks_at(
    took: float, idle: float, focused: bool | None, due: bool
) -> None:
    assert attention.is_due(took, idle, focused=focused) == due


@pytest.mark.parametrize(
    ("notify", "is_looked_at"), [("bell", False), ("bell", True), ("off", False)]
)
async def test_the_terminal_rings_once_at_the_end_of_an_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch, notify: str, is_looked_at: bool
) -> None:
    monkeypatch.setattr(attention, "LONG_SECONDS", 0.0)
    settings = Settings(screen=ScreenSettings(notify=notify))  # type: ignore[arg-type]
    gate = Gate()
    async with opened(Setting(home, scripted("Paris.", gate=gate), settings=settings)) as driver:
        sent: list[str] = []
        assert driver.app._driver is not None
        monkeypatch.setattr(driver.app._driver, "write", sent.append)
        await driver.ask("Capital?", wait=False)
        driver.app.post_message(AppFocus() if is_looked_at else AppBlur())
        await driver.until(lambda: driver.app.app_focus == is_looked_at)
        gate.open()
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle)
        assert sent.count("\a") == (notify == "bell" and not is_looked_at)
