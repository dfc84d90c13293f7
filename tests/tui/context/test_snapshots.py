"""What the user sees of a conversation's window: compared with pictures that were looked at.

`pytest tests/tui/context/test_snapshots.py --snapshot-update` takes new ones.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.widgets import OptionList, TextArea

from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage, Summary
from assistant.core.values.models import RenderedPrompt
from assistant.core.values.sampling import Thinking
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel, only_look

QUESTIONS = (
    "When may the landlord raise the rent?",
    "E quanto custa a multa se eu sair antes?",
    "Who pays for the boiler?",
    "Write a letter to the landlord about the boiler.",
    "Mais curta, por favor.",
    "What did we decide about the deposit?",
)


class KnowingModel(SteadyModel):
    """Has read most of every prompt, and calls its tokens by their lengths."""

    def render(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> RenderedPrompt:
        rendered = super().render(messages, thinking, formed=formed)
        ids = tuple(range(1, len(rendered.tokens) + 1))
        return rendered.model_copy(update={"tokens": ids, "cached": len(ids) * 3 // 5})


def _long(store: ConversationStore) -> str:
    id = store.create(title="Lease questions", system_prompt="Be brief and exact.").id
    parent = None
    for number, question in enumerate(QUESTIONS):
        asked = store.append(id, parent, "user", question)
        text = "It is in the lease, in the second part. " * (2 + 3 * number)
        parent = store.append(id, asked.id, "assistant", text).id
    return id


@pytest.fixture
def shows(home: Path, store: ConversationStore, pictures: Pictures) -> Compare:
    """Plays a scene in the context view and compares the picture."""

    def compare(play: Play, window: int = 1000, size: tuple[int, int] = (130, 34)) -> bool:
        models = ScriptedModels(KnowingModel("x", name=NAME, window=window))

        async def opened(driver: Driver) -> None:
            await driver.open(_long(store))
            driver.type("And the deposit?")
            await driver.pilot.press("alt+w")
            await driver.until_shown(f"of {window:,} tokens")

        return pictures.show(Setting(home, models), opened, play, size=size)

    return compare


async def _placed(driver: Driver) -> None:
    options = driver.app.screen.query_one(OptionList)
    options.highlighted = 2
    await driver.pilot.press("x")
    await driver.until_shown("excluded by you")
    options.highlighted = 1
    await driver.pilot.press("p")
    await driver.until_shown("▲ turn 1")


async def _summarised(driver: Driver) -> None:
    id = driver.store.conversations()[0].id
    told = Summary(
        text="The rent may rise once a year; leaving early costs three rents.", covers=(0, 2)
    )
    driver.store.set_summary(driver.store.branch(id)[3].id, told)
    await driver.pilot.press("o")
    await driver.until_shown("covered by the summary")
    driver.app.screen.notice.clear()  # type: ignore[attr-defined]


def test_the_window_of_a_conversation(shows: Compare) -> None:
    assert shows(only_look)


def test_the_window_on_80_by_24(shows: Compare) -> None:
    assert shows(only_look, size=(80, 24))


def test_the_window_on_40_columns(shows: Compare) -> None:
    assert shows(only_look, size=(40, 24))


def test_a_pinned_and_an_excluded_turn(shows: Compare) -> None:
    assert shows(_placed)


def test_a_summary_in_place_of_turns_on_80_by_24(shows: Compare) -> None:
    assert shows(_summarised, window=620, size=(80, 24))


def test_a_window_that_is_too_small(shows: Compare) -> None:
    assert shows(only_look, window=400)


def test_a_summary_being_edited(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _summarised(driver)
        await driver.pilot.press("e")
        await driver.until_shown("Ctrl+S saves")
        driver.app.screen.query_one(TextArea).cursor_blink = False

    assert shows(play, window=620)


def test_the_tokens_of_the_prompt(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("k")
        await driver.until_shown("Tokens of the prompt")

    assert shows(play, size=(80, 24))
