"""Evidence: the calibrated probability that the files speak to a question.

A few signs are joined by a logistic model that was fitted for each language, and for files in
another language than the question, on questions whose topic is in the files and on others
(`benchmarks.tune`): the best cosine of a passage and of a sentence, how much of the question the
best passages have, whether both ways of searching agree, among how many passages they were found –
the more there are, the nearer comes one of them to any question –, and how far the best is ahead of
the next: where nothing answers, many fit equally little. It tells questions on topics that are not
there; not those on a topic that is there, whose answer is not.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from assistant.core.values.base import Value
from assistant.library.search.ranking import RankedPassage
from assistant.library.text.languages import Language
from assistant.library.vectors.chroma import Hit

TOP_PASSAGES = 3
"""Passages whose words count together."""

COMPARED_HITS = 5
"""The head of both lists that is compared."""

FOLLOWING = 4
"""Passages after the best that it is ahead of."""

MANY_PASSAGES = 10_000
"""Passages beyond which more of them say nothing more."""

SMALL = 0.2
"""The size, of some six passages, below which a lead says less: one of a few is always ahead."""


class EvidenceFeatures(Value):
    """The features of evidence, each from 0 to 1."""

    cosine: float
    sentence: float
    """The cosine of the nearest sentence of those that were compared."""
    coverage: float
    exact: float
    """Of the question's words, those in the very form of the question."""
    together: float
    """Those that stand within a few words of each other."""
    agreement: float
    size: float
    """Of the library: the logarithm of its passages."""
    lead: float
    """How far the best is ahead of the next; less among very few passages."""


class EvidenceModel(Value):
    """The logistic model of one language: the weights of the features."""

    cosine: float = 0.0
    sentence: float = 0.0
    coverage: float = 0.0
    exact: float = 0.0
    together: float = 0.0
    agreement: float = 0.0
    size: float
    lead: float = 0.0
    bias: float

    def probability(self, signs: EvidenceFeatures) -> float:
        logit = (
            self.cosine * signs.cosine
            + self.sentence * signs.sentence
            + self.coverage * signs.coverage
            + self.exact * signs.exact
            + self.together * signs.together
            + self.agreement * signs.agreement
            + self.size * signs.size
            + self.lead * signs.lead
            + self.bias
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


class EvidenceJudge(Value):
    """The models, and from which probability on the files are said to speak to a question."""

    models: Mapping[Language, EvidenceModel]
    elsewhere: EvidenceModel
    """For languages that `models` does not name."""
    across: EvidenceModel
    """For what was found in another language than the question's, with which it shares names and
    numbers at best."""
    enough: float
    """Silence about what stands in the files is worse than reading a passage too many."""

    def evidence(
        self, signs: EvidenceFeatures, language: Language, *, across: bool = False
    ) -> float:
        """Args:
        across: whether the best of what was found is in another language than the question.
        """
        model = self.across if across else self.models.get(language, self.elsewhere)
        return model.probability(signs)


JUDGE = EvidenceJudge(
    models={
        "en": EvidenceModel(
            cosine=7.6,
            sentence=7.8,
            coverage=1.3,
            exact=1.3,
            together=1.7,
            agreement=1.6,
            size=-3.0,
            lead=4.4,
            bias=-7.5,
        )
    },
    elsewhere=EvidenceModel(
        cosine=3.4,
        sentence=8.5,
        coverage=0.9,
        exact=2.6,
        together=-0.1,
        agreement=0.7,
        size=-3.1,
        lead=7.0,
        bias=-6.9,
    ),
    across=EvidenceModel(
        cosine=7.2,
        sentence=9.1,
        coverage=1.7,
        exact=2.4,
        together=-1.2,
        agreement=1.8,
        size=-1.7,
        lead=3.7,
        bias=-5.8,
    ),
    enough=0.3,
)

_BY_WORDS = EvidenceModel(coverage=1.9, exact=4.2, together=3.4, size=-5.5, bias=-2.5)
KEYWORD_JUDGE = EvidenceJudge(
    models={"en": EvidenceModel(coverage=3.4, exact=3.8, together=4.4, size=-4.3, bias=-2.7)},
    elsewhere=_BY_WORDS,
    across=_BY_WORDS,
    enough=0.35,
)
"""While there is no embedder, and the signs of meaning are missing."""

UNREADABLE_JUDGE = KEYWORD_JUDGE.model_copy(update={"enough": 0.2})
"""For questions that the embedder cannot read. Without spaces between words, parts of the words
that every question has count as words of their own, and no passage has those."""


def features_of(
    candidates: Sequence[RankedPassage],
    keyword_hits: Sequence[int],
    hits: Sequence[Hit],
    passages: int,
) -> EvidenceFeatures:
    """The features of evidence in what was found for a question.

    Args:
        candidates: best first.
        keyword_hits, hits: what each way of searching found, best first.
        passages: how many were searched.
    """
    best = candidates[:TOP_PASSAGES]
    first = set(keyword_hits[:COMPARED_HITS])
    common = first & {passage for passage, _ in hits[:COMPARED_HITS]}
    compared = min(COMPARED_HITS, max(len(hits), len(keyword_hits)))
    size = math.log(min(max(passages, 1), MANY_PASSAGES), MANY_PASSAGES)
    cosine = max((candidate.cosine for candidate in candidates), default=0.0)
    compared_sentences = [each.sentence for each in candidates if each.sentence is not None]
    return EvidenceFeatures(
        cosine=cosine,
        sentence=max(compared_sentences, default=cosine),
        coverage=max((candidate.features.coverage for candidate in best), default=0.0),
        exact=max((candidate.features.exact for candidate in best), default=0.0),
        together=max((candidate.features.wide for candidate in best), default=0.0),
        agreement=len(common) / compared if compared else 0.0,
        size=size,
        lead=min(1.0, size / SMALL) * _lead(candidates),
    )


def _lead(candidates: Sequence[RankedPassage]) -> float:
    """How far the first score is above the mean of the following ones, copies left out; 0 where
    there are none."""
    by_text: dict[str, float] = {}
    for candidate in candidates:
        by_text.setdefault(candidate.passage.text, candidate.score)
        if len(by_text) > FOLLOWING:
            break
    first, *following = by_text.values() or [0.0]
    return first - fmean(following) if following else 0.0
