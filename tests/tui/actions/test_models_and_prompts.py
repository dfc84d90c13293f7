"""Role, model, sampling and system prompt are changed in the middle of a conversation."""

from pathlib import Path

from textual.message import Message
from textual.widgets import Input, OptionList, TextArea

from assistant.core.errors import ModelFileError
from assistant.core.turn.sampling import FIELDS
from assistant.core.values.sampling import SamplingChanges
from assistant.settings import OneModelSettings, Settings
from assistant.tui.chat.turns import TurnEnded
from assistant.tui.models.pickers import FIELD_MEANINGS, ModelPicker, SamplingList
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels


async def command(driver: Driver, typed: str) -> None:
    """Type a command and send it."""
    driver.type(typed)
    await driver.pilot.press("enter")


def two_models(**options: object) -> ScriptedModels:
    second = ScriptedModel("Two.", name="second", **options)  # type: ignore[arg-type]
    return ScriptedModels(ScriptedModel("One.", name="first"), second)


async def test_a_role_is_switched_in_the_middle_and_marked_there(home: Path) -> None:
    async with opened(Setting(home, scripted("Hello.", "Olá."))) as driver:
        await driver.ask("Hi")
        await command(driver, "/role tutor-pt")
        await driver.until_shown("── role: tutor-pt")
        await driver.ask("And now?")

        lines = driver.text.splitlines()
        places = [
            next(number for number, line in enumerate(lines) if words in line)
            for words in ("Hello.", "role: tutor-pt", "And now?", "Olá.")
        ]
        assert places == sorted(places)
        first, second = driver.models.default.questions
        assert first.messages[0].content != second.messages[0].content
        assert [message.content for message in second.messages[-3:-1]] == ["Hi", "Hello."]


async def test_marks_are_there_again_when_the_conversation_is_opened_again(home: Path) -> None:
    setting = Setting(home)
    async with opened(setting) as driver:
        await driver.ask("Hi")
        await command(driver, "/set temp 0,9")
        await driver.until_shown("── temperature 0.9")
        id = driver.conversation_id
    async with opened(setting) as driver:
        await driver.open(id or "")
        await driver.until_shown("── temperature 0.9")


