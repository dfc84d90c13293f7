"""The search: over everything that was said, while it is typed, to the very message."""

from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.changes import ConversationSearchResult
from assistant.storage.conversations import SqliteConversations
from assistant.tui.conversations.search_screen import SearchScreen
from assistant.tui.library.screen import LibraryScreen
from tests.support.driver import Driver, Setting, opened

PATIENCE = 20


def _filled(home: Path) -> SqliteConversations:
    """Two conversations; the question of the first was answered in two ways."""
    store = SqliteConversations(home / "chats.db")
    lease = store.create(title="Lease questions", system_prompt="You know the law of tenancy.")
    question = store.append(lease.id, None, "user", "When does the rent rise?")
    store.append(lease.id, question.id, "assistant", "Once a year, after a letter.")
    other = store.append(lease.id, question.id, "assistant", "Every twelve months, never sooner.")
    store.append(lease.id, other.id, "user", "And for a shop?")
    beach = store.create(title="Férias no Recife")
    asked = store.append(beach.id, None, "user", "Where is the água warm?")
    store.append(beach.id, asked.id, "assistant", "At [Boa Viagem](x), all year; the rent is low.")
    return store


async def _retype(driver: Driver, words: str) -> None:
    """Type something else into the field."""
    await driver.pilot.press("ctrl+f", "delete")
    await _type(driver, words)


async def _type(driver: Driver, words: str) -> None:
    names = {" ": "space", ":": "colon"}
    await driver.pilot.press(*[names.get(key, key) for key in words])


async def _search(driver: Driver, words: str) -> SearchScreen:
    await driver.pilot.press("ctrl+f")
    await driver.until(lambda: isinstance(driver.app.screen, SearchScreen))
    screen = driver.app.screen
    assert isinstance(screen, SearchScreen)
    await _type(driver, words)
    return screen


async def test_a_message_is_found_while_it_is_typed_and_enter_leads_to_it(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store, size=(80, 24)) as driver:
        await _search(driver, "shop")
        await driver.until_shown("And for a shop?")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Lease questions")
        await driver.until(lambda: driver.views[-1].has_focus)
        assert driver.views[-1].message.text == "And for a shop?"
        assert driver.views[-1].has_class("-found")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.is_typing)
        assert not driver.views[-1].has_class("-found")
    store.close()


async def test_a_message_of_another_branch_is_led_to_by_selecting_that_branch(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "letter")
        await driver.until_shown("after a letter")
        await driver.pilot.press("enter")
        await driver.until_shown("‹1/2›")
        assert [m.text for m in driver.messages][-1] == "Once a year, after a letter."
    store.close()


async def test_accents_operators_titles_and_prompts_are_searched(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "agua")
        await driver.until_shown("Where is the água warm?")
        await _retype(driver, "role:assistant rent")
        await driver.until_shown("the rent is low")
        assert "When does the rent rise?" not in driver.text
        await _retype(driver, "in:prompts tenancy")
        await driver.until_shown("prompt    You know the law of tenancy.")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Lease questions")
    store.close()


async def test_what_is_not_understood_and_what_is_not_there_is_told(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "xyzzy")
        await driver.until_shown("Nothing found.")
        await _retype(driver, "role:nobody rent")
        await driver.until_shown("A role is one of system, user, assistant.")
        await _retype(driver, "")
        await driver.until_shown("the beginning of a word")
    store.close()


async def test_only_what_was_typed_last_is_shown_however_long_a_search_takes(home: Path) -> None:
    store = _filled(home)
    let_go, asked, find = Event(), list[str](), store.find
    stops: list[Event | None] = []

    def slowly(
        query: str, *, limit: int = 20, stop: Event | None = None
    ) -> ConversationSearchResult:
        asked.append(query)
        stops.append(stop)
        if query == "r":
            assert let_go.wait(PATIENCE)
        return find(query, limit=limit, stop=stop)

    store.find = slowly  # type: ignore[method-assign]
    async with opened(Setting(home), store=store) as driver:
        screen = await _search(driver, "rent")
        await driver.until(lambda: "r" in asked)
        # The screen goes on while the first search does not answer.
        await driver.until(lambda: screen.words == "rent")
        assert "the rent is low" not in driver.text
        let_go.set()
        await driver.until_shown("the rent is low")
        assert asked == ["", "r", "rent"]
        # What nobody waits for any more was told to end.
        assert [stop.is_set() for stop in stops if stop] == [True, True, False]
    store.close()


