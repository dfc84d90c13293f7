"""Words to search by: the same for a passage and for a question, whatever is typed."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.library.text import analysis
from assistant.library.text.analysis import Analyzer, WantedStems
from assistant.library.text.languages import Language, fold, guess_language, likeliest_language

ANALYZER = Analyzer()
LANGUAGES = get_args(Language)


def stems(text: str, language: Language = "simple") -> list[str]:
    return ANALYZER.stems(text, language).split(" ")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "The cats were running", "the cat runs"),
        ("pt", "informações acadêmicas", "informacao academica"),
        ("pt", "O período de duração", "o periodo de duracao"),
        ("pt", "responsáveis", "responsavel"),
        ("es", "las naciones", "la nación"),
        ("de", "Häuser", "hauser"),
        ("fr", "les élèves", "l eleve"),
    ],
)
def test_forms_of_a_word_meet_with_and_without_accents(
    language: Language, one: str, other: str
) -> None:
    assert stems(one, language)[-1] == stems(other, language)[-1]


def test_decomposed_letters_soft_hyphens_and_ligatures_do_not_part_words() -> None:
    assert stems("informac\u0327a\u0303o", "pt") == stems("informação", "pt")
    assert stems("co\u00adoperate of\ufb01ce", "en") == stems("cooperate office", "en")


def test_a_possessive_is_its_word() -> None:
    assert stems("the country's law, the country’s law", "en") == stems(
        "the country law, the country law", "en"
    )


def test_numbers_are_found_with_and_without_their_points() -> None:
    assert stems("2,400") == stems("2.400") == stems("2400") == ["2400"]
    assert stems("1.234.567") == ["1234567"]
    assert set(stems("12.05.2020")) >= {"12", "05", "2020"}
    assert stems("3.14")[0] == stems("3,14")[0] != stems("3.15")[0]


def test_names_in_code_are_found_whole_and_in_parts() -> None:
    assert set(stems("getUserName")) == set(stems("get_user_name"))
    assert {"get", "user", "name", "getusername"} == set(stems("getUserName"))


def test_text_without_spaces_is_found_by_pairs() -> None:
    assert stems("東京都庁") == ["東京", "京都", "都庁"]
    assert stems("東") == ["東"]
    assert stems("Tokyo東京") == ["tokyo", "東京"]


def test_indic_vowel_signs_stay_in_their_word() -> None:
    assert len(stems("हिन्दी भाषा")) == 2


@given(st.text(), st.sampled_from(["en", "pt", "es", "fr", "de", "it", "simple"]))
@settings(max_examples=400, deadline=None)
def test_stems_have_no_character_that_the_index_would_split_at(
    text: str, language: Language
) -> None:
    for word in ANALYZER.words(text, language):
        assert re.fullmatch(r"[a-z0-9\u0080-\U0010ffff]+", word.stem)
        assert not word.stem.isspace()


def test_stemming_in_several_threads_gives_the_same() -> None:
    words = [
        f"{word}{ending}"
        for word in ("nation", "real", "form")
        for ending in ("", "al", "ally", "ise", "ising", "ised", "isation", "isations")
    ] * 20
    expected = stems(" ".join(words), "en")
    with ThreadPoolExecutor(4) as pool:
        fresh = Analyzer()
        results = list(pool.map(lambda _: fresh.stems(" ".join(words), "en").split(), range(8)))
    assert all(result == expected for result in results)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Normans were the people who gave their name to Normandy.", "en"),
        ("A frequência mínima é exigida para aprovação em uma disciplina.", "pt"),
        ("A frequencia minima e exigida para aprovacao nas disciplinas do curso.", "pt"),
        ("La asistencia es obligatoria y los alumnos deben firmar en el registro.", "es"),
        ("Les élèves doivent être présents et signer dans le registre.", "fr"),
        ("Die Anwesenheit ist Pflicht und wird von dem Lehrer geprüft.", "de"),
        ("La presenza è obbligatoria e gli studenti firmano nel registro.", "it"),
        ("Müller, Schmidt, Weber; 12, 13, 14", "simple"),
        ("def main(): return int(x) + 1", "simple"),
        ("", "simple"),
        ("漢字かな交じり文", "simple"),
    ],
)
def test_a_text_tells_its_language(text: str, language: Language) -> None:
    assert guess_language(text) == language


def test_a_text_that_does_not_tell_takes_the_language_of_its_document() -> None:
    assert guess_language("Müller, Weber", otherwise="de") == "de"


def test_a_short_question_is_of_a_language_that_the_passages_have() -> None:
    assert likeliest_language("Quantos professores?", ["pt"]) == "pt"
    assert likeliest_language("O que é a academia?", ["en", "pt"]) == "pt"
    assert likeliest_language("What is the academy?", ["en", "pt"]) == "en"
    assert likeliest_language("Novell NetWare", ["en", "pt"]) == "simple"
    assert likeliest_language("anything", []) == "simple"


def test_folding_takes_case_accents_and_width_away() -> None:
    assert fold("ÀÉÎõü ß ＡＢＣ ﬁ") == "aeiou ss abc fi"


@given(st.sampled_from(LANGUAGES), st.from_regex(r"[A-Za-z][a-z]{0,15}", fullmatch=True))
@example("en", "dying")
@example("en", "lying")
@example("en", "skies")
@example("pt", "nacoes")
@example("fr", "ts")
@example("de", "uerdingen")
@example("en", "oed")
def test_a_word_is_found_by_its_stem_wherever_that_came_from(language: Language, word: str) -> None:
    wanted = WantedStems([ANALYZER.stem(word.lower(), language)])
    assert len(Analyzer().find_stems(wanted, word, language).found) == 1


@given(st.sampled_from(LANGUAGES), st.text(max_size=60), st.text(max_size=12))
def test_words_that_are_looked_for_are_found_where_they_stand(
    language: Language, text: str, question: str
) -> None:
    stems = {word.stem for word in ANALYZER.words(question, language)}
    words = ANALYZER.words(text, language)
    length, found = ANALYZER.find_stems(WantedStems(stems), text, language)
    assert length == len(words)
    assert found == [(at, word) for at, word in enumerate(words) if word.stem in stems]


TOKENS = (
    "the March march. May mai 12 3rd of de 2024 05/03/2026 C++ C# .NET ASP.NET v1.2 don't João's"
    " café cafe\u0301 R$ (11) 91234-5678 +55 PN-88213-B well-known 1 250,00 1.250 ½ x² 東京 naïve"
    " fileName a_b Müller's e.g. A4 \u00ad so\u00adft"
)
PARTS = st.sampled_from(TOKENS.split(" "))


@given(
    st.lists(st.tuples(PARTS, st.sampled_from(["", " ", "  ", "\n", ", ", ". ", ")", '"'])))
    | st.text(max_size=60).map(lambda text: [(text, "")])
)
@example([("In March", " of "), ("2024", "")])
@example([("It may", " "), ("12", "")])
@example([("abril", "."), ("\n", "de "), ("2020", "")])
def test_most_words_are_found_sooner_and_no_other_ones(parts: list[tuple[str, str]]) -> None:
    text = "".join(part + behind for part, behind in parts)
    anything = re.compile(analysis.ANY_TOKEN)
    assert analysis.TOKEN.findall(text) == anything.findall(text)
