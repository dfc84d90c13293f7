"""Offers to read documents as a whole, in place of a search that finds only passages."""

from threading import Event

import pytest

from assistant.core.summarising.offers import whole_offer
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.events import Answered
from assistant.core.values.library import Collection, FileEntry
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels


def library(*names: str) -> ScriptedLibrary:
    files = [FileEntry(path=f"/d/{name}", size=9, state="indexed", passages=3) for name in names]
    known = Collection(
        name="home", roots=("/d",), files=len(names), passages=9, skipped=0, waiting=0
    )
    return ScriptedLibrary(collections=[known], files=files)


ONE = library("lease.pdf")
TWO = library("lease.pdf", "notes.md")
MANY = library(*(f"part {number}.pdf" for number in range(9)))


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this report",
        "Summarise lease.pdf",
        "summarise the lease",
        "What is lease.pdf about?",
        "Give me a summary of it",
        "What is this document about?",
        "What are the main topics?",
    ],
)
def test_the_one_file_of_a_collection_is_offered(question: str) -> None:
    told = whole_offer(ONE, question, ("home",), follows=False)

    assert told is not None
    assert "`/summarise @/d/lease.pdf`" in told
    assert "`assistant summarise '/d/lease.pdf'`" in told


@pytest.mark.parametrize("question", ["Resuma o relatório", "Do que trata este documento?"])
def test_an_offer_is_in_the_language_of_the_question(question: str) -> None:
    told = whole_offer(ONE, question, ("home",), follows=False)

    assert told is not None
    assert "lê tudo" in told


@pytest.mark.parametrize(
    "question",
    [
        "When is the rent due?",
        "Summarise the risks",
        "What does the lease say about pets?",
        "Hello",
    ],
)
def test_a_question_about_something_is_searched(question: str) -> None:
    assert whole_offer(ONE, question, ("home",), follows=False) is None


def test_the_file_that_is_named_is_offered_among_others() -> None:
    told = whole_offer(TWO, "Please summarise my notes.md", None, follows=True)
    assert told is not None
    assert "@/d/notes.md" in told
    assert "lease" not in told


def test_several_files_are_offered_one_by_one_and_very_many_together() -> None:
    both = whole_offer(TWO, "Summarise these documents", ("home",), follows=False)
    assert both is not None
    assert "- `/summarise @/d/lease.pdf`\n- `/summarise @/d/notes.md`" in both

    whole = whole_offer(MANY, "Summarise these documents", ("home",), follows=False)
    assert whole is not None
    assert "home (9 files)" in whole
    assert "`/summarise #home`" in whole


def test_two_files_are_offered_to_be_compared() -> None:
    told = whole_offer(TWO, "What are the differences between the two?", ("home",), follows=False)
    assert told is not None
    assert "`/compare @/d/lease.pdf @/d/notes.md`" in told
    assert whole_offer(MANY, "Compare these files", ("home",), follows=False) is None


def test_it_may_mean_what_was_said_before() -> None:
    assert whole_offer(ONE, "What is it about?", ("home",), follows=True) is None
    assert whole_offer(ONE, "What is it about?", None, follows=False) is None
    assert whole_offer(ONE, "Summarise this report", None, follows=True) is not None


def test_without_files_nothing_is_offered() -> None:
    assert whole_offer(ScriptedLibrary(), "Summarise this report", None, follows=False) is None
    assert whole_offer(ONE, "Summarise this report", (), follows=False) is None


def test_no_model_is_asked_and_nothing_is_searched(store: FakeConversations) -> None:
    model, files = ScriptedModel(), library("lease.pdf")
    chat = Chat(store, ScriptedModels(model), library=files)
    id = store.create(collections=["home"]).id

    *_, last = chat.turn(Ask(conversation_id=id, text="What is it about?"), Event())

    assert isinstance(last, Answered)
    assert "/summarise @/d/lease.pdf" in last.message.text
    assert (model.loads, files.asked) == (0, [])
