"""Documents that a command names, in all the ways in which they are typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.core.values.conversation import Citation, Message, Place
from assistant.tui.composer.documents import name_documents


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("lease.pdf", "my notes.md", "new.pdf"):
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(*paths: str) -> Message:
    citations = tuple(
        Citation(
            number=number,
            strength="verbatim",
            start=0,
            end=1,
            path=path,
            title="",
            place=Place(),
            quote="x",
            quote_start=0,
            content_hash="",
        )
        for number, path in enumerate(paths, 1)
    )
    return Message(
        id="1",
        conversation_id="1",
        parent_id=None,
        role="assistant",
        text="x",
        state="complete",
        created=datetime(2026, 3, 1, tzinfo=UTC),
        citations=citations,
    )


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("@lease.pdf in five points", "@lease.pdf in five points"),
        ("#home", "#home"),
        ("lease.pdf", "@lease.pdf"),
        ("lease.pdf in five points", "@lease.pdf in five points"),
        ("my notes.md briefly", '@"my notes.md" briefly'),
        ('"my notes.md"', '@"my notes.md"'),
        ("lease.pdf new.pdf", "@lease.pdf @new.pdf"),
        ("[2]", "@/d/two.pdf"),
        ("2 in three points", "@/d/two.pdf in three points"),
        ("", "@/d/one.pdf @/d/two.pdf"),
        ("in five points", "@/d/one.pdf @/d/two.pdf in five points"),
        ("lost.pdf", None),
    ],
)
def test_what_is_named_is_spelled_as_a_mention(here: Path, typed: str, named: str | None) -> None:
    assert name_documents(typed, answer("/d/one.pdf", "/d/two.pdf"), ("home",)) == named


def test_without_sources_the_collections_of_the_conversation_are_meant(here: Path) -> None:
    assert name_documents("", answer(), ("home", "my files")) == '#home #"my files"'
    assert name_documents("", None, ()) is None
    assert name_documents("in five points", None, ()) is None
