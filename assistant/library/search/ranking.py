"""Ranking: how well a passage fits a question, by two scores and how its words stand together.

The score is a weighted sum of features from 0 to 1, the weights fitted on questions with known
answers (`benchmarks.tune`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.core.values.base import Value
from assistant.library.store.keywords import (
    K1,
    B,
    KeywordQuery,
    LanguageQuery,
    inverse_frequency,
)
from assistant.library.store.passages import StoredPassage, indexed_context
from assistant.library.text.analysis import Analyzer, WantedStems, WordPositions
from assistant.library.text.languages import is_in_another

NARROW_WINDOW, WIDE_WINDOW = 10, 25
"""Words of the windows in which the question's words are looked for together."""

WORDLESS = 1.0
"""Meaning counts the more the less of the question's words any candidate has: its weight is divided
by their best share to this power. Some share remains even where a text says it in other words."""

LEAST_SHARE = 0.05
"""The best share is taken to be at least this."""

NORMALISED_CANDIDATES = 50
"""The lowest of so many best scores is 0, the highest 1."""


class RankingFeatures(NamedTuple):
    """The features of a passage for a question, each from 0 to 1."""

    dense: float
    """Cosine, normalised over the candidates."""
    keywords: float
    """BM25, normalised likewise."""
    coverage: float
    """The share of the question's words that the passage has, rare words counting more."""
    exact: float
    """The same, of those that stand there in the very form of the question."""
    narrow: float
    """The largest share that stands within `NARROW_WINDOW` words."""
    wide: float
    """The largest share that stands within `WIDE_WINDOW` words."""
    near: float
    """How close the question's neighbours stand together."""
    adjacent: float
    """The share of the question's pairs of words that stand side by side."""


class RankingWeights(Value):
    """The weight of each feature."""

    dense: float
    dense_across: float
    """For a passage in another language than the question: they share names and numbers at best."""
    keywords: float
    coverage: float
    exact: float
    narrow: float
    wide: float
    near: float
    adjacent: float

    def score(
        self, features: RankingFeatures, *, across: bool = False, best_coverage: float = 1.0
    ) -> float:
        """The weighted sum of features, from 0 to 1.

        Args:
            across: whether the passage is in another language than the question.
            best_coverage: the best of all candidates.
        """
        wordless = math.pow(max(best_coverage, LEAST_SHARE), WORDLESS)
        # What is in another language is no nearer for it where no passage has the words.
        dense = self.dense / wordless
        weights = (
            max(self.dense_across, dense) if across else dense,
            self.keywords,
            self.coverage,
            self.exact,
            self.narrow,
            self.wide,
            self.near,
            self.adjacent,
        )
        whole = sum(weight * value for weight, value in zip(weights, features, strict=True))
        return min(1.0, max(0.0, whole / sum(weights)))


WEIGHTS = RankingWeights(
    dense=3.0,
    dense_across=10.0,
    keywords=2.18,
    coverage=1.42,
    exact=1.78,
    narrow=1.48,
    wide=1.56,
    near=0.94,
    adjacent=1.24,
)


class RankedPassage(NamedTuple):
    """A passage that was found, with its scores and features."""

    passage: StoredPassage
    cosine: float
    bm25: float
    features: RankingFeatures
    score: float
    sentence: float | None = None
    """The cosine of its nearest sentence, of those that were compared."""


class _PassageWords(NamedTuple):
    """Where the question's words stand in a passage."""

    title: WordPositions
    body: WordPositions
    counts: Counter[str]
    """By stem."""


def rank(
    query: KeywordQuery,
    passages: Sequence[StoredPassage],
    cosines: Mapping[int, float],
    analyzer: Analyzer,
    weights: RankingWeights = WEIGHTS,
) -> list[RankedPassage]:
    """Rank candidates, best first.

    Args:
        cosines: of question and passage, by passage id, of those that were found and are not
            ranked, too; passages without an embedding have none.
    """
    wanted = {
        language: WantedStems(word.stem for word in reading.words)
        for language, reading in query.readings.items()
    }
    texts = [_read(passage, analyzer, wanted[passage.language]) for passage in passages]
    bm25 = _bm25(query, passages, texts)
    least = min(cosines.values(), default=0.0)
    near = [cosines.get(passage.id, least) for passage in passages]
    dense = _normalised(near, among=cosines.values())
    sparse = _normalised(bm25, among=bm25)
    others = {
        language
        for language in {passage.language for passage in passages}
        if is_in_another(query.text, language)
    }
    found = [
        _features(query.readings[passage.language], query, text, *scores)
        for passage, text, *scores in zip(passages, texts, dense, sparse, strict=True)
    ]
    best = max((features.coverage for features in found), default=0.0)
    candidates = []
    for passage, features, score in zip(passages, found, bm25, strict=True):
        has_cosine = passage.id in cosines
        across = has_cosine and passage.language in others
        whole = weights.score(features, across=across, best_coverage=best if has_cosine else 1.0)
        candidates.append(
            RankedPassage(passage, cosines.get(passage.id, 0.0), score, features, whole)
        )
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.passage.id))