async def test_a_click_on_a_mark_shows_what_it_is_about(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.ask("Hi")
        await command(driver, "/set top_k 3")
        await driver.until_shown("── top_k 3")
        row = next(n for n, line in enumerate(driver.text.splitlines()) if "── top_k" in line)
        column = driver.text.splitlines()[row].index("top_k")
        await driver.pilot.click(offset=(column + 1, row))
        await driver.until(lambda: isinstance(driver.app.screen, SamplingList), "the list")


async def test_what_is_set_is_used_for_the_next_answer_and_can_be_taken_back(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Hi")
        await command(driver, "/set temperature 0.75")
        await driver.until_shown("temperature: 0.75 (this conversation)")
        await driver.ask("Well?")
        await command(driver, "/set temperature default")
        await driver.until_shown("temperature: 0.3 (default).")
        await driver.ask("Again")

        used = [question.sampling.temperature for question in driver.models.default.questions]
        assert used == [0.3, 0.75, 0.3]


async def test_what_the_settings_say_of_its_model_holds_and_is_told(home: Path) -> None:
    own = OneModelSettings(sampling=SamplingChanges(temperature=0.9))
    settings = Settings(model={"Scripted": own})
    async with opened(Setting(home, settings=settings)) as driver:
        await driver.ask("Hi")
        await command(driver, "/set")
        await driver.until_shown("your settings for this model")
        await driver.pilot.press("escape")
        await command(driver, "/set temperature 0.75")
        await command(driver, "/set temperature default")
        await driver.until_shown("temperature: 0.9 (your settings for this model).")

        assert driver.models.default.questions[0].sampling.temperature == 0.9


async def test_a_value_that_is_none_is_refused_in_one_sentence(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await command(driver, "/set temperature hot")
        await driver.until_shown("temperature takes a number from 0 to 5; 'hot' is not one.")
        assert driver.store.conversations() == []


async def test_the_list_of_what_can_be_set_is_changed_in_place(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Hi")
        await driver.pilot.press("alt+s")
        await driver.until_shown("Answer settings (sampling)")
        await driver.until_shown("no limit")
        await driver.pilot.press("down", "enter")
        await driver.until_shown("top_k: a whole number from 0")
        driver.app.screen.query_one(Input).value = "x"
        await driver.pilot.press("enter")
        await driver.until_shown("top_k takes a whole number from 0; 'x' is not one.")
        driver.app.screen.query_one(Input).value = "7"
        await driver.pilot.press("enter")
        await driver.until_shown("this conversation")
        assert driver.store.conversation(driver.conversation_id or "").sampling.top_k == 7
        await driver.pilot.press("delete")
        await driver.until(lambda: "this conversation" not in driver.text, "taken back")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "back")
        assert driver.store.conversation(driver.conversation_id or "").sampling.top_k is None


async def test_every_row_of_what_can_be_set_says_what_it_means(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+s")
        await driver.until_shown("Answer settings (sampling)")
        for field in FIELD_MEANINGS:
            await driver.until_shown(FIELD_MEANINGS[field])
            await driver.pilot.press("down")
        assert tuple(FIELD_MEANINGS) == FIELDS


async def test_another_model_goes_on_with_the_conversation(home: Path) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await driver.ask("Hi")
        await command(driver, "/model second")
        await driver.until(lambda: driver.status.model == "second", "loaded")
        await driver.until_shown("── model: second")
        await driver.ask("And now?")

        assert [message.text for message in driver.messages] == ["Hi", "One.", "And now?", "Two."]
        assert driver.messages[-1].model == "second"
        (asked,) = driver.models.by_name["second"].questions
        assert [m.content for m in asked.messages[-3:]] == ["Hi", "One.", "And now?"]


async def test_a_model_tells_how_far_it_is_loaded(home: Path) -> None:
    gate = Gate()
    async with opened(Setting(home, two_models(load_gate=gate))) as driver:
        await command(driver, "/model second")
        await driver.until_shown("loading 0 %")
        gate.open()
        await driver.until(lambda: driver.status.model == "second", "loaded")


async def test_a_model_that_cannot_be_used_leaves_the_conversation_with_the_one_it_had(
    home: Path,
) -> None:
    broken = ModelFileError("second.gguf is truncated.", "Download it again.")
    async with opened(Setting(home, two_models(load_error=broken))) as driver:
        await driver.ask("Hi")
        await command(driver, "/model second")
        await driver.until_shown("second.gguf is truncated. Download it again.")

        conversation = driver.store.conversation(driver.conversation_id or "")
        assert conversation.model is None
        assert [message.marks for message in driver.store.branch(conversation.id)] == [(), ()]
        assert "model: second" not in driver.text


async def test_a_model_that_is_not_there_is_told(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await command(driver, "/model gpt")
        await driver.until_shown("There is no model called 'gpt'.")


async def test_a_model_is_picked_from_the_list(home: Path) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await driver.ask("Hi")
        await driver.pilot.press("alt+m")
        await driver.until(lambda: isinstance(driver.app.screen, ModelPicker), "the list")
        await driver.until_shown("1.0 MB · models folder")
        await driver.pilot.press("down", "down", "enter")
        await driver.until(lambda: driver.status.model == "second", "loaded")
        driver.type("/model ")
        await driver.until_shown("as in your settings")
        driver.type("default")
        await driver.pilot.press("escape", "enter")
        await driver.until(lambda: driver.status.model == "first", "back")


async def test_the_system_prompt_is_replaced(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Hi")
        await command(driver, "/system Responda só em português.")
        await driver.until_shown("── role: own text")
        await driver.ask("And now?")
        told = driver.models.default.questions[-1].messages[0]
        assert (told.role, told.content) == ("system", "Responda só em português.")


async def test_the_system_prompt_is_changed_in_a_field(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.ask("Hi")
        await driver.pilot.press("alt+y")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor), "the field")
        area = driver.app.screen.query_one(TextArea)
        assert area.text == driver.store.conversation(driver.conversation_id or "").system_prompt
        area.insert("\n\nBe kind.")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("System prompt changed from here on.")
        found = driver.store.conversation(driver.conversation_id or "")
        assert found.system_prompt.endswith("\n\nBe kind.")
        assert found.prompt_name is None

        await driver.pilot.press("alt+y")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor), "the field")
        await driver.pilot.press("x", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "back")
        assert driver.store.conversation(found.id).system_prompt == found.system_prompt


async def test_names_are_completed_as_they_are_typed(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"/role tuto")
        await driver.until_shown("tutor-pt")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.typed == "/role tutor ", "completed")
        await driver.pilot.press("enter")
        await driver.until_shown("is also used for new conversations")
        await driver.pilot.press(*"/set max")
        await driver.until_shown("max_tokens  a whole number from 1")
        await driver.pilot.press("tab")
        assert driver.typed == "/set max_tokens "
        await driver.pilot.press("9", "enter")
        await driver.until_shown("max_tokens = 9 also applies to new conversations")


async def test_a_role_can_be_switched_while_an_answer_is_written(home: Path) -> None:
    gate = Gate(after=2)
    models = scripted("One two three four five.", gate=gate)
    async with opened(Setting(home, models)) as driver:
        await driver.ask("Hi", wait=False)
        await driver.until_shown("One two")
        await command(driver, "/set top_k 3")
        await driver.until_shown("── top_k 3")
        gate.open()
        await driver.until(lambda: driver.is_idle, "an answer")
        await driver.until_shown("One two three four five.")
        await driver.until_shown("── top_k 3")
        assert driver.messages[-1].text == "One two three four five."


async def test_a_mark_goes_when_its_change_is_undone(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Hi")
        await command(driver, "/set top_k 3")
        await driver.until_shown("── top_k 3")
        driver.store.undo(conversation_id=driver.conversation_id)
        await driver.refresh()
        await driver.until(lambda: "── top_k" not in driver.text, "gone")


async def test_the_picker_of_roles_is_left_with_everything_as_it_was(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("f3")
        await driver.until(lambda: driver.app.screen.query(OptionList), "the list")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "back")
        assert not isinstance(driver.app.screen, AskForLine)
        assert driver.conversation is None


async def test_another_model_writes_one_version_and_each_tells_who_wrote_it(home: Path) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await driver.ask("Who?")
        await command(driver, "/regenerate third")
        await driver.until_shown("There is no model called 'third'.")
        assert len(driver.store.versions(driver.messages[-1].id)) == 1

        await command(driver, "/regenerate second")
        await driver.until_shown("‹2/2›  second")
        await driver.until(lambda: driver.is_idle)
        assert driver.messages[-1].text == "Two."
        assert driver.messages[-1].model == "second"
        assert driver.conversation is not None
        assert driver.conversation.model is None
        await driver.pilot.press("alt+left")
        await driver.until_shown("‹1/2›  first")

        await driver.pilot.press("i")
        await driver.until_shown("This answer")
        for told in ("model       first", "version     1 of 2", "tokens a second", "wrote"):
            assert told in driver.text
        await driver.pilot.press("escape", "escape")
        await driver.ask("And now?")
        assert driver.messages[-1].model == "first"


async def test_a_mark_that_is_not_due_any_more_does_not_come_back_with_the_end_of_an_answer(
    home: Path,
) -> None:
    gate = Gate(after=1)
    models = ScriptedModels(
        ScriptedModel("One and two and three.", name="first", gate=gate),
        ScriptedModel("Two.", name="second"),
    )
    async with opened(Setting(home, models)) as driver:
        turns, held = driver.workspace.conversation.turns, list[Message]()
        post = turns._post
        await driver.ask("Hi", wait=False)
        await driver.until(gate.reached.is_set, "an answer that is written")
        await command(driver, "/model second")
        await driver.until_shown("── model: second ── from here on")

        # What the answer ends with is stored, and shown late.
        turns._post = held.append
        await driver.pilot.press("escape")
        await driver.until(lambda: any(isinstance(each, TurnEnded) for each in held), "its end")
        await command(driver, "/model default")
        await driver.until(lambda: "from here on" not in driver.text, "nothing has changed")
        turns._post = post
        for each in held:
            post(each)

        await driver.until(lambda: driver.is_idle)
        await driver.until_shown("stopped")
        assert "── from here on" not in driver.text


async def test_a_question_that_is_read_with_the_conversation_is_shown_once(home: Path) -> None:
    async with opened(Setting(home, scripted("Hello."))) as driver:
        await driver.ask("Hi")
        turns, held = driver.workspace.conversation.turns, list[Message]()
        post = turns._post
        turns._post = held.append
        await driver.ask("And now?", wait=False)
        await driver.until(lambda: any(isinstance(each, TurnEnded) for each in held), "its end")
        await driver.refresh()
        turns._post = post
        for each in held:
            post(each)

        await driver.until(lambda: driver.is_idle)
        assert [message.text for message in driver.messages] == [
            "Hi",
            "Hello.",
            "And now?",
            "Hello.",
        ]
        assert [view.message.id for view in driver.views] == [each.id for each in driver.messages]
