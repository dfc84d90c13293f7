"""What the user sees, compared with pictures that were looked at.

`pytest tests/tui/test_snapshots.py --snapshot-update` takes new ones; look at them then.
"""

from pathlib import Path

import pytest

from assistant.core.errors import EngineDiedError
from assistant.core.values.models import DeviceUse
from assistant.tui.transcript.folded import ReasoningToggle
from tests.support.driver import Driver, Setting
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel

QUESTION = "When may the landlord raise the rent?"
ANSWER = """The rent may rise **once every twelve months**, with `30 days` of notice. The notice

1. is in *writing*,
2. names the new rent,
   - in full, and
   - with the day from which it is due.

## An example

```python
def rent(year: int) -> float:
    # three per cent a year
    return 900 * 1.03 ** year
```

| year | rent | note |
|------|------|------|
| 2025 | 900 | the base |
| 2026 | 927 | first rise |

> Keep the letter. See https://example.org/law for more.
"""


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene on the screen and compares the picture."""

    def compare(play: Play, model: ScriptedModel, size: tuple[int, int] = (110, 34)) -> bool:
        return pictures.show(Setting(home, ScriptedModels(model)), play, size=size)

    return compare


def _model(*answers: str, gate: Gate | None = None, **options: object) -> SteadyModel:
    return SteadyModel(*answers or (ANSWER,), name=NAME, gate=gate, **options)  # type: ignore[arg-type]


async def _nothing(driver: Driver) -> None:
    """Only look."""


async def _answered(driver: Driver) -> None:
    await driver.ask(QUESTION)
    await driver.until_shown("61 tok/s" if driver.screen.size.width > 60 else "ready")


def test_an_empty_conversation(shows: Compare) -> None:
    assert shows(_nothing, _model())


def test_an_answer(shows: Compare) -> None:
    assert shows(_answered, _model())


def test_an_answer_in_a_light_theme(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _answered(driver)
        await driver.pilot.press("ctrl+t")
        await driver.until_shown("The theme is light")
        driver.notice.clear()

    assert shows(play, _model())


def test_an_answer_on_80_by_24(shows: Compare) -> None:
    assert shows(_answered, _model(), size=(80, 24))


def test_an_answer_on_40_columns(shows: Compare) -> None:
    assert shows(_answered, _model(), size=(40, 30))


def test_an_answer_on_200_by_60(shows: Compare) -> None:
    assert shows(_answered, _model(), size=(200, 60))


@pytest.mark.parametrize("columns", [100, 120])
def test_an_answer_from_a_graphics_card(shows: Compare, columns: int) -> None:
    model = _model("In the cellar.")
    model.device = DeviceUse(name="Radeon RX 7800", layers=33, of=33)
    assert shows(_answered, model, size=(columns, 16))


def test_an_answer_that_is_being_written(shows: Compare) -> None:
    gate = Gate(after=30)

    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION, wait=False)
        await driver.until_shown("names the new")
        driver.status_line.set_status(speed=0.0)
        await driver.ask("And for a shop?", wait=False)
        await driver.until_shown("waiting  And for a shop?")

    assert shows(play, _model(gate=gate))
    gate.open()


def test_an_answer_that_was_stopped(shows: Compare) -> None:
    gate = Gate(after=12)

    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION, wait=False)
        await driver.until_shown("twelve")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.is_idle)
        await driver.until_shown("c continues")
        await driver.pilot.press("tab")

    assert shows(play, _model(gate=gate))


def test_an_answer_that_failed(shows: Compare) -> None:
    died = EngineDiedError(
        "The engine ended in the middle of the answer.", "Ask again; it is started anew."
    )

    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION)
        await driver.until_shown("r tries again")

    assert shows(play, _model(stream_error=died, error_after=12))


def test_two_versions_of_an_answer(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION)
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("‹2/2›")
        await driver.until(lambda: driver.is_idle)
        await driver.pilot.press("tab")
        await driver.until_shown("61 tok/s")

    assert shows(play, _model("Once a year.", "Every twelve months, after a letter."))


def test_the_help(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("f1")
        await driver.until_shown("Typing")

    assert shows(play, _model(), size=(110, 50))


def test_the_slash_menu(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _answered(driver)
        await driver.pilot.press("slash")
        await driver.until_shown("/rename title")

    assert shows(play, _model())


def test_the_prompts_to_choose_from(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        library = driver.services.prompts
        general = [prompt for prompt in library.read()[0] if prompt.name == "general"]
        library.read = lambda: (general, [])  # type: ignore[method-assign]
        await driver.pilot.press("f3")
        await driver.until_shown("Enter chooses")

    assert shows(play, _model())


def test_a_deletion_that_can_be_undone(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION)
        await driver.pilot.press("f8")
        await driver.until_shown("Ctrl+Z undoes")

    assert shows(play, _model())


def test_a_long_conversation(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        store = driver.store
        conversation = store.create(title="A long conversation")
        parent = None
        for number in range(40):
            question = store.append(conversation.id, parent, "user", f"Question {number}?")
            text = f"Answer {number}, in a sentence.\n\n- and\n- a list"
            parent = store.append(conversation.id, question.id, "assistant", text).id
        await driver.open(conversation.id)
        await driver.until_shown("Question 39?")
        await driver.pilot.press("pageup")

    assert shows(play, _model())


THOUGHTS = """The user asks about the rent. The lease says once every twelve months.

The notice has to come thirty days before, and in writing. So I name both."""


def _thinking() -> SteadyModel:
    return _model("The rent may rise once every twelve months.", thoughts=THOUGHTS)


async def _folded(driver: Driver) -> None:
    await driver.ask(QUESTION)
    await driver.until_shown("▸ thought before answering")


async def _unfolded(driver: Driver) -> None:
    await _folded(driver)
    driver.views[-1].query_one(ReasoningToggle).focus()
    await driver.pilot.press("enter")
    await driver.until_shown("▾ thought before answering")


@pytest.mark.parametrize("size", [(80, 24), (40, 24)])
def test_what_was_thought_is_folded_above_the_answer(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_folded, _thinking(), size)


@pytest.mark.parametrize("size", [(80, 24), (40, 24)])
def test_what_was_thought_unfolded(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_unfolded, _thinking(), size)


def test_a_model_that_thinks(shows: Compare) -> None:
    gate = Gate()
    model = _model("Once a year.", thoughts=THOUGHTS, thought_gate=gate)

    async def play(driver: Driver) -> None:
        await driver.ask(QUESTION, wait=False)
        await driver.until_shown("So I name")

    assert shows(play, model, (80, 24))
    gate.open()
