"""What the model does when nobody asks, and how it gives way."""

from pathlib import Path

from assistant.core.values.sampling import Sampling
from assistant.settings import Settings
from tests.support.conversations import speak
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_models import Gate, ScriptedModel


async def test_a_better_title_comes_by_itself(home: Path) -> None:
    setting = Setting(home, scripted("Because of the air.", "Colour of the sky"), titles=True)
    async with opened(setting) as driver:
        await driver.ask("why is the sky blue")
        await driver.until_shown("why is the sky blue")
        await driver.until_shown("Colour of the sky")
        assert driver.models.default.questions[-1].keep == "aside"


async def test_no_title_is_thought_of_when_the_user_does_not_want_it(home: Path) -> None:
    setting = Setting(home, scripted("Because of the air.", "Colour of the sky"))
    async with opened(setting) as driver:
        await driver.ask("why is the sky blue")
        driver.background.schedule(driver.messages[0].conversation_id)
        await driver.until(lambda: driver.background.is_idle, "nothing wanted")
        assert len(driver.models.default.questions) == 1


async def test_a_question_interrupts_the_title_at_once_and_it_comes_later(home: Path) -> None:
    model = ScriptedModel("Because.", "Colour of the sky", "Rayleigh.", "Colour of the sky")
    setting = Setting(home, titles=True)
    setting.models.by_name = {"scripted": model}
    async with opened(setting) as driver:
        await driver.ask("why is the sky blue")
        model.gate = gate = Gate()
        await driver.until(gate.reached.is_set, "the title is being written")
        model.gate = None
        await driver.ask("who found out")
        assert model.stopped == 1
        await driver.until_shown("Rayleigh.")
        await driver.until_shown("Colour of the sky")


async def test_an_overgrown_conversation_is_summarised_when_idle(home: Path) -> None:
    model = ScriptedModel("Fine.", "They spoke of why.", window=1000)
    settings = Settings(sampling=Sampling(max_tokens=100))
    setting = Setting(home, settings=settings)
    setting.models.by_name = {"scripted": model}
    async with opened(setting, size=(120, 40)) as driver:
        id = speak(driver.store, 20)
        driver.store.set_overflow(id, "summarise")
        await driver.open(id)
        await driver.ask("And now?")
        await driver.until(lambda: any(message.summary for message in driver.messages), "a summary")
        await driver.until(lambda: driver.background.is_idle, "all is told")
        await driver.ask("And then?")
        sent = [m.content for m in model.questions[-1].messages]
        assert sent[2].startswith("They spoke of why.")
        await driver.until_shown("From here on, a summary replaces the oldest")


async def test_leaving_does_not_wait_for_an_afterthought(home: Path) -> None:
    model = ScriptedModel("Because.", "Colour of the sky")
    setting = Setting(home, titles=True)
    setting.models.by_name = {"scripted": model}
    async with opened(setting) as driver:
        await driver.ask("why is the sky blue")
        model.gate = gate = Gate()
        await driver.until(gate.reached.is_set, "the title is being written")
    assert model.stopped <= 1
