"""Puts texts where names, passages and reasons of files appear."""

from asyncio import sleep
from collections.abc import Sequence
from itertools import cycle
from typing import Any, Final, get_args

from textual.screen import Screen

from assistant.core.grounding.references import Quote, Reference
from assistant.core.values.conversation import Citation, Place, Strength
from assistant.core.values.documents import SkipReason, UnreadParts
from assistant.core.values.library import (
    Collection,
    FileEntry,
    IntegrityProblem,
    Unfit,
    Verification,
)
from assistant.tui.library.dialogs import IntegrityReport, UnreadFileReason
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.sources.panel import AnswerEvidence, UnreadFiles
from assistant.tui.sources.passage import PassageScreen
from tests.support.driver import ScreenDriver
from tests.support.fake_library import ScriptedLibrary

FRAME: Final = 0.017
LONGEST: Final = 1000
"""Characters of a name; no file system takes more."""


async def in_files(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """In the panel of sources, in the viewer, on the library screen and in its dialogs."""
    await _panel(driver, texts)
    await _viewer(driver, texts)
    await _library(driver, texts)


def citation(text: str) -> Citation:
    """A citation in which every word is this text, as far as a document can hold it."""
    text = _held(text)
    return Citation(
        number=1,
        strength="weak",
        start=0,
        end=1,
        path=f"/files/{text}",
        title=text,
        place=_place(text),
        quote=text,
        quote_start=0,
        content_hash="",
    )


def _held(text: str) -> str:
    """What UTF-8 can hold of a text."""
    return text.encode("utf-8", "replace").decode()


async def _panel(driver: ScreenDriver, texts: Sequence[str]) -> None:
    references = [_reference(number, text) for number, text in enumerate(texts, 1)]
    files = [_file(text) for text in texts]
    parts = [file.model_copy(update={"unread": (_unread(file.path),)}) for file in files]
    driver.show_sources(True)
    for evidence in (
        AnswerEvidence(
            "1", references, (), ", ".join(texts), {each.path: "gone" for each in references}
        ),
        AnswerEvidence("2", (), [_unused(text) for text in texts], texts[0]),
        AnswerEvidence("3", unread=UnreadFiles(files, 1_000, parts, 1_000)),
    ):
        driver.sources.show(evidence)
        await sleep(FRAME)
    driver.show_sources(False)


def _unread(text: str) -> UnreadParts:
    return UnreadParts(kind="attachment", names=(text,), count=1, reason="corrupt")


async def _viewer(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """As a document, as its name, and as the passage of a document that is gone."""
    library = driver.services.library
    assert isinstance(library, ScriptedLibrary)
    reference = _reference(1, "\n".join(texts))
    library.texts[reference.path] = _held("\n".join(["before", *texts, "after"]))
    driver.read_source([reference], 0)
    await _read(driver)
    for text in texts[:3]:
        driver.read_source([_reference(1, text), _unused(text)], 0)
        await _read(driver)


async def _read(driver: ScreenDriver) -> None:
    for _ in range(6):
        await sleep(FRAME)
    assert isinstance(driver.app.screen, PassageScreen)
    driver.app.screen.action_turn_on()
    await sleep(FRAME)
    await _pop(driver)


async def _library(driver: ScreenDriver, texts: Sequence[str]) -> None:
    library = driver.services.library
    assert isinstance(library, ScriptedLibrary)
    names = [text[:LONGEST] for text in texts]
    library.sets = [
        Collection(name=name, roots=(f"/{name}", name), files=1, passages=1, skipped=1)
        for name in names
    ]
    library.entries = [_file(name) for name in names]
    await driver.show_library()
    for _ in range(10):
        await sleep(FRAME)
    assert isinstance(driver.app.screen, LibraryScreen)
    driver.app.screen.notice.say()
    await _show(driver, UnreadFileReason(_file(texts[0])))
    problems = tuple(IntegrityProblem(what=text, repaired=False) for text in texts)
    await _show(
        driver, IntegrityReport(Verification(ok=False, files=1, passages=1, problems=problems))
    )
    await _pop(driver)
    library.sets, library.entries = [], []


async def _show(driver: ScreenDriver, dialog: Screen[Any]) -> None:
    await driver.app.push_screen(dialog)
    await sleep(FRAME)
    await _pop(driver)


async def _pop(driver: ScreenDriver) -> None:
    await driver.app.pop_screen()


def _reference(number: int | None, text: str) -> Reference:
    name = text[:LONGEST]
    strengths: tuple[Strength, ...] = ("verbatim", "supported", "weak")
    return Reference(
        number=number,
        strength=strengths[len(text) % 3] if number else None,
        path=f"/files/{name}",
        title=name,
        place=_place(name),
        text=text,
        start=0,
        content_hash="",
        quotes=(Quote(start=0, text=text),) if number else (),
    )


def _unused(text: str) -> Reference:
    reasons: tuple[Unfit, ...] = ("score", "duplicate", "budget")
    unfit = reasons[len(text) % 3]
    return _reference(None, text).model_copy(update={"unfit": unfit})


def _place(name: str) -> Place:
    return Place(sheet=name, row=3, heading=(name, name))


_REASONS = cycle(get_args(SkipReason))


def _file(name: str) -> FileEntry:
    return FileEntry(
        path=f"/files/{name}",
        size=9,
        state="skipped",
        passages=0,
        reason=next(_REASONS),
        detail=name,
    )
