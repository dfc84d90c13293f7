"""`python -m benchmarks.tune`: fits the weights of the ranking and of the evidence on `dev`.

Prints what stands as `WEIGHTS` in `ranking` and as `JUDGE` in `evidence`, and how well five folds
do that were fitted on the other four.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]

from assistant.core.evaluation import auc, first_rank, quality
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.library.embedding.serving import open_embedder
from assistant.library.search.evidence import JUDGE, EvidenceFeatures
from assistant.library.search.ranking import RankingFeatures
from assistant.library.text.pieces import ChunkLimits
from benchmarks.everyday import TELLING, ask_everyday, direction
from benchmarks.evidence import Asked, ask_all
from benchmarks.library import BenchLibrary, Remembering, library_of, one_each
from benchmarks.question_sets import NAMES, QuestionSet, data_folder, load

Array = npt.NDArray[np.float64]

FOLDS = 5
RANKING_PENALTY = 0.01
EVIDENCE_PENALTY = 0.0003
"""Of squared weights: they stay moderate where the questions do not tell."""


class Mixture(NamedTuple):
    """What the questions count that a model of evidence is fitted on."""

    questions: Mapping[str, float]
    """By the set's language; the everyday ones by their direction."""
    there: float
    """What those count that the library answers, against the others."""


MIXTURES = {
    "en": Mixture({"English": 1.0, direction("English", "English"): 0.2}, there=0.9),
    "elsewhere": Mixture(
        {"English": 0.1, "Portuguese": 1.0, direction("Portuguese", "Portuguese"): 0.3},
        there=1.3,
    ),
    "across": Mixture(
        {direction("English", "Portuguese"): 1.0, direction("Portuguese", "English"): 1.0},
        there=0.2,
    ),
}
"""The Portuguese questions are all of one domain, where much that is not answered looks as if it
were. Fitted on them alone, a model keeps too little of what is asked of files on unlike topics."""

MIXTURES_BY_WORDS = {
    "en by words": Mixture({"English": 1.0}, there=1.0),
    "elsewhere by words": Mixture({"English": 0.1, "Portuguese": 1.0}, there=1.3),
}


class Case(NamedTuple):
    """One question: its candidates' features and which of them are right."""

    features: Array
    right: npt.NDArray[np.bool_]
    names: list[str]
    relevant: frozenset[str]


def cases_of(library: BenchLibrary, questions: QuestionSet, split: str) -> list[Case]:
    cases = []
    for question in questions.questions:
        if question.split == split:
            ranked = library.retrieval.find(question.text, None).ranked
            names = [c.passage.path.removeprefix("/all/") for c in ranked]
            right = np.array([name in question.relevant for name in names])
            features = np.array([c.features for c in ranked], dtype=float)
            cases.append(Case(features, right, names, question.relevant))
    return cases


def fit_ranking(cases: Sequence[Case]) -> Array:
    """Weights that make the right candidates likeliest, in the manner of a softmax over each
    question's candidates."""
    rows = [(case.features, case.right) for case in cases if case.right.any()]

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, right in rows:
            scores = features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            among = chances * right
            total -= float(np.log(among.sum() + 1e-12))
            slope -= features.T @ (among / (among.sum() + 1e-12) - chances)
        penalty = RANKING_PENALTY * float(weights @ weights) / 2
        return total / len(rows) + penalty, slope / len(rows) + RANKING_PENALTY * weights

    start = np.zeros(len(RankingFeatures._fields))
    fitted: Any = minimize(loss, start, jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x)


def rank_of(case: Case, weights: Array) -> int | None:
    order = np.argsort(-(case.features @ weights), kind="stable")
    return first_rank([case.names[index] for index in order], case.relevant)


def tune_ranking(languages: dict[str, list[Case]]) -> None:
    groups = list(languages.values())
    held_out: list[list[int | None]] = [[] for _ in groups]
    for fold in range(FOLDS):
        weights = fit_ranking([c for g in groups for n, c in enumerate(g) if n % FOLDS != fold])
        for number, group in enumerate(groups):
            held_out[number] += [
                rank_of(c, weights) for n, c in enumerate(group) if n % FOLDS == fold
            ]
    for name, places in zip(languages, held_out, strict=True):
        print(f"{name}, held out: {quality(places).row()}")
    fitted = fit_ranking([case for group in groups for case in group])
    for field, weight in zip(RankingFeatures._fields, fitted, strict=True):
        print(f"    {field}={weight:.2f}")


class Told(NamedTuple):
    """The signs of questions, a row each, and what they should tell."""

    signs: Array
    is_there: Array
    """1 where the article is in the library, else 0."""
    weight: Array
    """Libraries of each size, and either answer, count the same."""

    def only(self, which: npt.NDArray[np.bool_]) -> "Told":
        return Told(self.signs[which], self.is_there[which], self.weight[which])


