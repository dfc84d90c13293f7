"""Puts texts wherever conversations are found, ordered, compared, moved and taken back."""

from asyncio import sleep
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from assistant.core.conversations.branches import BranchPoint
from assistant.core.transfer.exporting import ExportedFile
from assistant.core.transfer.importing import ImportResult
from assistant.core.values.changes import Label
from assistant.core.values.conversation import Message
from assistant.core.values.transcript import Adoption, ReadingProblem
from assistant.tui.conversations.compare import CompareScreen
from assistant.tui.conversations.folder import ChooseFolder
from assistant.tui.conversations.search_screen import SearchScreen
from assistant.tui.conversations.trash import TrashScreen
from assistant.tui.transfer.dialog import ChooseExport
from assistant.tui.transfer.jobs import ExportJob, ImportJob, TransferJob
from assistant.tui.transfer.report import TransferReport
from tests.support.driver import ScreenDriver

FRAME = 0.017
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORD = "findable"


class ScriptedTransferJob:
    """Transfer job whose events are these steps."""

    def __init__(self, work: TransferJob, steps: Sequence[object]) -> None:
        self.title = work.title
        self._work = work
        self._steps = steps

    def events(self, stop: Event) -> Iterator[object]:
        yield from self._steps

    def apply(self, event: object) -> None:
        self._work.apply(event)

    def progress(self) -> Content:
        return self._work.progress()

    def lines(self) -> Iterator[Content]:
        return self._work.lines()


async def in_chats(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Show each text in the list, the search, the trash, beside another one, and in reports."""
    services = driver.services
    store = services.store
    for text in texts:
        conversation = store.create(title=text, system_prompt=f"{WORD} {text}")
        question = store.append(conversation.id, None, "user", f"{text} {WORD} {text}")
        answer = store.append(conversation.id, question.id, "assistant", text)
        store.tag(conversation.id, [text[:200], f"x{text[:200]}"])
        store.move(conversation.id, text[:200])
        store.rate(answer.id, "bad", text[:500])
        store.rename(conversation.id, text)
        store.delete_message(store.append(conversation.id, question.id, "assistant", text).id)
    driver.show_sidebar(True)
    await driver.refresh_list()
    await driver.open(conversation.id)
    await sleep(FRAME)
    await driver.undo_actions.undo()
    await _show(driver, SearchScreen(store, f"{WORD} role:{texts[0][:20]}"))
    await _show(driver, TrashScreen(services, driver.undo_actions))
    folders = [Label(name=text[:400], conversations=1) for text in texts]
    await _show(driver, ChooseFolder(folders, texts[0][:400]))
    await _show(driver, ChooseExport(texts[0], texts[-1][:400]))
    await _show(driver, _compared(" ".join(text[:400] for text in texts), texts[0][:400]))
    await _reported(driver, texts)


def _compared(left: str, right: str) -> CompareScreen:
    ways = tuple((_message(text),) for text in (left, right))
    return CompareScreen(BranchPoint(above=(), ways=ways, active=0), [left, right], 0, 1)


def _message(text: str) -> Message:
    return Message(
        id="m",
        conversation_id="c",
        parent_id=None,
        role="assistant",
        text=f"the same words and then {text}",
        state="complete",
        created=NOON,
    )


async def _reported(driver: ScreenDriver, texts: Sequence[str]) -> None:
    services = driver.services
    store = services.store
    path = texts[0].replace("\0", "")[:400]
    exports = [ExportedFile(path=text, title=text, what="written") for text in texts]
    work = ScriptedTransferJob(ExportJob(store, None, Path(path), "json"), exports)
    await _show(driver, TransferReport(work, services.report))
    adoptions = tuple(
        Adoption(conversation_id="c", title=text, is_new=True, added=1, present=0, trashed=1)
        for text in texts
    )
    imports = [
        ImportResult(
            path=text,
            adoptions=adoptions,
            problems=tuple(ReadingProblem(cause=each, place=each) for each in texts),
        )
        for text in texts
    ]
    work = ScriptedTransferJob(ImportJob(store, []), imports)
    await _show(driver, TransferReport(work, services.report))


async def _show(driver: ScreenDriver, shown: Screen[Any]) -> None:
    await driver.app.push_screen(shown)
    await sleep(3 * FRAME)
    for field in shown.query(Input):
        field.cursor_blink = False
    await driver.app.pop_screen()
