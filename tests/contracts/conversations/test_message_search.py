"""What every ConversationStore keeps to: messages found by their words."""

import pytest

from assistant.core.ports.conversations import ConversationStore
from tests.support.conversation_stores import LISTED, ask, begin_answer

pytestmark = LISTED


@pytest.mark.parametrize("query", ["acao", "AÇÃO", "ação", "aca", "Qual acao", "ação qual"])
def test_search_minds_neither_case_nor_accents_nor_order(
    store: ConversationStore, query: str
) -> None:
    id = store.create(title="Bolsa").id
    message = ask(store, id, "Qual é a ação da Petrobras?")
    ask(store, id, "Outra coisa")

    (hit,) = store.search(query)

    assert (hit.message_id, hit.conversation_id, hit.title) == (message.id, id, "Bolsa")
    assert (hit.role, hit.created) == ("user", message.created)
    assert "\x02ação\x03" in hit.snippet


def test_search_wants_every_word_and_takes_only_the_last_as_a_prefix(
    store: ConversationStore,
) -> None:
    id = store.create().id
    ask(store, id, "The rent of the flat")
    ask(store, id, "The rental car")

    def found(query: str) -> int:
        return len(store.search(query))

    assert [found("rent"), found("rent flat"), found("rental flat"), found("ren fl")] == [
        2,
        1,
        0,
        0,
    ]
    assert [found("rent fl"), found("the car"), found("car the"), found("flat-rent")] == [
        1,
        1,
        1,
        0,
    ]
    assert found("of the flat") == found("of-the-flat") == found('"of the" fl') == 1
    assert len(store.search("the", limit=1)) == 1


HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "'",
    "*",
    "^",
    "(",
    ")",
    "a AND",
    "NOT",
    "OR OR",
    "NEAR(",
    "NEAR(a b, 5)",
    "text:",
    "text : a",
    "{text} : a",
    "-a",
    "a + b",
    "a*b*",
    "!!! ???",
    "\0",
    "a\0b",
    "\ud800",
    "\x02\x03",
    "%",
    "_",
    "\\",
    "'; DROP TABLE messages; --",
    "a" * 100_000,
    "a " * 5_000,
    "漢字",
    "👩‍👩‍👧",
    "e\u0301",
    "\u0301",
    "\U0010ffff",
    "\r\n\t",
    ":-)",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_a_valid_query(store: ConversationStore, query: str) -> None:
    id = store.create().id
    ask(store, id, "harmless")

    assert [hit for hit in store.search(query) if "harmless" in hit.snippet] == []
    ask(store, id, f"found {query}")
    assert len(store.search("found")) == 1


def test_marks_in_a_message_are_not_taken_for_matches(store: ConversationStore) -> None:
    ask(store, store.create().id, "\x02not\x03 this but \x03that\x02 word")

    (hit,) = store.search("word")

    assert hit.snippet == "not this but that \x02word\x03"


def test_a_snippet_of_an_endless_word_is_short(store: ConversationStore) -> None:
    ask(store, store.create().id, "x" * 500_000)

    (hit,) = store.search("xxx")

    assert len(hit.snippet) < 1_100
    assert hit.snippet.count("\x02") == hit.snippet.count("\x03") == 1


def test_the_best_hit_comes_first(store: ConversationStore) -> None:
    id = store.create().id
    ask(store, id, "cheese once among " + "many other words " * 20)
    best = ask(store, id, "cheese, cheese and more cheese")

    assert store.search("cheese")[0].message_id == best.id


def test_a_growing_answer_is_found_when_it_is_done(store: ConversationStore) -> None:
    begun = begin_answer(store, ask(store, store.create().id))
    store.journal(begun.id, "uncommon")
    store.finish(begun.id, "stopped")

    assert [hit.message_id for hit in store.search("uncommon")] == [begun.id]
