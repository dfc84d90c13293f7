"""Evaluation of retrieval and answers: the user's own questions, checked against their files.

A file of questions has one JSON object a line. What is right is given by the names of files, a
page, words that stand in the right passage, or the answer itself; see `EvaluationQuestion`.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from assistant.core.values.base import Value
from assistant.core.values.conversation import Message
from assistant.core.values.documents import Passage
from assistant.core.values.library import SearchResult
from assistant.language.messages import N_


class RankingQuality(NamedTuple):
    """Ranking quality over many questions: recall@k, MRR@10 and nDCG@10, as percentages."""

    recall_1: float
    recall_3: float
    recall_5: float
    recall_10: float
    mrr_10: float
    ndcg_10: float

    @classmethod
    def titles(cls) -> str:
        """Head of a table whose lines are `row`."""
        return f"{'R@1':>6} {'R@3':>6} {'R@5':>6} {'R@10':>6} {'MRR@10':>7} {'nDCG@10':>8}"

    def row(self) -> str:
        """Line of a table, under `titles`."""
        r1, r3, r5, r10, mrr, ndcg = self
        return f"{r1:>6.1f} {r3:>6.1f} {r5:>6.1f} {r10:>6.1f} {mrr:>7.1f} {ndcg:>8.1f}"


def quality(ranks: Sequence[int | None]) -> RankingQuality:
    """Ranking quality; each question has one right answer, so that its ideal gain is 1.

    Args:
        ranks: for each question the place of the right answer, from 1; None when not found.
    """
    places = [rank if rank is not None and rank <= 10 else None for rank in ranks]

    def recall(k: int) -> float:
        return 100 * fmean(place is not None and place <= k for place in places)

    return RankingQuality(
        recall(1),
        recall(3),
        recall(5),
        recall(10),
        100 * fmean(1 / place if place else 0.0 for place in places),
        100 * fmean(1 / math.log2(place + 1) if place else 0.0 for place in places),
    )


def first_rank(ranking: Sequence[str], relevant: frozenset[str]) -> int | None:
    """Rank of the first relevant id among the different ids of a ranking.

    Returns:
        The rank from 1; None when no id is relevant.
    """
    for place, id_ in enumerate(dict.fromkeys(ranking), 1):
        if id_ in relevant:
            return place
    return None


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Area under the ROC curve: how often a positive outscores a negative; ties count half."""
    rows = sorted([(score, 1) for score in positives] + [(score, 0) for score in negatives])
    ranks: dict[float, list[int]] = {}
    for place, (score, _) in enumerate(rows, 1):
        ranks.setdefault(score, []).append(place)
    total = sum(fmean(ranks[score]) for score in positives)
    n, m = len(positives), len(negatives)
    return (total - n * (n + 1) / 2) / (n * m)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class EvaluationQuestion(Value):
    """One line of a file of questions. Fields that are not named here are mistakes."""

    question: Text
    path: Text | None = None
    """The file that answers it: absolute, from `~`, or the end of a path such as `trip/plan.md`."""
    paths: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """Several files, any of which answers it."""
    page: Annotated[int, Field(ge=1)] | None = None
    """Where in the file."""
    text: Text | None = None
    """Words that stand in the right passage."""
    answer: Text | Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """What a right answer contains: one wording, or several of which one is enough."""
    collection: Text | None = None
    """Where it is looked for; everywhere without it."""

    @model_validator(mode="after")
    def _says_what_is_right(self) -> Self:
        if self.path is not None and self.paths is not None:
            raise ValueError("use `path` or `paths`, not both")
        if not (self.files or self.page or self.text or self.answer):
            raise ValueError("nothing says what is right: give `path`, `text` or `answer`")
        if self.page is not None and not self.files:
            raise ValueError("`page` needs the `path` of its file")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that hold the answer; empty when the question names none."""
        return self.paths or ((self.path,) if self.path is not None else ())

    @property
    def answers(self) -> tuple[str, ...]:
        """Known answers; empty when the question has none."""
        return (self.answer,) if isinstance(self.answer, str) else self.answer or ()

    @property
    def names_a_passage(self) -> bool:
        """Whether some passages of a file are right and others are not."""
        return bool(self.page or self.text or not self.files)


class QuestionError(ValueError):
    """A line that is no question: says what is wrong with it."""


def parse_question(line: str) -> EvaluationQuestion:
    """Parse one line of a file of questions."""
    try:
        return EvaluationQuestion.model_validate_json(line)
    except ValidationError as failure:
        raise QuestionError(_explain(failure.errors()[0])) from None


class QuestionResult(Value):
    """Result of one question."""

    question: str
    file_rank: int | None
    """The place of the first right file among the files that were found, from 1."""
    passage_rank: int | None
    """The place of the first right passage."""
    evidence: float
    sufficient: bool
    """Whether it would be answered from the files."""
    answer: str | None = None
    """What the model wrote; None when it was not asked."""
    cited: bool | None = None
    right_file_cited: bool | None = None
    contains_answer: bool | None = None


def judge_search(question: EvaluationQuestion, found: SearchResult) -> QuestionResult:
    """Judge what a search returned for a question.

    Returns:
        Ranks of the first right file and passage, and the evidence.
    """
    passages = found.passages
    right = [str(n) for n, passage in enumerate(passages) if is_right_passage(question, passage)]
    files = [passage.path for passage in passages]
    wanted = frozenset(path for path in files if is_right_file(question, path))
    return QuestionResult(
        question=question.question,
        file_rank=first_rank(files, wanted) if question.files else None,
        passage_rank=int(right[0]) + 1 if right and question.names_a_passage else None,
        evidence=round(found.evidence, 4),
        sufficient=found.sufficient,
    )


def judge_answer(
    finding: QuestionResult, question: EvaluationQuestion, message: Message
) -> QuestionResult:
    """Judge the answer of a model as well.

    Returns:
        The finding with its answer, and whether that is cited and right.
    """
    cited = [citation.path for citation in message.citations]
    said = fold(message.text)
    return finding.model_copy(
        update={
            "answer": message.text,
            "cited": bool(cited),
            "right_file_cited": any(is_right_file(question, p) for p in cited)
            if question.files
            else None,
            "contains_answer": (
                any(fold(answer) in said for answer in question.answers)
                if question.answers
                else None
            ),
        }
    )


def is_right_file(question: EvaluationQuestion, path: str) -> bool:
    """Whether a path is one of the files that a question names."""
    return any(is_same_file(file, path) for file in question.files)


def is_same_file(file: str, path: str) -> bool:
    """Whether a file name in a question means the file at this absolute path."""
    return path == file or (not file.startswith("/") and path.endswith(f"/{file}"))


def is_right_passage(question: EvaluationQuestion, passage: Passage) -> bool:
    """Whether a passage answers the question, as far as its file, page and words can tell."""
    if question.files and not is_right_file(question, passage.path):
        return False
    place = passage.place
    if question.page is not None and not (
        place.page is not None and place.page <= question.page <= (place.page_end or place.page)
    ):
        return False
    said = fold(passage.text)
    if question.text is not None:
        return fold(question.text) in said
    if question.files:
        return True
    return any(fold(answer) in said for answer in question.answers)


def fold(text: str) -> str:
    """Text with one case and single spaces, for comparisons."""
    return " ".join(text.casefold().split())


Row = tuple[EvaluationQuestion, QuestionResult]


class EvaluationReport(Value):
    """Aggregate over many questions; percentages, None where no question says."""

    questions: int
    files: RankingQuality | None
    """How high the right file stands."""
    files_asked: int
    """Questions that name a file."""
    passages: RankingQuality | None
    """How high the right passage stands."""
    passages_asked: int
    """Questions that say which passages are right."""
    evidence_kept: float | None
    """Questions that would be answered from the files."""
    answered: int
    cited: float | None
    """Answers with a citation."""
    right_file_cited: float | None
    """Answers that cite the right file, of those whose question names it."""
    contains_answer: float | None
    """Answers that contain the known one, of those whose question gives it."""


def summarise(findings: Sequence[Row]) -> EvaluationReport:
    """Aggregate over all questions, or over those that were reached."""
    files = [f.file_rank for q, f in findings if q.files]
    passages = [f.passage_rank for q, f in findings if q.names_a_passage]
    results = [result for _, result in findings]
    return EvaluationReport(
        questions=len(findings),
        files=quality(files) if files else None,
        files_asked=len(files),
        passages=quality(passages) if passages else None,
        passages_asked=len(passages),
        evidence_kept=_percentage(finding.sufficient for finding in results),
        answered=sum(finding.answer is not None for finding in results),
        cited=_percentage(finding.cited for finding in results),
        right_file_cited=_percentage(finding.right_file_cited for finding in results),
        contains_answer=_percentage(finding.contains_answer for finding in results),
    )


def _percentage(signs: Iterator[bool | None]) -> float | None:
    known = [sign for sign in signs if sign is not None]
    return 100 * sum(known) / len(known) if known else None


def _explain(problem: Any) -> str:
    field = ".".join(str(part) for part in problem["loc"][:1])
    match problem["type"]:
        case "json_invalid":
            return N_("it is not JSON")
        case "extra_forbidden":
            known = ", ".join(EvaluationQuestion.model_fields)
            return N_(f"`{field}` is not a field; there are {known}")
        case "missing":
            return N_(f"`{field}` is missing")
        case "value_error":
            return str(problem["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            return N_("it is not a JSON object")
        case _:
            message = str(problem["msg"])
            message = f"{message[:1].lower()}{message[1:]}"
            return N_(f"`{field}`: {message}")