def _read(passage: StoredPassage, analyzer: Analyzer, wanted: WantedStems) -> _PassageWords:
    title = analyzer.find_stems(wanted, indexed_context(passage), passage.language)
    body = analyzer.find_stems(wanted, passage.text, passage.language)
    return _PassageWords(title, body, Counter(word.stem for _, word in (*title.found, *body.found)))


def _bm25(
    query: KeywordQuery, passages: Sequence[StoredPassage], texts: Sequence[_PassageWords]
) -> list[float]:
    """BM25 with the candidates' mean length for that of all passages."""
    lengths = [text.title.length + text.body.length for text in texts]
    mean = sum(lengths) / len(lengths) if sum(lengths) else 1.0
    scores = []
    for passage, text, length in zip(passages, texts, lengths, strict=True):
        norm = K1 * (1 - B + B * length / mean)
        scores.append(
            sum(
                weight * text.counts[stem] * (K1 + 1) / (text.counts[stem] + norm)
                for stem, weight in query.readings[passage.language].weights.items()
            )
        )
    return scores


def _normalised(scores: Sequence[float], among: Iterable[float]) -> list[float]:
    best = sorted(among, reverse=True)[:NORMALISED_CANDIDATES]
    if not best or best[0] <= best[-1]:
        return [1.0] * len(scores)
    low, spread = best[-1], best[0] - best[-1]
    return [max(0.0, (score - low) / spread) for score in scores]


def _features(
    reading: LanguageQuery, query: KeywordQuery, text: _PassageWords, dense: float, keywords: float
) -> RankingFeatures:
    weights = reading.weights
    whole = sum(weights.values()) or 1.0
    there = [stem for stem in weights if text.counts[stem]]
    asked = {(word.stem, word.form) for word in reading.words if word.stem in weights}
    words = {(word.stem, word.form) for _, word in (*text.title.found, *text.body.found)}
    same = {stem for stem, _ in asked & words}
    spots = [(at, word.stem) for at, word in text.body.found if word.stem in weights]
    return RankingFeatures(
        dense=dense,
        keywords=keywords,
        coverage=sum(weights[stem] for stem in there) / whole,
        exact=sum(weights[stem] for stem in same) / whole,
        narrow=_window(spots, weights, NARROW_WINDOW) / whole,
        wide=_window(spots, weights, WIDE_WINDOW) / whole,
        near=_near(reading, spots),
        adjacent=_adjacent(reading, query, text),
    )


def _window(spots: Sequence[tuple[int, str]], weights: Mapping[str, float], width: int) -> float:
    """The largest weight of different stems that stand within `width` words."""
    best = weight = 0.0
    inside: Counter[str] = Counter()
    first = 0
    for at, stem in spots:
        inside[stem] += 1
        if inside[stem] == 1:
            weight += weights[stem]
        while spots[first][0] <= at - width:
            left = spots[first][1]
            inside[left] -= 1
            if not inside[left]:
                weight -= weights[left]
            first += 1
        best = max(best, weight)
    return best


def _near(reading: LanguageQuery, spots: Sequence[tuple[int, str]]) -> float:
    """The mean closeness of words that follow each other in the question, 1 being side by side;
    each pair counts by the geometric mean of its words' weights."""
    telling = [word.stem for word in reading.words if word.stem in reading.weights]
    pairs = _pairs(telling)
    places: dict[str, list[int]] = {}
    for at, stem in spots:
        places.setdefault(stem, []).append(at)
    found = whole = 0.0
    for one, other in pairs:
        weight = math.sqrt(reading.weights[one] * reading.weights[other])
        whole += weight
        if one in places and other in places:
            found += weight / _distance(places[one], places[other])
    return found / whole if whole else 0.0


def _distance(ones: Sequence[int], others: Sequence[int]) -> int:
    """The least distance between two rising rows of positions, at least 1."""
    best, i, j = abs(ones[0] - others[0]), 0, 0
    while i < len(ones) and j < len(others):
        best = min(best, abs(ones[i] - others[j]))
        if ones[i] < others[j]:
            i += 1
        else:
            j += 1
    return max(best, 1)


def _adjacent(reading: LanguageQuery, query: KeywordQuery, text: _PassageWords) -> float:
    """The weight of the question's pairs, stop words included, that stand there as they are."""
    pairs = _pairs([word.stem for word in reading.words])
    if not pairs:
        return 0.0
    there = {*_side_by_side(text.body), *_side_by_side(text.title)}
    weights = [_pair_weight(pair, query) for pair in pairs]
    found = sum(weight for pair, weight in zip(pairs, weights, strict=True) if pair in there)
    return found / (sum(weights) or 1.0)


def _pair_weight(pair: tuple[str, str], query: KeywordQuery) -> float:
    one, other = (
        inverse_frequency(query.frequencies.get(stem, query.passages), query.passages)
        for stem in pair
    )
    return math.sqrt(one * other)


def _side_by_side(spots: WordPositions) -> list[tuple[str, str]]:
    """The stems of words that stand side by side, those of the same stem left out."""
    return [
        (one.stem, other.stem)
        for (at, one), (following, other) in pairwise(spots.found)
        if following == at + 1 and one.stem != other.stem
    ]


def _pairs(stems: Iterable[str]) -> list[tuple[str, str]]:
    row = list(stems)
    return [(one, other) for one, other in pairwise(row) if one != other]