async def test_every_message_of_a_conversation_can_be_listed(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    conversation = store.create(title="Numbers")
    parent = None
    for number in range(9):
        text = f"a pear and {number}"
        parent = store.append(conversation.id, parent, "user", text).id
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "pear")
        await driver.until_shown("and 6 more messages")
        assert "a pear and 0" not in driver.text
        await driver.pilot.press("down", "down", "down", "enter")
        await driver.until_shown("9 messages in this conversation")
        await driver.until_shown("a pear and 0")
    store.close()


async def test_a_result_is_clicked(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "warm")
        await driver.until_shown("Where is the água warm?")
        rows = driver.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "Where is the" in line)
        await driver.pilot.click(offset=(20, row))
        await driver.until_shown("≡ Férias no Recife")
        assert driver.views[0].has_focus
    store.close()


async def test_the_search_opens_above_the_library_and_leads_away_from_it(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        await driver.pilot.press("f7")
        await driver.until(lambda: isinstance(driver.app.screen, LibraryScreen))
        await _search(driver, "shop")
        await driver.until_shown("And for a shop?")
        await driver.pilot.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, LibraryScreen))
        await driver.pilot.press("ctrl+f")
        await driver.until_shown("And for a shop?")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Lease questions")
        assert driver.app.screen is driver.screen
    store.close()


async def test_slash_find_searches_for_its_words(home: Path) -> None:
    store = _filled(home)
    async with opened(Setting(home), store=store) as driver:
        driver.type('/find "twelve months"')
        await driver.pilot.press("enter")
        await driver.until_shown("Every twelve months, never sooner.")
    store.close()


async def test_a_long_text_is_cut_so_that_its_match_is_seen_on_a_phone(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    conversation = store.create(title="Long")
    words = "some words before it " * 4
    store.append(conversation.id, None, "user", f"{words} needle {words}")
    async with opened(Setting(home), store=store, size=(40, 20)) as driver:
        await _search(driver, "needle")
        await driver.until(lambda: any("needle" in line for line in driver.text.split("\n")[3:]))
    store.close()


async def test_a_long_message_is_shown_where_the_words_are(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    conversation = store.create(title="Long")
    parts = [f"Paragraph {number} says **little** of anything.\n\n" for number in range(120)]
    parts[80] = "Here the needle lies in the hay.\n\n"
    question = store.append(conversation.id, None, "user", "Tell me all.")
    store.append(conversation.id, question.id, "assistant", "".join(parts))
    async with opened(Setting(home), store=store, size=(80, 24)) as driver:
        await _search(driver, "needle")
        await driver.until_shown("Here the needle lies")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Long")
        await driver.until_shown("Here the needle lies")
        assert driver.views[-1].has_focus
    store.close()


@pytest.mark.parametrize("lines", [1500, 6])
async def test_what_is_found_in_what_an_answer_folds_is_shown(home: Path, lines: int) -> None:
    store = SqliteConversations(home / "chats.db")
    long = store.create(title="A long answer")
    asked = store.append(long.id, None, "user", "What is there?")
    items = [f"- item {number}" for number in range(lines)]
    items[-2:] = ["<details>", "", "- item 1299", "- the lighthouse of 1300", "", "</details>"]
    store.append(long.id, asked.id, "assistant", "\n".join(items))
    async with opened(Setting(home), store=store) as driver:
        await _search(driver, "lighthouse")
        await driver.until_shown("the lighthouse of")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.app.screen is driver.screen)
        await driver.until_shown(" the lighthouse of 1300")
        assert " item 1299" in driver.text
    store.close()
