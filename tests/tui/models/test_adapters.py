"""LoRA adapters are turned on and off in a conversation, and seen."""

from pathlib import Path

import pytest
from textual.widgets import OptionList

from assistant.core.errors import ModelError
from assistant.core.values.models import ModelDetails, ModelFacts, ModelRef
from assistant.core.values.sampling import AdapterUse
from assistant.tui.models.adapters import AdapterList
from tests.support.driver import Driver, Setting, opened
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels
from tests.tui.actions.test_models_and_prompts import command

FORMAL, LEGAL = AdapterUse(name="formal"), AdapterUse(name="legal")


def adapter(name: str, architecture: str = "llama", damage: str = "") -> ModelDetails:
    """An adapter as the catalog tells it."""
    return ModelDetails(
        model=ModelRef(
            name=name, path=f"/models/{name}.gguf", size=4_600_000, origin="models folder"
        ),
        facts=ModelFacts(
            damage=damage, kind="adapter", architecture=architecture, quantization="F16"
        ),
        fit="damaged" if damage else "adapter",
        reason=f"The file {damage}." if damage else "It is an adapter.",
    )


THERE = (adapter("formal"), adapter("qwen-poet", "qwen3"), adapter("legal"))


def catalog(**options: object) -> ScriptedModels:
    """Two models, and adapters for one of them."""
    models = [ScriptedModel("One.", name="first"), ScriptedModel("Two.", name="second")]
    return ScriptedModels(*models, **{"there": THERE, **options})  # type: ignore[arg-type]


def adapters_of(driver: Driver) -> tuple[AdapterUse, ...] | None:
    conversation = driver.conversation
    return driver.store.conversation(conversation.id).adapters if conversation else None


def marked(driver: Driver) -> str:
    """The line of the list that is highlighted."""
    option = driver.app.screen.query_one(OptionList).highlighted_option
    return (option.id or "") if option else ""


def line_of(driver: Driver, words: str) -> str:
    return next(line for line in driver.text.splitlines() if words in line)


async def listed(driver: Driver) -> None:
    """Open the list and wait until all is found."""
    await driver.pilot.press("alt+shift+a")
    await driver.until_shown("qwen-poet")
    await driver.until_shown("legal")


