"""Conversations leave as files and come in from files."""

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from assistant.core.errors import StorageError
from assistant.storage.conversations import SqliteConversations
from assistant.tui.actions.transfer import typed_export
from assistant.tui.transfer.dialog import ChooseExport
from assistant.tui.transfer.report import TransferReport
from tests.support.driver import Driver, Setting, opened


async def _run(driver: Driver, command: str) -> None:
    driver.focus_prompt()
    driver.put(command)
    await driver.pilot.press("enter")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", (False, None, "")),
        ("all", (True, None, "")),
        ("json", (False, "json", "")),
        ("all md ~/My notes", (True, "markdown", "~/My notes")),
        ("HTML out", (False, "html", "out")),
        ("allotment", (False, None, "allotment")),
    ],
)
def test_what_is_typed_after_export(typed: str, meant: tuple[bool, str | None, str]) -> None:
    assert typed_export(typed) == meant


async def test_a_conversation_is_exported_from_the_dialog(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.ask("First?")
        await driver.pilot.press("alt+e")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseExport))
        driver.app.screen.query_one(Input).value = str(home / "out")
        await driver.pilot.press("down", "enter")
        await driver.until_shown("1 of 1 conversation, 1 written into")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        (file,) = (home / "out").iterdir()
        assert json.loads(file.read_text())["conversation"]["title"] == "First?"


async def test_all_conversations_are_exported_by_a_command(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    for title in ("One", "Two"):
        conversation = store.create(title=title)
        store.append(conversation.id, None, "user", "Hello?")
    store.archive(conversation.id)
    async with opened(Setting(home), store=store) as driver:
        await _run(driver, f"/export all html {home / 'all'}")
        await driver.until_shown("2 of 2 conversations, 2 written into")
        assert sorted(path.suffix for path in (home / "all").iterdir()) == [".html", ".html"]
    store.close()


async def test_a_folder_that_cannot_be_written_is_told(home: Path) -> None:
    (home / "file").write_text("in the way")
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        await _run(driver, f"/export json {home / 'file'}")
        await driver.until_shown("cannot be written")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)


async def test_there_is_nothing_to_export_from_an_empty_conversation(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await _run(driver, f"/export json {home}")
        await driver.until_shown("There is nothing to export yet")


async def test_what_was_exported_is_imported_once(home: Path) -> None:
    other = SqliteConversations(home / "other.db")
    conversation = other.create(title="Férias")
    other.append(conversation.id, None, "user", "Para onde?")
    async with opened(Setting(home), store=other) as driver:
        await _run(driver, f"/export all json {home / 'out'}")
        await driver.until_shown("1 written")
    other.close()
    async with opened(Setting(home)) as driver:
        for told in ("1 new conversation, 0 updated", "1 unchanged"):
            await _run(driver, f"/import {home / 'out'}")
            await driver.until_shown(told)
            await driver.pilot.press("enter")
            await driver.until(lambda: driver.app.screen is driver.screen)
        await driver.until_shown("  Férias")


async def test_what_cannot_be_read_is_told_and_the_rest_comes_in(home: Path) -> None:
    folder = home / "in"
    folder.mkdir()
    (folder / "bad.json").write_text("{")
    (folder / "good.md").write_text("---\ntitle: Good\n---\n")
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+o")
        await driver.until(lambda: driver.typed == "/import ")
        await _run(driver, f"/import {folder}")
        await driver.until(lambda: isinstance(driver.app.screen, TransferReport))
        await driver.until_shown("bad.json: ")
        await driver.until_shown("Esc closes")


async def test_a_path_that_is_not_there_is_told_and_stays_typed(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await _run(driver, "/import /nowhere/at/all")
        await driver.until_shown("There is nothing at /nowhere/at/all.")
        assert driver.typed == "/import /nowhere/at/all"


async def test_esc_stops_an_export_after_the_file_at_hand(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    for number in range(30):
        conversation = store.create(title=f"Number {number}")
        store.append(conversation.id, None, "user", "Hello?")
    transcript = store.transcript

    async with opened(Setting(home), store=store) as driver:

        def stopping(id: str) -> object:
            progress = driver.app.screen
            if isinstance(progress, TransferReport) and len(list((home / "out").iterdir())) == 3:
                driver.app.call_from_thread(progress.action_leave)
            return transcript(id)

        store.transcript = stopping  # type: ignore[assignment,method-assign]
        await _run(driver, f"/export all json {home / 'out'}")
        await driver.until_shown("Esc closes")
        assert len(list((home / "out").iterdir())) == 4
    store.close()


async def test_a_database_that_fails_meanwhile_is_told_in_the_report(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    conversation = store.create(title="One")
    store.append(conversation.id, None, "user", "Hello?")

    def failing(id: str) -> object:
        raise StorageError("The disk is full.", "Make some room.")

    store.transcript = failing  # type: ignore[assignment,method-assign]
    async with opened(Setting(home), store=store) as driver:
        await _run(driver, f"/export all json {home / 'out'}")
        await driver.until_shown("The disk is full. Make some room.")
    store.close()
