"""Answers from the user's files."""

from pathlib import Path
from typing import cast

from assistant.core.chat import Chat
from assistant.core.grounding import Sources
from assistant.core.ports import Library
from assistant.storage.conversations import SqliteConversations
from tests.core.files import FoundLibrary, passage
from tests.tui.driving import Driver, RecordingClipboard, Setting, make_app, scripted

RENT = passage("The landlord may raise the rent once every twelve months.")


async def test_an_answer_shows_its_citations_and_the_places_they_come_from(home: Path) -> None:
    setting = Setting(home, scripted(f"{RENT.text} Bananas are yellow."))
    store = SqliteConversations(home / "chats.db")
    app = make_app(setting, store)
    library = cast(Library, FoundLibrary(RENT))
    app.chat_screen.turns._chat = Chat(store, setting.models, library=library)
    app.chat_screen.turns._sources = Sources
    async with app.run_test(size=(100, 30)) as pilot:
        driver = Driver(app, pilot, store, setting.models, RecordingClipboard())

        await driver.ask("When may the rent go up?")

        await driver.until_shown("once every twelve months. [1]")
        await driver.until_shown("[1] lease.md  page 4  ●●●")
        assert "yellow. [" not in driver.text
        app.finish()
    store.close()
