"""Questions with known answers: what is right, and what many of them say together."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core import evaluation
from assistant.core.evaluation import (
    EvaluationQuestion,
    QuestionError,
    RankingQuality,
    first_rank,
    parse_question,
    quality,
)
from assistant.core.values.library import SearchResult
from tests.support.passages import passage

RENT = passage("The rent rises every\n twelve months.", id="1", path="/home/me/lease.pdf", page=4)
PETS = passage("Cats are allowed.", id="2", path="/home/me/lease.pdf", page=9)
TRIP = passage("The ferry leaves at noon.", id="3", path="/home/me/trip/plan.md", page=1)


def question(**fields: Any) -> EvaluationQuestion:
    return parse_question(json.dumps({"question": "When?", **fields}))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("what?", "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ('{"path": "a"}', "`question` is missing"),
        ('{"question": " ", "path": "a"}', "`question`: string should have at least 1 character"),
        ('{"question": "a", "path": "a", "file": 1}', "`file` is not a field; there are question"),
        ('{"question": "a", "path": 3}', "`path`: input should be a valid string"),
        ('{"question": "a", "path": "a", "paths": ["b"]}', "use `path` or `paths`, not both"),
        ('{"question": "a", "paths": []}', "`paths`: tuple should have at least 1 item"),
        ('{"question": "a"}', "nothing says what is right"),
        ('{"question": "a", "page": 3}', "`page` needs the `path`"),
        ('{"question": "a", "path": "a", "page": 0}', "`page`: input should be greater than"),
        ('{"question": "a", "answer": []}', "`answer`"),
    ],
)
def test_a_line_that_is_no_question_says_what_is_wrong_with_it(line: str, problem: str) -> None:
    with pytest.raises(QuestionError) as caught:
        parse_question(line)

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "file_rank", "passage_rank"),
    [
        ({"path": "/home/me/trip/plan.md"}, 2, None),
        ({"path": "plan.md"}, 2, None),
        ({"path": "trip/plan.md"}, 2, None),
        ({"path": "lan.md"}, None, None),
        ({"paths": ["nowhere.md", "lease.pdf"]}, 1, None),
        ({"path": "lease.pdf", "page": 9}, 1, 2),
        ({"path": "lease.pdf", "page": 5}, 1, None),
        ({"path": "lease.pdf", "text": "RISES  every twelve"}, 1, 1),
        ({"path": "plan.md", "text": "every twelve"}, 2, None),
        ({"text": "ferry leaves"}, None, 3),
        ({"answer": ["midnight", "noon"]}, None, 3),
    ],
)
def test_files_count_once_and_passages_each(
    fields: dict[str, Any], file_rank: int | None, passage_rank: int | None
) -> None:
    found = SearchResult(passages=(RENT, PETS, TRIP), evidence=0.7, sufficient=True)

    finding = evaluation.judge_search(question(**fields), found)

    assert (finding.file_rank, finding.passage_rank) == (file_rank, passage_rank)


def test_figures_are_taken_over_the_questions_that_tell() -> None:
    asked = [question(path="plan.md"), question(text="twelve months"), question(path="gone.md")]
    found = SearchResult(passages=(RENT, TRIP), evidence=0.7, sufficient=True)
    rows = [(each, evaluation.judge_search(each, found)) for each in asked]

    report = evaluation.summarise(rows)

    assert (report.questions, report.files_asked, report.passages_asked) == (3, 2, 1)
    assert report.files is not None
    assert (report.files.recall_1, report.files.recall_5) == (0, 50)
    assert report.passages is not None
    assert report.passages.ndcg_10 == 100
    assert report.evidence_kept == 100
    assert (report.answered, report.cited, report.contains_answer) == (0, None, None)


def test_ranks_beyond_ten_count_for_nothing() -> None:
    assert quality([11, None]) == RankingQuality(0, 0, 0, 0, 0, 0)
    assert quality([1]) == RankingQuality(100, 100, 100, 100, 100, 100)
    assert quality([2]).mrr_10 == 50


@given(st.lists(st.sampled_from("abc")), st.frozensets(st.sampled_from("abc")))
def test_the_first_right_one_stands_where_it_says(
    ranking: list[str], right: frozenset[str]
) -> None:
    rank = first_rank(ranking, right)

    different = list(dict.fromkeys(ranking))
    assert (rank is None) == (not right & set(ranking))
    assert rank is None or different[rank - 1] in right
