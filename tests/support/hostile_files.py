"""Puts texts where names, passages and reasons of files appear."""

from asyncio import sleep
from collections.abc import Sequence
from itertools import cycle
from typing import Any, Final, get_args

from textual.screen import Screen

from assistant.core.grounding.references import Quote, Reference
from assistant.core.values.conversation import Citation, Place, Strength
from assistant.core.values.documents import SkipReason
from assistant.core.values.library import (
    Collection,
    FileEntry,
    IntegrityProblem,
    Unfit,
    Verification,
)
from assistant.tui.actions.library import show_library
from assistant.tui.app import AssistantApp
from assistant.tui.library.dialogs import IntegrityReport, UnreadFileReason
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.sources.panel import AnswerEvidence, SourcesPanel
from assistant.tui.sources.passage import PassageScreen
from tests.support.fake_library import ScriptedLibrary

FRAME: Final = 0.017
LONGEST: Final = 1000
"""Characters of a name; no file system takes more."""


async def in_files(app: AssistantApp, texts: Sequence[str]) -> None:
    """In the panel of sources, in the viewer, on the library screen and in its dialogs."""
    await _panel(app, texts)
    await _viewer(app, texts)
    await _library(app, texts)


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


async def _panel(app: AssistantApp, texts: Sequence[str]) -> None:
    panel: SourcesPanel = app.chat_screen.panel
    references = [_reference(number, text) for number, text in enumerate(texts, 1)]
    app.chat_screen.panels.show_sources(True)
    for evidence in (
        AnswerEvidence(
            "1", references, (), ", ".join(texts), {each.path: "gone" for each in references}
        ),
        AnswerEvidence("2", (), [_unused(text) for text in texts], texts[0]),
        AnswerEvidence("3", (), (), "", {}, [_file(text) for text in texts], 1_000),
    ):
        panel.show(evidence)
        await sleep(FRAME)
    app.chat_screen.panels.show_sources(False)


async def _viewer(app: AssistantApp, texts: Sequence[str]) -> None:
    """As a document, as its name, and as the passage of a document that is gone."""
    library = app.desk.library
    assert isinstance(library, ScriptedLibrary)
    reference = _reference(1, "\n".join(texts))
    library.texts[reference.path] = _held("\n".join(["before", *texts, "after"]))
    app.chat_screen.read_source([reference], 0)
    await _read(app)
    for text in texts[:3]:
        app.chat_screen.read_source([_reference(1, text), _unused(text)], 0)
        await _read(app)


async def _read(app: AssistantApp) -> None:
    for _ in range(6):
        await sleep(FRAME)
    assert isinstance(app.screen, PassageScreen)
    app.screen.action_turn_on()
    await sleep(FRAME)
    await _pop(app)


async def _library(app: AssistantApp, texts: Sequence[str]) -> None:
    library = app.desk.library
    assert isinstance(library, ScriptedLibrary)
    names = [text[:LONGEST] for text in texts]
    library.sets = [
        Collection(name=name, roots=(f"/{name}", name), files=1, passages=1, skipped=1)
        for name in names
    ]
    library.entries = [_file(name) for name in names]
    await show_library(app.chat_screen)
    for _ in range(10):
        await sleep(FRAME)
    assert isinstance(app.screen, LibraryScreen)
    app.screen.notice.say()
    await _show(app, UnreadFileReason(_file(texts[0])))
    problems = tuple(IntegrityProblem(what=text, repaired=False) for text in texts)
    await _show(
        app, IntegrityReport(Verification(ok=False, files=1, passages=1, problems=problems))
    )
    await _pop(app)
    library.sets, library.entries = [], []


async def _show(app: AssistantApp, dialog: Screen[Any]) -> None:
    await app.push_screen(dialog)
    await sleep(FRAME)
    await _pop(app)


async def _pop(app: AssistantApp) -> None:
    await app.pop_screen()


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
