"""What is written in scripts that the embedder's vocabulary lacks is found by its words."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import MadeLibrary
from tests.support.vector_writer import open_index

pytestmark = pytest.mark.model


class Script(NamedTuple):
    """Passages of a school: who locks it, what lunch costs, when the library opens; a question
    about each, and one about something else."""

    passages: tuple[str, str, str]
    questions: tuple[str, str, str]
    elsewhere: str


SCRIPTS = {
    "Chinese": Script(
        (
            "学校的大门由门卫在晚上十点锁上。",
            "学生午餐的价格是十五元。",
            "图书馆星期六上午九点开放。",
        ),
        ("晚上谁锁上学校大门？", "学生午餐多少钱？价格", "图书馆星期六几点开放？"),
        "明天天气怎么样？",
    ),
    "Japanese": Script(
        (
            "学校の門は夜十時に守衛が閉めます。",
            "生徒の昼食の値段は三百円です。",
            "図書館は土曜日の朝九時に開きます。",
        ),
        (
            "学校の門は夜に誰が閉めますか。",
            "昼食の値段はいくらですか。",
            "図書館は土曜日に開きますか。",
        ),
        "富士山の高さは何メートルですか。",
    ),
    "Russian": Script(
        (
            "Ворота школы в десять часов вечера запирает сторож.",
            "Обед для учеников стоит сто двадцать рублей.",
            "Библиотека открыта по субботам с девяти утра.",
        ),
        (
            "Кто запирает ворота школы вечером?",
            "Сколько стоит обед для учеников?",
            "С какого часа открыта библиотека по субботам?",
        ),
        "Какая высота у Эльбруса?",
    ),
    "Greek": Script(
        (
            "Η πύλη του σχολείου κλειδώνει από τον φύλακα στις δέκα το βράδυ.",
            "Το γεύμα των μαθητών κοστίζει τρία ευρώ.",
            "Η βιβλιοθήκη ανοίγει το Σάββατο στις εννέα.",
        ),
        (
            "Πότε κλειδώνει η πύλη του σχολείου;",
            "Πόσο κοστίζει το γεύμα των μαθητών;",
            "Ανοίγει το Σάββατο η βιβλιοθήκη;",
        ),
        "Ποιο ύψος έχει ο Όλυμπος;",
    ),
    "Arabic": Script(
        (
            "يغلق الحارس باب المدرسة في الساعة العاشرة مساء.",
            "ثمن غداء التلاميذ خمسة دراهم.",
            "تفتح المكتبة يوم السبت في التاسعة صباحا.",
        ),
        ("من يغلق باب المدرسة مساء؟", "كم ثمن غداء التلاميذ؟", "متى تفتح المكتبة يوم السبت؟"),
        "كم يبلغ ارتفاع الجبل؟",
    ),
    "Hebrew": Script(
        (
            "השומר נועל את שער בית הספר בעשר בערב.",
            "ארוחת צהריים לתלמידים עולה עשרים שקלים.",
            "הספרייה פתוחה בשבת משעה תשע בבוקר.",
        ),
        ("מי נועל את שער בית הספר?", "כמה עולה ארוחת צהריים לתלמידים?", "מתי הספרייה פתוחה בשבת?"),
        "מה גובה ההר?",
    ),
}

OTHERS = {
    "english": "The gate of the school is locked by the porter at ten in the evening.",
    "português": "O almoço dos alunos custa três euros e cinquenta cêntimos.",
}


@pytest.fixture(scope="module")
def retrieval(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[HybridRetriever]:
    """One library of all scripts."""
    made = MadeLibrary(Path(tmp_path_factory.mktemp("scripts")), embedder)
    for name, script in SCRIPTS.items():
        for number, text in enumerate(script.passages):
            made.put(f"{name} {number}", text, title=f"{number}")
    for name, text in OTHERS.items():
        made.put(name, text)
    index = open_index(made)
    yield HybridRetriever(
        made.database,
        made.analyzer,
        SemanticIndex(SharedEmbedder(embedder), made.embeddings, index),
    )
    index.close()
    made.close()


ASKED = [
    pytest.param(question, f"/docs/{name} {number}", id=f"{name} {number}")
    for name, script in SCRIPTS.items()
    for number, question in enumerate(script.questions)
]


@pytest.mark.parametrize(("question", "path"), ASKED)
def test_a_question_in_its_own_script_finds_its_passage(
    retrieval: HybridRetriever, question: str, path: str
) -> None:
    found = retrieval.search(question, None, 5)

    assert found.passages[0].path == path
    assert found.sufficient, found.evidence


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_question_about_something_else_finds_no_evidence(
    retrieval: HybridRetriever, name: str
) -> None:
    assert not retrieval.search(SCRIPTS[name].elsewhere, None, 5).sufficient


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("When is the school gate locked?", "/docs/english"),
        ("Quanto custa o almoço dos alunos?", "/docs/português"),
    ],
)
def test_other_scripts_do_not_come_before_what_the_embedder_can_read(
    retrieval: HybridRetriever, question: str, path: str
) -> None:
    assert retrieval.search(question, None, 5).passages[0].path == path