async def test_adapters_are_turned_on_in_the_list_and_the_next_answer_has_them(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await driver.ask("Hi")
        await listed(driver)
        assert marked(driver) == "/models/formal.gguf"
        await driver.pilot.press("space", "left", "left", "down", "space", "enter")
        await driver.until_shown("── adapters: formal ×0.8, legal ── from here on")
        await driver.until_shown("Adapters from here on: formal ×0.8, legal")

        uses = (FORMAL.model_copy(update={"scale": 0.8}), LEGAL)
        assert adapters_of(driver) == uses
        assert driver.models.adapters[-1] == uses
        await driver.ask("And now?")
        assert driver.messages[-1].adapters == uses
        assert driver.messages[1].adapters == ()


async def test_esc_leaves_all_as_it_was(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await driver.ask("Hi")
        before = list(driver.models.opened)
        await listed(driver)
        await driver.pilot.press("space", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "the list is closed")

        assert adapters_of(driver) is None
        assert [name for name in driver.models.opened if name not in before] == []
        assert driver.store.changes() == []


async def test_an_adapter_for_another_architecture_says_so_and_stays_off(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await listed(driver)
        assert "made for qwen3; this model is llama" in line_of(driver, "qwen-poet")
        await driver.pilot.press("end")
        await driver.until_shown("It is made for qwen3; this model is llama.")
        await driver.pilot.press("space", "right", "0", "enter")
        await driver.until_shown("No changes.")
        assert driver.conversation is None


async def test_a_scale_is_typed(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await listed(driver)
        await driver.pilot.press("-", "0", ",", "2", "5", "5", "backspace")
        await driver.until(lambda: "×-0,25▏" in line_of(driver, "formal"), "the number")
        await driver.pilot.press("down")
        await driver.until(lambda: "×-0.25" in line_of(driver, "formal"), "the scale")
        await driver.pilot.press("9", "9", "up")
        await driver.until(lambda: "×9" in line_of(driver, "legal"), "the last that is a scale")
        await driver.pilot.press("enter")
        await driver.until_shown("Adapters from here on: formal ×-0.25, legal ×9")


async def test_a_scale_stays_within_its_bounds_and_one_turned_off_keeps_it(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await listed(driver)
        await driver.pilot.press("1", "0", "right")
        await driver.until(lambda: "×10" in line_of(driver, "formal"), "the highest")
        await driver.pilot.press("left", "space")
        await driver.until(lambda: "×" not in line_of(driver, "formal"), "off")
        await driver.pilot.press("space")
        await driver.until(lambda: "×9.9" in line_of(driver, "formal"), "as it was")


async def test_the_first_line_follows_the_settings_again(home: Path) -> None:
    usual = AdapterUse(name="legal", scale=0.5)
    async with opened(Setting(home, catalog(usual=[usual]))) as driver:
        await driver.until_shown("legal ×0.5")
        await listed(driver)
        assert "● as in your settings  legal ×0.5" in driver.text
        await driver.pilot.press("space", "enter")
        await driver.until_shown("Adapters from here on: none")
        assert adapters_of(driver) == ()
        await listed(driver)
        assert "○ as in your settings" in driver.text
        await driver.pilot.press("home", "space", "enter")
        await driver.until_shown("Adapters from here on: legal ×0.5 (as in your settings)")
        assert adapters_of(driver) is None


async def test_one_that_is_on_by_its_path_is_listed_and_turned_off(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await command(driver, "/adapters '/elsewhere/my poet.gguf' 0,5")
        await driver.until_shown("Adapters from here on: my poet ×0.5")
        assert adapters_of(driver) == (AdapterUse(name="/elsewhere/my poet.gguf", scale=0.5),)
        await listed(driver)
        assert "■ my poet" in driver.text
        await driver.until_shown("/elsewhere/my poet.gguf")
        await driver.pilot.press("space", "enter")
        await driver.until_shown("Adapters from here on: none")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("formal", "formal ×0.8, legal ×0.5"),
        ("FORMAL 0.8", "formal ×0.8, legal ×0.5"),
    ],
)
async def test_a_name_that_is_on_keeps_its_place(home: Path, typed: str, told: str) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await command(driver, "/adapters formal 0.1")
        await driver.until_shown("Adapters from here on: formal ×0.1")
        await command(driver, "/adapters legal 0.5")
        await driver.until_shown("formal ×0.1, legal ×0.5")
        await command(driver, f"/adapters {typed}")
        await driver.until_shown(
            f"Adapters from here on: {told if '0.8' in typed else 'formal, legal'}"
        )


async def test_adapters_are_typed_one_by_one(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await driver.ask("Hi")
        for typed, told in (
            ("formal 0.8", "formal ×0.8"),
            ("legal on", "formal ×0.8, legal"),
            ("Formal off", "legal"),
            ("none", "none"),
            ("default", "none (as in your settings)"),
        ):
            await command(driver, f"/adapters {typed}")
            await driver.until_shown(f"Adapters from here on: {told}")
        assert adapters_of(driver) is None
        assert [change.kind for change in driver.store.changes()] == ["adapters"] * 5


async def test_a_name_may_end_with_a_number(home: Path) -> None:
    there = (adapter("formal 2"), adapter("formal"))
    async with opened(Setting(home, catalog(there=there))) as driver:
        await command(driver, "/adapters formal 2")
        await driver.until_shown("Adapters from here on: formal 2")
        await command(driver, "/adapters formal 2 0.5")
        await driver.until_shown("Adapters from here on: formal 2 ×0.5")
        await command(driver, "/adapters formal 3")
        await driver.until_shown("Adapters from here on: formal 2 ×0.5, formal ×3")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nobody", "There is no adapter called 'nobody'."),
        ("formal off", "The adapter 'formal' is not in use."),
        ("formal 11", "The scale of an adapter is a number from -10 to 10; 11 is none."),
    ],
)
async def test_what_cannot_be_is_refused_in_one_sentence(home: Path, typed: str, told: str) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await command(driver, f"/adapters {typed}")
        await driver.until_shown(told)
        assert driver.store.conversations() == []


async def test_one_that_is_refused_is_told_at_once_and_nothing_changes(home: Path) -> None:
    refusal = ModelError("The adapter legal does not fit: its rank is odd.", "Choose another.")
    async with opened(Setting(home, catalog(refused={"legal": refusal}))) as driver:
        await driver.ask("Hi")
        await command(driver, "/adapters formal 0.8")
        await driver.until_shown("── adapters: formal ×0.8")
        await command(driver, "/adapters legal")
        await driver.until_shown("The adapter legal does not fit: its rank is odd.")

        formal = (AdapterUse(name="formal", scale=0.8),)
        await driver.until(lambda: adapters_of(driver) == formal, "as it was")
        await driver.until(lambda: driver.models.adapters[-1] == formal, "loaded again")
        await driver.until_shown("── adapters: formal ×0.8 ──")
        assert len(driver.store.changes()) == 1
        await driver.ask("And now?")
        assert driver.messages[-1].adapters == formal


async def test_nothing_is_told_of_what_was_refused_before_the_first_question(home: Path) -> None:
    refusal = ModelError("The adapter legal does not fit.", "Choose another.")
    async with opened(Setting(home, catalog(refused={"legal": refusal}))) as driver:
        await command(driver, "/adapters legal")
        await driver.until_shown("The adapter legal does not fit.")
        await driver.until(lambda: adapters_of(driver) is None, "as it was")


async def test_another_model_leaves_them_behind_and_undo_brings_both_back(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await driver.ask("Hi")
        await command(driver, "/adapters formal 0.8")
        await driver.until_shown("── adapters: formal ×0.8")
        await command(driver, "/model second")
        await driver.until_shown("Model from here on: second · without formal ×0.8")
        await driver.until_shown("── model: second ──")
        await driver.until(lambda: driver.models.adapters[-1] is None, "loaded without")
        await command(driver, "/undo")
        await driver.until_shown("── adapters: formal ×0.8 ──")
        conversation = driver.conversation
        assert conversation is not None
        assert (conversation.model, conversation.adapters) == (
            None,
            (AdapterUse(name="formal", scale=0.8),),
        )


async def test_an_adapter_is_no_model_to_go_on_with(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        await command(driver, "/model formal")
        await driver.until_shown("There is no model called 'formal'.")
        assert driver.conversation is None


async def test_a_model_that_is_refused_leaves_the_adapters_on(home: Path) -> None:
    bad = ScriptedModel(name="bad", load_error=ModelError("It is broken.", "Fetch it again."))
    models = ScriptedModels(ScriptedModel("One.", name="first"), bad, there=THERE)
    async with opened(Setting(home, models)) as driver:
        await command(driver, "/adapters formal 0.8")
        await driver.until_shown("Adapters from here on: formal ×0.8")
        await command(driver, "/model bad")
        await driver.until_shown("It is broken.")
        formal = (AdapterUse(name="formal", scale=0.8),)
        await driver.until(lambda: adapters_of(driver) == formal, "as it was")


async def test_a_temporary_conversation_has_adapters_of_its_own(home: Path) -> None:
    refusal = ModelError("The adapter legal does not fit.", "Choose another.")
    async with opened(Setting(home, catalog(refused={"legal": refusal}))) as driver:
        await command(driver, "/temporary")
        await driver.ask("Hi")
        await command(driver, "/adapters formal")
        await driver.until_shown("── adapters: formal ──")
        await command(driver, "/adapters legal")
        await driver.until_shown("The adapter legal does not fit.")
        await driver.until(lambda: adapters_of(driver) == (FORMAL,), "as it was")


async def test_without_any_the_list_says_where_they_come_from(home: Path) -> None:
    async with opened(Setting(home, catalog(there=()))) as driver:
        await driver.pilot.press("alt+shift+a")
        await driver.until_shown("No adapters yet.")
        await driver.until_shown("/path/to/file.gguf")
        await driver.pilot.press("space", "right", "1", "enter")
        await driver.until_shown("No changes.")


async def test_the_list_tells_that_it_is_looking(home: Path) -> None:
    gate = Gate()

    class SlowModels(ScriptedModels):
        def details(self, stop):  # type: ignore[no-untyped-def]
            gate.wait(0, stop)
            yield from super().details(stop)

    models = SlowModels(ScriptedModel("One.", name="first"), there=THERE)
    async with opened(Setting(home, models)) as driver:
        await driver.pilot.press("alt+shift+a")
        await driver.until_shown("Searching for adapters …")
        gate.open()
        await driver.until_shown("□ formal")


async def test_names_are_completed(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        driver.type("/adapters fo")
        await driver.until(lambda: driver.suggested, "suggestions")
        await driver.pilot.press("tab")
        await driver.until(lambda: driver.typed == "/adapters formal ", "completed")


async def test_paths_are_completed(home: Path) -> None:
    (home / "my lora").mkdir()
    (home / "my lora" / "poet.gguf").touch()
    async with opened(Setting(home, catalog())) as driver:
        for typed, whole in (
            (f"/adapters {home}/my", f'/adapters "{home}/my lora/"'),
            ("po", f'/adapters "{home}/my lora/poet.gguf" '),
        ):
            driver.type(typed)
            await driver.until(lambda: driver.suggested, "suggestions")
            await driver.pilot.press("tab")
            await driver.until(lambda now=whole: driver.typed == now, whole)  # type: ignore[misc]
        driver.type("0.5")
        await driver.pilot.press("enter")
        await driver.until_shown("Adapters from here on: poet ×0.5")


async def test_a_click_on_the_mark_opens_the_list(home: Path) -> None:
    async with opened(Setting(home, catalog()), size=(80, 24)) as driver:
        await driver.ask("Hi")
        await command(driver, "/adapters formal")
        await driver.until_shown("── adapters: formal")
        row = next(n for n, line in enumerate(driver.text.splitlines()) if "── adapters" in line)
        column = driver.text.splitlines()[row].index("adapters")
        await driver.pilot.click(offset=(column + 1, row))
        await driver.until(lambda: isinstance(driver.app.screen, AdapterList), "the list")


@pytest.mark.parametrize(
    ("width", "told"), [(120, "formal ×0.8, legal"), (80, "formal ×0.8, legal"), (40, "+2")]
)
async def test_the_status_line_tells_that_adapters_are_on(
    home: Path, width: int, told: str
) -> None:
    async with opened(Setting(home, catalog()), size=(width, 24)) as driver:
        uses = [FORMAL.model_copy(update={"scale": 0.8}), LEGAL]
        id = driver.store.create(title="A", adapters=uses).id
        await driver.open(id)
        await driver.until(lambda: told in driver.text.splitlines()[-1], "the status line")
        assert "ready" in driver.text.splitlines()[-1]


async def test_one_that_is_gone_leaves_a_way_to_go_on(home: Path) -> None:
    models = catalog()
    async with opened(Setting(home, models)) as driver:
        id = driver.store.create(title="A", adapters=[AdapterUse(name="gone")]).id
        await driver.open(id)
        await driver.ask("Hi", wait=False)
        await driver.until_shown("There is no adapter called 'gone'. Fetch it again. Use")
        await listed(driver)
        assert "■ gone" in driver.text
        await driver.pilot.press("space", "enter")
        await driver.until_shown("Adapters from here on: none")
        await driver.ask("Hi")
        await driver.until_shown("One.")


async def test_a_narrow_status_line_tells_how_a_long_name_begins(home: Path) -> None:
    models = catalog()
    models.by_name["a-model-with-a-long-name"] = ScriptedModel(name="a-model-with-a-long-name")
    async with opened(Setting(home, models), size=(52, 24)) as driver:
        id = driver.store.create(model="a-model-with-a-long-name", adapters=[FORMAL]).id
        await driver.open(id)
        await driver.until_shown("a-model-with-a-l… · +1 · ready · offline  ? help")


async def test_the_status_line_follows_the_conversation(home: Path) -> None:
    async with opened(Setting(home, catalog())) as driver:
        adapted = driver.store.create(title="A", adapters=[FORMAL]).id
        other = driver.store.create(title="B", model="second").id
        await driver.open(adapted)
        await driver.until(lambda: "first · formal" in driver.text.splitlines()[-1], "adapters")
        await driver.open(other)
        await driver.until(lambda: "second ·" in driver.text.splitlines()[-1], "the other model")
        assert "formal" not in driver.text.splitlines()[-1]


async def test_a_hostile_name_is_only_shown(home: Path) -> None:
    name = "a[/b]\x1b]52;c;eA==\x07[@click=app.quit]"
    async with opened(Setting(home, catalog(there=[adapter(name)]))) as driver:
        await driver.pilot.press("alt+shift+a")
        await driver.until_shown("a[/b]")
        await driver.pilot.press("space", "enter")
        await driver.until_shown("Adapters from here on: a[/b]")
        assert "\x1b" not in driver.text
