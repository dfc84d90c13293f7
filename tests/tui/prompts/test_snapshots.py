"""What the user sees of roles and prompts, compared with pictures that were looked at.

`pytest tests/tui/prompts/test_snapshots.py --snapshot-update` takes new ones; look at them then.
"""

from pathlib import Path

import pytest

from assistant.core.values.prompts import Prompt, PromptProblem, PromptVariable
from assistant.core.values.sampling import SamplingChanges
from assistant.tui.services import Services
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.pictures import Compare, Pictures, Play, SteadyModel

PROMPTS = [
    Prompt(
        name=name,
        title=title,
        description=description,
        language=language,
        text=f"You are the {name}.\n\nAnswer for {{{{who}}}}.",
        variables=(PromptVariable(name="who", default="everybody"),),
        sampling=SamplingChanges(temperature=0.2),
        path=f"/prompts/{name}.md",
    )
    for name, title, description, language in (
        ("general", "General", "A helpful assistant for anything.", "en"),
        ("tradutor", "Tradutor", "Traduz o que você escreve.", "pt"),
        ("help", "Help desk", "Answers what customers ask.", "en"),
    )
]
BAD = PromptProblem(
    path="/prompts/broken.md",
    reason="`title` is missing",
    fix="Add a line `title: …`.",
)


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene on the screen and compares the picture."""

    def compare(play: Play, size: tuple[int, int] = (110, 34)) -> bool:
        first = SteadyModel("Bom dia, meu amigo.", name="SmolLM2 135M Q4")
        models = ScriptedModels(first, ScriptedModel(name="Qwen3 4B Q4"))
        return pictures.show(Setting(home, models), play, size=size, prepare=_with_prompts)

    return compare


def _with_prompts(services: Services) -> None:
    """A library of a few prompts, one of them bad."""
    library = services.prompts
    get = library.get
    by_name = {prompt.name: prompt for prompt in PROMPTS}
    library.read = lambda: (PROMPTS, [BAD])  # type: ignore[method-assign]
    library.get = lambda name: by_name.get(name) or get(name)  # type: ignore[method-assign]


async def command(driver: Driver, typed: str, shown: str) -> None:
    driver.type(typed)
    await driver.pilot.press("enter")
    await driver.until_shown(shown)


async def _another_course(driver: Driver) -> None:
    await driver.ask("Good morning, my friend.")
    await command(driver, "/role tradutor", "── role: tradutor")
    await command(driver, "/set top_k 7", "top_k 7 ──")
    await driver.ask("/tradutor See you tomorrow!")
    await driver.until_shown("61 tok/s" if driver.screen.size.width > 60 else "ready")
    driver.notice.clear()


def test_a_role_that_was_switched_in_the_middle(shows: Compare) -> None:
    assert shows(_another_course)


def test_a_role_that_was_switched_on_40_columns(shows: Compare) -> None:
    assert shows(_another_course, size=(40, 30))


async def _library(driver: Driver) -> None:
    await driver.pilot.press("alt+l")
    await driver.until_shown("You are the general.")


def test_the_library_of_prompts(shows: Compare) -> None:
    assert shows(_library)


def test_the_library_of_prompts_on_80_by_24(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _library(driver)
        await driver.pilot.press("down")
        await driver.until_shown("/help is a command: use")

    assert shows(play, size=(80, 24))


def test_how_answers_are_sampled(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _another_course(driver)
        await driver.pilot.press("alt+s")
        await driver.until_shown("Answer settings (sampling)")

    assert shows(play, size=(80, 24))


def test_the_models_to_choose_from(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("alt+m")
        await driver.until_shown("as in your settings")

    assert shows(play, size=(80, 24))


def test_a_conversation_that_becomes_a_prompt(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _another_course(driver)
        await command(driver, "/save-prompt general", "Which turns are examples")
        await driver.pilot.press("enter")
        await driver.until_shown("There is a prompt general already.")

    assert shows(play, size=(80, 24))


def test_the_prompts_in_the_slash_menu(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("slash", "t")
        await driver.until_shown("/tradutor …")

    assert shows(play, size=(80, 24))
