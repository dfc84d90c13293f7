"""How well the user's own questions are answered from the user's own files.

A file of questions has one JSON object a line. What is right is told by the names of files, a page,
words that stand in the right passage, or the answer itself; see `Question`.

How good a ranking is, and how well a score tells two kinds apart.
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


class Quality(NamedTuple):
    """Percentages over many questions."""

    recall_1: float
    recall_3: float
    recall_5: float
    recall_10: float
    mrr_10: float
    ndcg_10: float

    @classmethod
    def titles(cls) -> str:
        return f"{'R@1':>6} {'R@3':>6} {'R@5':>6} {'R@10':>6} {'MRR@10':>7} {'nDCG@10':>8}"

    def row(self) -> str:
        r1, r3, r5, r10, mrr, ndcg = self
        return f"{r1:>6.1f} {r3:>6.1f} {r5:>6.1f} {r10:>6.1f} {mrr:>7.1f} {ndcg:>8.1f}"


def quality(ranks: Sequence[int | None]) -> Quality:
    """Args:
    ranks: for each question the place of the right answer, from 1; None when not found.
    Each question has one right answer, so that its ideal gain is 1.
    """
    places = [rank if rank is not None and rank <= 10 else None for rank in ranks]

    def recall(k: int) -> float:
        return 100 * fmean(place is not None and place <= k for place in places)

    return Quality(
        recall(1),
        recall(3),
        recall(5),
        recall(10),
        100 * fmean(1 / place if place else 0.0 for place in places),
        100 * fmean(1 / math.log2(place + 1) if place else 0.0 for place in places),
    )


def first_rank(ranking: Sequence[str], relevant: frozenset[str]) -> int | None:
    """The place of the first relevant id among the different ids of a ranking."""
    for place, id_ in enumerate(dict.fromkeys(ranking), 1):
        if id_ in relevant:
            return place
    return None


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """How often a positive scores higher than a negative; ties count half."""
    rows = sorted([(score, 1) for score in positives] + [(score, 0) for score in negatives])
    ranks: dict[float, list[int]] = {}
    for place, (score, _) in enumerate(rows, 1):
        ranks.setdefault(score, []).append(place)
    total = sum(fmean(ranks[score]) for score in positives)
    n, m = len(positives), len(negatives)
    return (total - n * (n + 1) / 2) / (n * m)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Question(Value):
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
            raise ValueError("`path` and `paths` exclude each other")
        if not (self.files or self.page or self.text or self.answer):
            raise ValueError("nothing says what is right: give `path`, `text` or `answer`")
        if self.page is not None and not self.files:
            raise ValueError("`page` needs the `path` of its file")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        return self.paths or ((self.path,) if self.path is not None else ())

    @property
    def answers(self) -> tuple[str, ...]:
        return (self.answer,) if isinstance(self.answer, str) else self.answer or ()

    @property
    def names_a_passage(self) -> bool:
        """Whether some passages of a file are right and others are not."""
        return bool(self.page or self.text or not self.files)


class QuestionError(ValueError):
    """A line that is no question: says what is wrong with it."""


def parse(line: str) -> Question:
    """Raises QuestionError."""
    try:
        return Question.model_validate_json(line)
    except ValidationError as failure:
        raise QuestionError(_explain(failure.errors()[0])) from None


class Finding(Value):
    """What became of one question."""

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


def find(question: Question, found: SearchResult) -> Finding:
    """What a search has found for a question."""
    passages = found.passages
    right = [str(n) for n, passage in enumerate(passages) if is_right(question, passage)]
    files = [passage.path for passage in passages]
    wanted = frozenset(path for path in files if is_of(question, path))
    return Finding(
        question=question.question,
        file_rank=first_rank(files, wanted) if question.files else None,
        passage_rank=int(right[0]) + 1 if right and question.names_a_passage else None,
        evidence=round(found.evidence, 4),
        sufficient=found.sufficient,
    )


def with_answer(finding: Finding, question: Question, message: Message) -> Finding:
    """The same, with what a model answered."""
    cited = [citation.path for citation in message.citations]
    said = folded(message.text)
    return finding.model_copy(
        update={
            "answer": message.text,
            "cited": bool(cited),
            "right_file_cited": any(is_of(question, p) for p in cited) if question.files else None,
            "contains_answer": (
                any(folded(answer) in said for answer in question.answers)
                if question.answers
                else None
            ),
        }
    )


def is_of(question: Question, path: str) -> bool:
    """Whether a path is that of a right file."""
    return any(is_at(file, path) for file in question.files)


def is_at(file: str, path: str) -> bool:
    """Whether a file of a question is the one at this absolute path."""
    return path == file or (not file.startswith("/") and path.endswith(f"/{file}"))


def is_right(question: Question, passage: Passage) -> bool:
    """Whether a passage is one that answers the question, as far as the question tells."""
    if question.files and not is_of(question, passage.path):
        return False
    if question.page is not None and passage.place.page != question.page:
        return False
    said = folded(passage.text)
    if question.text is not None:
        return folded(question.text) in said
    if question.files:
        return True
    return any(folded(answer) in said for answer in question.answers)


def folded(text: str) -> str:
    """Text in which case and white space do not matter."""
    return " ".join(text.casefold().split())


Row = tuple[Question, Finding]


class Report(Value):
    """What many questions say together; percentages, None where no question tells."""

    questions: int
    files: Quality | None
    """How high the right file stands."""
    files_asked: int
    """Questions that name a file."""
    passages: Quality | None
    """How high the right passage stands."""
    passages_asked: int
    """Questions that tell right passages from others."""
    evidence_kept: float | None
    """Questions that would be answered from the files."""
    answered: int
    cited: float | None
    """Answers with a citation."""
    right_file_cited: float | None
    """Answers that cite the right file, of those whose question names it."""
    contains_answer: float | None
    """Answers that contain the known one, of those whose question tells it."""


def sum_up(findings: Sequence[Row]) -> Report:
    """The figures over all questions, or over those that were reached."""
    files = [f.file_rank for q, f in findings if q.files]
    passages = [f.passage_rank for q, f in findings if q.names_a_passage]
    told = [f for _, f in findings]
    return Report(
        questions=len(findings),
        files=quality(files) if files else None,
        files_asked=len(files),
        passages=quality(passages) if passages else None,
        passages_asked=len(passages),
        evidence_kept=_share(finding.sufficient for finding in told),
        answered=sum(finding.answer is not None for finding in told),
        cited=_share(finding.cited for finding in told),
        right_file_cited=_share(finding.right_file_cited for finding in told),
        contains_answer=_share(finding.contains_answer for finding in told),
    )


def _share(signs: Iterator[bool | None]) -> float | None:
    known = [sign for sign in signs if sign is not None]
    return 100 * sum(known) / len(known) if known else None


def _explain(problem: Any) -> str:
    field = ".".join(str(part) for part in problem["loc"][:1])
    match problem["type"]:
        case "json_invalid":
            return "it is not JSON"
        case "extra_forbidden":
            known = ", ".join(Question.model_fields)
            return f"`{field}` is not a field; there are {known}"
        case "missing":
            return f"`{field}` is missing"
        case "value_error":
            return str(problem["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            return "it is not a JSON object"
        case _:
            message = str(problem["msg"])
            return f"`{field}`: {message[:1].lower()}{message[1:]}"
