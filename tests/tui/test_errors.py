"""What the user sees when something goes wrong: a sentence and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.core.errors import AssistantError, EngineDiedError, ModelFileError
from assistant.settings import ChatSettings, Settings
from assistant.tui.toolkit.notice import Notice
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_models import ScriptedModel, ScriptedModels


async def test_an_engine_that_dies_is_told_below_what_it_wrote(home: Path) -> None:
    died = EngineDiedError("The engine died.", "Ask again; it is started anew.")
    async with opened(
        Setting(home, scripted("one two", stream_error=died, error_after=1))
    ) as driver:
        await driver.ask("Count.")
        await driver.until_shown("The engine died. Ask again; it is started anew.")
        assert "r tries again" in driver.text
        assert driver.messages[-1].text == "one"
        assert driver.status.phase == "error"
        driver.models.default.stream_error = None
        await driver.pilot.press("ctrl+r")
        await driver.until(lambda: driver.is_idle and driver.messages[-1].text == "one two")
        assert "The engine died" not in driver.text


async def test_an_error_of_one_answer_is_not_that_of_another_conversation(home: Path) -> None:
    died = EngineDiedError("The engine died.", "Ask again; it is started anew.")
    async with opened(Setting(home, scripted("one", stream_error=died))) as driver:
        await driver.ask("Count.")
        await driver.until(lambda: driver.status.phase == "error")
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.conversation_id is None)
        assert driver.status.phase == "ready"


async def test_a_model_that_cannot_be_used_is_an_error_in_every_conversation(home: Path) -> None:
    broken = ModelFileError("model.gguf is truncated.", "Download it again.")
    async with opened(Setting(home, scripted(load_error=broken))) as driver:
        await driver.ask("Anyone?")
        await driver.until(lambda: driver.status.phase == "error")
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.conversation_id is None)
        assert driver.status.phase == "error"


async def test_a_model_that_cannot_be_loaded_is_told_as_long_as_that_is_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_at_once(notice: Notice, seconds: float, end: Callable[[], None]) -> None:
        end()

    monkeypatch.setattr(Notice, "set_timer", end_at_once)
    broken = ModelFileError("model.gguf is truncated.", "Download it again.")
    async with opened(Setting(home, scripted(load_error=broken))) as driver:
        await driver.until_shown("model.gguf is truncated. Download it again.")
        await driver.ask("Anyone?")
        await driver.until(lambda: "truncated" in driver.text.split("scripted")[0])
        await driver.until(lambda: driver.text.count("truncated") == 1)
        assert driver.messages[0].text == "Anyone?"
        assert driver.messages[1].state == "failed"


async def test_a_prompt_that_is_not_there_gives_the_question_back(home: Path) -> None:
    settings = Settings(chat=ChatSettings(prompt="nowhere"))
    async with opened(Setting(home, settings=settings)) as driver:
        driver.type("A question")
        await driver.pilot.press("enter")
        await driver.until_shown("There is no prompt called 'nowhere'.")
        await driver.until(lambda: driver.typed == "A question")
        assert "waiting" not in driver.text


async def test_an_unexpected_error_in_a_turn_is_a_sentence_and_a_log(home: Path) -> None:
    class Careless(ScriptedModel):
        def measure(self, messages, thinking=None, *, formed=False):  # type: ignore[no-untyped-def]
            raise RuntimeError("[/x] secret detail")

    async with opened(Setting(home, ScriptedModels(Careless()))) as driver:
        await driver.ask("Boom?")
        await driver.until_shown("An unexpected error happened.")
        assert "secret detail" not in driver.text
        assert "secret detail" in (home / "logs" / "assistant.log").read_text()
        await driver.pilot.press("f12")
        await driver.until_shown(str(home / "logs" / "assistant.log"))


async def test_an_answer_cut_by_its_limit_can_be_continued(home: Path) -> None:
    async with opened(Setting(home, scripted("word " * 40, window=40))) as driver:
        await driver.ask("Go on")
        await driver.until(lambda: driver.messages[-1].stop_reason == "length")
        await driver.until_shown("c continues")


async def test_a_failing_store_is_a_sentence(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")

        def refuse(id: str, title: str) -> None:
            raise AssistantError("The disk is full.", "Make room.")

        driver.store.rename = refuse  # type: ignore[method-assign]
        driver.run("rename", "Another")
        await driver.until_shown("The disk is full. Make room.")


async def test_turns_that_leave_the_window_are_told_once(home: Path) -> None:
    words = "word " * 60
    async with opened(Setting(home, scripted(words, window=400))) as driver:
        for number in range(4):
            await driver.ask(f"Question {number} {words}")
        await driver.until_shown("From here on, the oldest messages are left out of")
        await driver.until_shown("see the context")
        assert sum(message.outgrown is not None for message in driver.messages) == 1


async def test_the_starter_model_is_named_only_where_none_was_chosen(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.until_shown("You are using the small starter model.")
    chosen = Settings(chat=ChatSettings(model="scripted"))
    async with opened(Setting(home, settings=chosen)) as driver:
        await driver.until_shown("Ask anything.")
        assert "starter" not in driver.text


async def test_the_status_line_tells_model_tokens_and_state(home: Path) -> None:
    async with opened(Setting(home), size=(120, 30)) as driver:
        await driver.until_shown("scripted · ready")
        await driver.ask("Capital?")
        line = driver.text.split("\n")[-1]
        used = driver.status.used
        assert used > 0
        assert f"{used:,} / 4,096 tokens" in line
        assert "tok/s" in line
        assert "offline" in line


@pytest.mark.parametrize("columns", [40, 60, 80, 110, 160])
async def test_the_status_line_keeps_what_matters_most(home: Path, columns: int) -> None:
    async with opened(Setting(home), size=(columns, 12)) as driver:

        async def line_with(**changes: object) -> str:
            driver.status_line.set_status(**changes)
            await driver.pilot.pause()
            return driver.text.split("\n")[-1]

        idle = await line_with()
        assert "ready" in idle
        assert "? help" in idle
        full = await line_with(
            model="A model with a name", files="letters (1,204 files)", used=1234, speed=12.0
        )
        assert "offline" in full
        assert ("letters" in full, "1,234 / 4,096" in full) == (columns >= 80, columns >= 110)
        writing = await line_with(phase="writing", is_running=True)
        assert "writing · Esc stops" in writing
        assert "offline" in writing
        assert ("12 tok/s" in writing) == (columns >= 80)
        reading = await line_with(phase="reading", done=500, total=2000, left=75.0)
        assert ("500 of 2,000, 1 min 15 s left" in reading) == (columns >= 60)
        away = await line_with(phase="unread", host="models.example.org")
        assert "→ models.example.org" in away
        assert "offline" not in away
