"""`python -m benchmarks.citations`: which answers get a citation, and whether it is the right one.

Five kinds of answers to questions with known answers, held against the passages that are found:

* *from passages*: what the starter model wrote with them, where a known answer stands in it;
* *alone*: what it wrote without any document, where none does: each citation is one too many, but
  for what the model happens to know and the passages say, too;
* *short*: the known answer by itself, as models that can do better like to give it;
* *of elsewhere* and *of nearby*: another question's answer, from another article or from the same.
  What stands in a passage nearby is borne out by it, though it is no answer: no check of words can
  tell, and there is no goal.

Ends with status 1 when a goal is missed.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from assistant import bootstrap
from assistant.core.grounding import citations
from assistant.core.grounding import retrieval as grounding
from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage
from assistant.library.check.check import AnswerChecker
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.library.embedding.serving import open_embedder
from assistant.library.text.pieces import ChunkLimits
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from benchmarks.library import BenchLibrary, Remembering, library_of, one_each
from benchmarks.question_sets import NAMES, Question, QuestionSet, data_folder, load
from benchmarks.written import Writer, Written, answers_file, write_all

KINDS = ("from passages", "alone", "short", "of elsewhere", "of nearby")
WANTED = ("from passages", "short")
GOALS = {"from passages": 69.0, "alone": 6.0, "short": 90.0, "of elsewhere": 3.0}
"""Percent: at least so many of the wanted ones are cited, at most so many of the others."""
RIGHT_PASSAGE = 78.0


class Case(NamedTuple):
    """An answer with what the check says of it."""

    kind: str
    written: Written
    cited: tuple[Citation, ...]


class Result(NamedTuple):
    """Percentages over the answers of one kind."""

    answers: int
    cited: float
    firmly: float
    """Those with a citation that is more than weak."""
    right_passage: float
    """Of the cited ones, those that name a passage with the answer."""


def cases_of(
    library: BenchLibrary, questions: QuestionSet, split: str, count: int, writer: Writer
) -> Iterator[Case]:
    """The answers that a split's first questions got, and those made from its known answers."""
    asked = [question for question in questions.questions if question.split == split]
    for written in write_all(library, asked[:count], writer):
        if written.is_right != written.alone:
            kind = "alone" if written.alone else "from passages"
            yield _case(library, kind, written)
    drawn = random.Random(split)
    for question in asked[: 3 * count]:
        passages = library.retrieval.search(question.text, None, grounding.MAX_PASSAGES).passages
        if Written(question, passages, "", False).holding:
            yield from _made(library, question, asked, passages, drawn)


def _made(
    library: BenchLibrary,
    question: Question,
    others: Sequence[Question],
    passages: tuple[Passage, ...],
    drawn: random.Random,
) -> Iterator[Case]:
    near = [o for o in others if o is not question and _article(o) == _article(question)]
    far = [o for o in others if _article(o) != _article(question)]
    for kind, choice in (("short", [question]), ("of elsewhere", far), ("of nearby", near)):
        if choice:
            answer = drawn.choice(choice).answers[0]
            known = kind == "short" or any(answer in said for said in question.answers)
            if known == (kind == "short"):
                yield _case(library, kind, Written(question, passages, answer, False))


def _article(question: Question) -> str:
    return next(iter(question.relevant)).partition("::")[0]


def _case(library: BenchLibrary, kind: str, written: Written) -> Case:
    checker = AnswerChecker(library.analyzer)
    checked = citations.check_answer(
        written.answer,
        written.passages,
        lambda sentences, passages: checker.check(
            sentences, passages, written.question.text, library.embedder
        ),
    )
    return Case(kind, written, checked.citations)


def results(cases: Sequence[Case]) -> dict[str, Result]:
    """What becomes of each kind."""
    found: dict[str, Result] = {}
    for kind in KINDS:
        cited = [(case, _bearing_out(case)) for case in cases if case.kind == kind]
        with_any = [(case, given) for case, given in cited if given]
        found[kind] = Result(
            len(cited),
            _percent([bool(given) for _, given in cited]),
            _percent([any(c.strength != "weak" for c in given) for _, given in cited]),
            _percent([any(c.number in case.written.holding for c in g) for case, g in with_any]),
        )
    return found


def _bearing_out(case: Case) -> list[Citation]:
    return [citation for citation in case.cited if not citations.is_contrary(citation)]


def _percent(signs: Sequence[bool]) -> float:
    return 100 * fmean(signs) if signs else 0.0


def show(title: str, found: Mapping[str, Result]) -> None:
    print(f"\n{title:<40} {'answers':>8} {'cited':>8} {'firmly':>8} {'right passage':>14}")
    for kind, result in found.items():
        right = f"{result.right_passage:.1f}" if kind in WANTED else ""
        shares = f"{result.cited:>8.1f} {result.firmly:>8.1f} {right:>14}"
        print(f"  {kind:<38} {result.answers:>8} {shares}", flush=True)


def missed(language: str, found: Mapping[str, Result]) -> list[str]:
    wrong = []
    for kind, result in found.items():
        # Of a handful, one answer more or less says nothing.
        if result.answers < 10:
            continue
        if kind in WANTED and result.cited < GOALS[kind]:
            wrong.append(f"{language}, {kind}: only {result.cited:.1f} % cited")
        if kind in WANTED and result.right_passage < RIGHT_PASSAGE:
            wrong.append(f"{language}, {kind}: right passage in {result.right_passage:.1f} % only")
        if kind not in WANTED and result.cited > GOALS.get(kind, 100.0):
            wrong.append(f"{language}, {kind}: {result.cited:.1f} % cited")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.citations", description=__doc__)
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    parser.add_argument("--questions", type=int, default=80, help="that the model answers")
    parser.add_argument("--embedder", type=Path, help="the folder of another embedder")
    parser.add_argument("--cache", type=Path, help="keeps embeddings for the next run")
    chosen = parser.parse_args()
    data, model = data_folder(), chosen.embedder or starter_folder()
    if data is None or model is None:
        print("The questions or the starter embedder are not there; see CONTRIBUTING.md.")
        return 2
    embedder = Remembering(open_embedder(model), chosen.cache)
    paths = find_paths()
    make_folders(paths)
    writing = bootstrap.model_catalog(load_settings(paths.settings_file), paths).open(None)
    prompt = bootstrap.prompt_library(paths).get("general").text
    writer = Writer(writing, prompt, answers_file())
    failures = []
    for language in NAMES:
        questions = load(data, language)
        with library_of(one_each(questions.paragraphs), embedder, ChunkLimits()) as library:
            cases = list(cases_of(library, questions, chosen.split, chosen.questions, writer))
        found = results(cases)
        show(f"Citations, {language}", found)
        failures += missed(language, found)
    embedder.keep()
    print("\n" + ("\n".join(failures) if failures else "All goals for citations are met."))
    return 1 if failures else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="as-") as home:
        os.environ["ASSISTANT_HOME"] = home
        status = main()
    sys.exit(status)
