"""Titles from first words, and better ones by the model."""

from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.background.titles import (
    MAX_TITLE_CHARS,
    extract_title,
    improve_title,
    is_about,
    title_from,
)
from tests.support.conversations import PROMPTS
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels


def test_a_short_question_is_its_own_title() -> None:
    assert title_from("  Quando o aluguel\npode subir?") == "Quando o aluguel pode subir?"


def test_a_long_question_is_cut_between_words() -> None:
    title = title_from("Explain the difference between a process and a thread, with examples")
    assert title == "Explain the difference between a process and a…"


def test_blank_text_is_untitled() -> None:
    assert title_from(" \n\t") == "Untitled"


@given(st.text())
def test_a_title_is_never_empty_and_never_long(text: str) -> None:
    assert 1 <= len(title_from(text)) <= MAX_TITLE_CHARS
    assert "\n" not in title_from(text)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Colour of the sky", "Colour of the sky"),
        ("\n Title: “Cor do céu”.\nMore", "Cor do céu"),
        ("**Título: Aluguel em Recife**", "Aluguel em Recife"),
        ("", ""),
        ("...", ""),
        ("\x1b[2J\x1b]0;x\x07", ""),
    ],
)
def test_the_title_is_taken_out_of_what_the_model_wrote(written: str, title: str) -> None:
    assert extract_title(written) == title


@pytest.mark.parametrize(
    ("title", "question", "about"),
    [
        ("Colour of the sky", "why is the sky blue", True),
        ("Repairing a bicycle", "I want to repair my bike", True),
        ("First person on the moon", "When may the landlord raise the rent?", False),
        ("Acao e reacao", "o que é AÇÃO e reação?", True),
        ("How to start a business", "como faço para abrir uma conta no banco?", False),
        ("空の色", "なぜ空は青いの?", True),
        ("", "anything", False),
    ],
)
def test_a_title_is_about_its_question_or_refused(title: str, question: str, about: bool) -> None:
    assert is_about(title, question) == about


def test_the_title_of_an_example_leaves_the_words(store: FakeConversations) -> None:
    id = asked(store)

    improved(store, ScriptedModel("First person on the moon"), id)

    assert store.conversation(id).title == "why is the sky blue"
    assert not improved(store, ScriptedModel("Colour of the sky"), id)


def test_a_title_that_was_cut_off_leaves_the_words(store: FakeConversations) -> None:
    id = asked(store)

    improved(store, ScriptedModel("Colour of the sky " + "and of all else " * 9), id)

    assert store.conversation(id).title == "why is the sky blue"


@given(st.text())
def test_a_cleaned_title_fits_the_sidebar(text: str) -> None:
    assert len(extract_title(text)) <= MAX_TITLE_CHARS


def asked(store: FakeConversations, text: str = "why is the sky blue") -> str:
    id = store.create().id
    store.append(id, None, "user", text)
    store.suggest_title(id, title_from(text), "words")
    return id


def improved(
    store: FakeConversations, model: ScriptedModel, id: str, *, stop: bool = False
) -> bool:
    flag = Event()
    if stop:
        flag.set()
    return improve_title(store, ScriptedModels(model), PROMPTS, id, flag)


def test_the_model_gives_a_better_title_aside_and_once(store: FakeConversations) -> None:
    model = ScriptedModel("Colour of the sky")
    id = asked(store)

    assert improved(store, model, id)
    assert not improved(store, model, id)

    assert store.conversation(id).title == "Colour of the sky"
    (question,) = model.questions
    assert question.keep == "aside"
    assert "why is the sky blue" in question.messages[-1].content


def test_a_title_of_the_users_is_not_touched(store: FakeConversations) -> None:
    model = ScriptedModel("Colour of the sky")
    id = asked(store)
    store.rename(id, "why is the sky blue")

    assert not improved(store, model, id)
    assert model.questions == []


def test_a_title_that_the_user_gives_meanwhile_stays(store: FakeConversations) -> None:
    gate = Gate()
    model = ScriptedModel("Colour of the sky", gate=gate)
    id = asked(store)
    thread = Thread(target=lambda: improved(store, model, id))

    thread.start()
    assert gate.reached.wait(10)
    store.rename(id, "Mine")
    gate.open()
    thread.join(10)

    assert store.conversation(id).title == "Mine"


def test_an_interrupted_title_leaves_the_words_and_is_tried_again(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("Colour of the sky")
    id = asked(store)

    assert not improved(store, model, id, stop=True)
    assert store.conversation(id).title == "why is the sky blue"
    assert improved(store, model, id)


def test_nonsense_leaves_the_words_and_is_not_tried_again(store: FakeConversations) -> None:
    model = ScriptedModel("...")
    id = asked(store)

    assert improved(store, model, id)
    assert not improved(store, model, id)
    assert store.conversation(id).title == "why is the sky blue"