def told_by(asked: Sequence[Asked], share: float, there: float) -> Told:
    """Args:
    share: what a library's questions count that it does not answer.
    there: how much more those count that it does.
    """
    asked = [each for each in asked if not each.is_repeated]
    alike = Counter((each.size, each.is_there) for each in asked)
    return Told(
        np.array(
            [
                [getattr(each.signs, name) for name in EvidenceFeatures.model_fields]
                for each in asked
            ]
        ),
        np.array([each.is_there for each in asked], dtype=float),
        np.array(
            [
                share * (there if each.is_there else 1) / alike[each.size, each.is_there]
                for each in asked
            ]
        ),
    )


def joined(parts: Sequence[Told]) -> Told:
    return Told(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def fit_evidence(told: Told) -> Array:
    """Logistic regression; the bias comes last and is not held back."""
    signs, labels, shares = told.signs, told.is_there, told.weight / told.weight.sum()
    wide = np.hstack([signs, np.ones((len(signs), 1))])
    held_back = np.ones(wide.shape[1])
    held_back[-1] = 0

    def loss(weights: Array) -> tuple[float, Array]:
        logits = wide @ weights
        chances = 1 / (1 + np.exp(-logits))
        total = shares @ (np.logaddexp(0, logits) - labels * logits)
        slope = wide.T @ (shares * (chances - labels))
        penalty = EVIDENCE_PENALTY * float((held_back * weights) @ weights) / 2
        return float(total) + penalty, slope + EVIDENCE_PENALTY * held_back * weights

    fitted: Any = minimize(loss, np.zeros(wide.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x)


def tune_evidence(name: str, asked: Mapping[str, Sequence[Asked]], mixture: Mixture) -> None:
    """Fit the evidence on a mixture of questions.

    Args:
        asked: as the mixture calls them.
    """
    questions, there = mixture
    rows = [
        (f"{language}, {each.size}", each)
        for language in questions
        for each in asked[language]
        if not each.is_repeated
    ]
    told = joined([told_by(asked[each], share, there) for each, share in questions.items()])
    wide = np.hstack([told.signs, np.ones((len(told.signs), 1))])
    fold = np.arange(len(wide)) % FOLDS
    held_out = np.zeros(len(wide))
    for number in range(FOLDS):
        fitted = fit_evidence(told.only(fold != number))
        held_out[fold == number] = wide[fold == number] @ fitted
    enough = np.log(JUDGE.enough / (1 - JUDGE.enough))
    for label in dict.fromkeys(label for label, _ in rows):
        alike = np.array([each == label for each, _ in rows])
        kept = held_out[alike & (told.is_there == 1)]
        others = held_out[alike & (told.is_there == 0)]
        print(
            f"{name}: {label}, held out: AUC {auc(kept.tolist(), others.tolist()):.3f}   "
            f"kept {np.mean(kept >= enough):.3f}   let through {np.mean(others >= enough):.3f}"
        )
    for field, weight in zip(
        [*EvidenceFeatures.model_fields, "bias"], fit_evidence(told), strict=True
    ):
        print(f"    {field}={weight:.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune", description=__doc__)
    parser.add_argument("--tokens", type=int, default=ChunkLimits().tokens)
    parser.add_argument("--overlap", type=int, default=ChunkLimits().overlap)
    parser.add_argument("--embedder", type=Path, help="the folder of another embedder")
    parser.add_argument("--cache", type=Path, help="keeps embeddings for the next run")
    chosen = parser.parse_args()
    data, model = data_folder(), chosen.embedder or starter_folder()
    if data is None or model is None:
        print("The questions or the starter embedder are not there; see CONTRIBUTING.md.")
        return 2
    limits = ChunkLimits(tokens=chosen.tokens, overlap=chosen.overlap)
    embedder = Remembering(open_embedder(model), chosen.cache)
    cases: dict[str, list[Case]] = {}
    for language in NAMES:
        questions = load(data, language)
        with library_of(one_each(questions.paragraphs), embedder, limits) as library:
            cases[language] = cases_of(library, questions, "dev")
    tune_ranking(cases)
    sets = {language: load(data, language) for language in NAMES}
    for words_only, mixtures in ((False, MIXTURES), (True, MIXTURES_BY_WORDS)):
        asked = {
            language: list(ask_all(each, "dev", embedder, limits, words_only=words_only))
            for language, each in sets.items()
        }
        others = {language: each.paragraphs for language, each in sets.items()}
        for each in () if words_only else ask_everyday("dev", embedder, limits, others):
            if each.kind in TELLING:
                asked.setdefault(each.direction, []).append(each.asked)
        for name, mixture in mixtures.items():
            tune_evidence(name, asked, mixture)
    embedder.keep()
    return 0


if __name__ == "__main__":
    sys.exit(main())
