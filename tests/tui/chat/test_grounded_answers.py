"""Answers from the user's files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.library import AnswerCheck, CheckedPassage, Collection, SearchResult
from assistant.core.values.sampling import Sampling
from assistant.settings import Settings
from assistant.tui.transcript.folded import UnsupportedToggle
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_library import ScriptedLibrary, found
from tests.support.fake_models import Gate
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")
UNCONFIRMED = "Nothing in this answer is confirmed by your files."


class NothingToQuote(ScriptedLibrary):
    """One whose passages have no sentence for any question."""

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> AnswerCheck:
        return super().check(sentences, passages, stop)


async def test_an_answer_shows_its_citations_and_the_places_they_come_from(home: Path) -> None:
    models = scripted(f"{RENT.text} Bananas are yellow.")
    async with opened(Setting(home, models, library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")

        await driver.until_shown("once every twelve months. [1]")
        await driver.until_shown("[1] lease.md  page 4  ●●●")
        assert "yellow. [" not in driver.text


@pytest.mark.parametrize("answer", [RENT.text, "Bananas."])
async def test_an_answer_that_another_version_does_not_say_so_tells_it(
    home: Path, answer: str
) -> None:
    text, old = RENT.text.replace("twelve", "six"), datetime(2024, 5, 1, tzinfo=UTC)
    older = passage(text, "2", "/files/lease 2024.md").model_copy(update={"modified": old})
    newer = RENT.model_copy(update={"modified": datetime(2026, 5, 1, tzinfo=UTC)})
    differ = "“six”. [1] is newer."
    async with opened(Setting(home, scripted(answer), library=found(newer, older))) as driver:
        await driver.ask("When may the rent go up?")
        await driver.until_shown("[1] lease.md  page 4")
        await driver.until_shown(differ)
        assert "[1] and [2] are nearly the same, but differ: [1] “twelve”" in driver.text
        assert "[2] lease 2024.md  page 4" in driver.text

        conversation = driver.conversation_id
        assert conversation is not None
        await driver.open(driver.store.create(title="B").id)
        await driver.open(conversation)
        await driver.until_shown(differ)


async def test_an_answer_that_no_passage_bears_out_shows_what_the_files_say(home: Path) -> None:
    async with opened(Setting(home, scripted("Bananas."), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")

        await driver.until_shown("Your files say: “The landlord may raise")
        await driver.until_shown("▸ the model's answer, not supported by your files, 1 word")
        assert "Bananas." not in driver.text


async def test_an_answer_that_the_files_do_not_support_unfolds(home: Path) -> None:
    async with opened(Setting(home, scripted("Bananas."), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")
        await driver.until_shown("▸ the model's answer")

        driver.views[-1].query_one(UnsupportedToggle).focus()
        await driver.pilot.press("enter")

        await driver.until_shown("Bananas.")
        await driver.until_shown("▾ the model's answer")


@pytest.mark.parametrize("collections", [None, ("housing",)])
async def test_an_answer_of_which_nothing_is_confirmed_says_so_where_nothing_can_be_quoted(
    home: Path, collections: tuple[str, ...] | None
) -> None:
    library = NothingToQuote(found(RENT).result)
    library.sets = [Collection(name="housing", roots=(), files=3, passages=31)]
    models = scripted("Bananas.", f"Bananas. {RENT.text}")
    async with opened(Setting(home, models, library=library)) as driver:
        conversation = driver.store.create(title="A", collections=collections)
        await driver.open(conversation.id)
        await driver.ask("Who is the landlord?")
        await driver.until_shown("Bananas.")
        await driver.until_shown(UNCONFIRMED)

        await driver.open(driver.store.create(title="B").id)
        await driver.open(conversation.id)
        await driver.until_shown(UNCONFIRMED)

        driver.run("regenerate")
        await driver.until_shown("[1] lease.md")
        assert UNCONFIRMED not in driver.text


async def test_an_answer_that_is_written_without_the_files_is_not_called_unconfirmed(
    home: Path,
) -> None:
    async with opened(Setting(home, scripted("Paris."), library=found(needs="never"))) as driver:
        await driver.ask("What is the capital of France?")
        await driver.until_shown("not from your files")
        assert UNCONFIRMED not in driver.text


async def test_an_answer_that_goes_on_is_shown_while_it_is_written(home: Path) -> None:
    gate = Gate(after=3)
    models = scripted("Bananas are yellow and long.", f" {RENT.text}", gate=gate)
    settings = Settings(sampling=Sampling(max_tokens=3))
    async with opened(Setting(home, models, settings, library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")
        await driver.until_shown("▸ the model's answer, not supported by your files")
        assert "Bananas are" not in driver.text

        gate.after = 1
        driver.run("continue")
        await driver.until(gate.reached.is_set, "the answer goes on")
        await driver.until_shown("Bananas are yellow")
        assert "not supported by your files" not in driver.text
        gate.open()
        await driver.until(lambda: driver.is_idle)


async def test_an_answer_that_the_files_deny_shows_their_words(home: Path) -> None:
    said = "The landlord may not raise the rent once every twelve months."
    async with opened(Setting(home, scripted(said), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")

        await driver.until_shown("✗ says the opposite: “The landlord may")


async def test_where_the_chosen_files_have_nothing_the_others_are_one_key_away(home: Path) -> None:
    library = found()
    library.result = SearchResult(searched=31)
    library.sets = [
        Collection(name="housing", roots=(), files=3, passages=31),
        Collection(name="letters", roots=(), files=2, passages=9),
        Collection(name="empty", roots=(), files=0, passages=0),
    ]
    async with opened(Setting(home, scripted("Bananas."), library=library)) as driver:
        conversation = driver.store.create(title="A", collections=("housing",))
        await driver.open(conversation.id)
        await driver.ask("Who wrote?")
        await driver.until_shown("not searched: letters — s searches all files")
        assert "empty" not in driver.text
        assert library.asked[-1][1] == ("housing",)

        library.result = found(RENT).result
        await driver.pilot.press("tab", "s")
        await driver.until(lambda: len(library.asked) == 2 and driver.is_idle)
        assert library.asked[-1][1] is None
        assert driver.conversation is not None
        assert driver.conversation.collections is None
        await driver.until_shown("‹2/2›")
        assert "not searched" not in driver.text
