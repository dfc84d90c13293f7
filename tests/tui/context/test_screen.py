"""The window of a conversation on the screen."""

from pathlib import Path

from textual.widgets import OptionList, TextArea

from assistant.core.values.conversation import Summary
from assistant.tui.context.exact_prompt import PromptTextScreen
from assistant.tui.context.screen import ContextScreen
from assistant.tui.context.window_bar import PartLine
from tests.support.conversations import speak
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import Gate, ScriptedModel


async def open_context(driver: Driver, id: str) -> None:
    await driver.open(id)
    await driver.pilot.press("alt+w")
    await driver.until(lambda: isinstance(driver.app.screen, ContextScreen), "the context view")


def listing(driver: Driver) -> OptionList:
    return driver.app.screen.query_one(OptionList)


async def choose(driver: Driver, name: str) -> None:
    """Go to the line of the part with this name."""
    options = listing(driver)
    prompts = [options.get_option_at_index(i).prompt for i in range(options.option_count)]
    names = [prompt.part.name for prompt in prompts if isinstance(prompt, PartLine)]
    options.highlighted = names.index(name)
    await driver.pilot.pause()


async def test_the_window_is_told_in_tokens_part_by_part(home: Path) -> None:
    async with opened(Setting(home), size=(120, 40)) as driver:
        id = speak(driver.store, 3)
        driver.type("And now?")
        await open_context(driver, id)
        await driver.until_shown("of 4,096 tokens")
        for name in ("system prompt", "turn 1", "turn 3", "next question", "answer", "free"):
            assert name in driver.text
        assert "question 1 why" in driver.text
        assert "0 cached" in driver.text
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)


async def test_a_turn_is_pinned_excluded_and_taken_back(home: Path) -> None:
    async with opened(Setting(home), size=(120, 40)) as driver:
        id = speak(driver.store, 3)
        question = driver.store.branch(id)[0].id
        await open_context(driver, id)
        await driver.until_shown("of 4,096 tokens")
        await choose(driver, "turn 1")
        await driver.pilot.press("p")
        await driver.until_shown("▲ turn 1")
        assert driver.store.message(question).placing == "pinned"
        await driver.pilot.press("x")
        await driver.until_shown("left out: excluded by you")
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("▲ turn 1")
        await driver.pilot.press("p")
        await driver.until(lambda: "▲" not in driver.text, "no pin")
        assert driver.store.message(question).placing is None


async def test_an_excluded_turn_is_not_sent(home: Path) -> None:
    models = scripted("Fine.")
    async with opened(Setting(home, models), size=(120, 40)) as driver:
        id = speak(driver.store, 2)
        await open_context(driver, id)
        await driver.until_shown("of 4,096 tokens")
        await choose(driver, "turn 1")
        await driver.pilot.press("x")
        await driver.until_shown("excluded by you")
        await driver.pilot.press("escape")
        await driver.ask("And now?")
        sent = " ".join(m.content for m in models.default.questions[-1].messages)
        assert "question 1 " not in sent
        assert "question 2 " in sent


async def test_the_exact_prompt_and_its_tokens_are_seen_and_copied(home: Path) -> None:
    setting = Setting(home)
    async with opened(setting, size=(120, 40)) as driver:
        id = speak(driver.store, 1)
        await open_context(driver, id)
        await driver.until_shown("of 4,096 tokens")
        await driver.pilot.press("t")
        await driver.until(lambda: isinstance(driver.app.screen, PromptTextScreen))
        await driver.until_shown("<system>Be brief.<user>question 1")
        await driver.pilot.press("y")
        await driver.until(lambda: setting.clipboard.copied, "a copy")
        assert setting.clipboard.copied[-1].startswith("<system>Be brief.")
        await driver.pilot.press("tab")
        await driver.until_shown("Tokens of the prompt")
        await driver.pilot.press("y")
        await driver.until(lambda: len(setting.clipboard.copied) == 2, "another copy")
        first = setting.clipboard.copied[-1].splitlines()[0]
        assert first.split() == ["0", "1", "'<system>'"]


