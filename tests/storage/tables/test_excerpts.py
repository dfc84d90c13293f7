"""Excerpts come from a bounded part of a text, whatever its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.conversations.search_query import SearchTerm
from assistant.core.values.changes import MATCH_BEGIN, MATCH_END
from assistant.storage.tables import excerpts
from assistant.storage.tables.excerpts import CHARS, PIECE_CHARS, WORDS, excerpt, marked


def terms(*words: str, prefix: bool = False) -> list[SearchTerm]:
    return [SearchTerm(text=word, prefix=prefix) for word in words]


def shown(text: str, *words: str, prefix: bool = False) -> str:
    found = excerpt(text, terms(*words, prefix=prefix))
    return found.replace(MATCH_BEGIN, "[").replace(MATCH_END, "]")


@pytest.mark.parametrize(
    ("text", "words", "prefix", "found"),
    [
        ("The rent of the flat", ["rent"], False, "The [rent] of the flat"),
        ("The rental car", ["rent"], True, "The [rental] car"),
        ("The rental car", ["rent"], False, "The rental car"),
        ("Qual é a AÇÃO?", ["acao"], False, "Qual é a [AÇÃO]?"),
        ("Qual é a ac\u0327a\u0303o?", ["acao"], False, "Qual é a [ac\u0327a\u0303o]?"),
        ("one-two, two one", ["one two"], False, "[one-two], two one"),
        ("a_b a-b", ["a b"], False, "[a_b] [a-b]"),
        ("漢字 and kana", ["漢字"], False, "[漢字] and kana"),
        ("", ["x"], False, ""),
        ("only this", [], False, "only this"),
    ],
)
def test_matches_are_marked_without_regard_to_case_and_accents(
    text: str, words: list[str], prefix: bool, found: str
) -> None:
    assert shown(text, *words, prefix=prefix) == found


def test_matches_stand_in_the_middle_of_a_long_text() -> None:
    text = " ".join(f"w{n}" for n in range(300))
    found = shown(text, "w150")
    assert found.startswith("…w")
    assert found.endswith("…")
    assert "[w150]" in found
    assert len(found.split()) == WORDS


def test_the_part_with_most_of_the_words_is_shown() -> None:
    text = "rent " + "other " * 200 + "the rent of a flat " + "more " * 200
    assert "[rent] of a [flat]" in shown(text, "rent", "flat")


@pytest.mark.parametrize("place", [0, PIECE_CHARS - 3, PIECE_CHARS, 5 * PIECE_CHARS + 17])
def test_a_match_is_found_wherever_it_lies(place: int) -> None:
    text = ("x " * place)[:place] + " needle here " + "y " * PIECE_CHARS
    assert "[needle here]" in shown(text, "needle here")


def test_a_text_full_of_matches_is_looked_at_up_to_its_first_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    words = excerpts.split_words

    def counted(text: str) -> object:
        looked.append(len(text))
        return words(text)

    monkeypatch.setattr(excerpts, "split_words", counted)
    assert "[error]" in shown("error code 7\n" * 250_000, "error")
    assert sum(looked) < 4 * PIECE_CHARS


@given(st.text(alphabet="ab é_-\n\u0301\x02\x03", max_size=200), st.sampled_from(["a", "ab", "e"]))
def test_marks_are_in_pairs_and_the_text_stays(text: str, word: str) -> None:
    found = marked(text, terms(word))
    assert found.count(MATCH_BEGIN) == found.count(MATCH_END)
    plain = text.replace(MATCH_BEGIN, "").replace(MATCH_END, "")
    assert found.replace(MATCH_BEGIN, "").replace(MATCH_END, "") == plain


def test_an_endless_word_is_cut() -> None:
    assert len(excerpt("x" * 500_000, terms("xxx", prefix=True))) <= CHARS + 3