async def test_the_view_says_that_the_model_is_being_loaded_and_does_not_wait(home: Path) -> None:
    gate = Gate()
    async with opened(Setting(home, scripted("x", load_gate=gate)), size=(120, 40)) as driver:
        id = speak(driver.store, 1)
        await open_context(driver, id)
        await driver.until_shown("loading scripted: 0%")
        await driver.pilot.press("p")
        await driver.until_shown("Only turns can be pinned or excluded.")
        gate.open()
        await driver.until_shown("of 4,096 tokens")


async def test_the_view_can_be_left_while_the_model_is_being_loaded(home: Path) -> None:
    gate = Gate()
    async with opened(Setting(home, scripted("x", load_gate=gate)), size=(120, 40)) as driver:
        id = speak(driver.store, 1)
        await open_context(driver, id)
        await driver.until_shown("loading scripted")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        gate.open()
        await driver.until_shown("ready")


async def test_a_summary_is_edited_removed_and_taken_back(home: Path) -> None:
    model = ScriptedModel("Fine.", window=1000)
    setting = Setting(home)
    setting.models.by_name = {"scripted": model}
    async with opened(setting, size=(120, 50)) as driver:
        id = speak(driver.store, 20)
        last = driver.store.branch(id)[29].id
        driver.store.set_overflow(id, "summarise")
        covers = tuple(range(0, 30, 2))
        driver.store.set_summary(last, Summary(text="They spoke of why.", covers=covers))
        await open_context(driver, id)
        await driver.until_shown("They spoke of why.")
        assert "left out: covered by the summary" in driver.text
        await driver.pilot.press("e")
        await driver.until_shown("Ctrl+S saves")
        driver.app.screen.query_one(TextArea).text = "They spoke of São Paulo."
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("They spoke of São Paulo.")
        kept = driver.store.message(last).summary
        assert kept is not None
        assert kept.edited
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("They spoke of why.")


async def test_the_choice_for_what_does_not_fit_is_changed_here(home: Path) -> None:
    async with opened(Setting(home), size=(120, 40)) as driver:
        id = speak(driver.store, 1)
        await open_context(driver, id)
        await driver.until_shown("the oldest turns are left out")
        await driver.pilot.press("o")
        await driver.until_shown("a summary replaces the oldest turns")
        assert driver.store.conversation(id).overflow == "summarise"


async def test_hostile_text_in_a_turn_is_only_shown(home: Path) -> None:
    setting = Setting(home)
    store = FakeConversations(setting.conversations)
    id = store.create(title="[/x]\x1b]0;t\x07").id
    question = store.append(id, None, "user", "[/b] [@click=app.quit]x[/] \x1b[2J")
    store.append(id, question.id, "assistant", "[link=file:///etc/passwd]")
    async with opened(setting, size=(120, 40)) as driver:
        await open_context(driver, id)
        await driver.until_shown("[/b] [@click=app.quit]x[/]")
        assert "\x1b" not in driver.text


async def test_a_click_on_the_title_of_an_announcement_opens_the_view(home: Path) -> None:
    model = ScriptedModel("Fine.", window=700)
    setting = Setting(home)
    setting.models.by_name = {"scripted": model}
    async with opened(setting, size=(120, 40)) as driver:
        id = speak(driver.store, 20)
        await driver.open(id)
        await driver.ask("And now?")
        await driver.until_shown("From here on, the oldest messages are left out")
        await driver.ask("And then?")
        await driver.until(lambda: len(driver.messages) == 44)
        assert [m.outgrown for m in driver.messages if m.outgrown] == ["leave_out"]


async def test_enter_on_a_turn_shows_it_in_the_conversation(home: Path) -> None:
    async with opened(Setting(home), size=(120, 24)) as driver:
        id = speak(driver.store, 12)
        await open_context(driver, id)
        await driver.until_shown("of 4,096 tokens")
        await choose(driver, "turn 2")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.app.screen is driver.screen)
        await driver.until_shown("question 2 why")
