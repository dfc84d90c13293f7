"""Whether the files speak to a question: a calibrated probability from what was found.

A few signs are joined by a logistic model that was fitted for each language on questions whose
topic is in the files and on others (`benchmarks.tune`): the best cosine, how much of the question
the best passages have, and whether both ways of searching agree. It tells questions on topics that
are not there; not those on a topic that is there, whose answer is not.
"""

import math
from collections.abc import Mapping, Sequence

from assistant.core.models import Value
from assistant.library.languages import Language
from assistant.library.ranking import Candidate
from assistant.library.vectors import Hit

BEST = 3
"""Passages whose words count together."""

COMPARED = 5
"""The head of both lists that is compared."""


class Signs(Value):
    """What speaks for evidence, each from 0 to 1."""

    cosine: float
    coverage: float
    exact: float
    """Of the question's words, those in the very form of the question."""
    together: float
    """Those that stand within a few words of each other."""
    agreement: float


class Model(Value):
    """The logistic model of one language."""

    cosine: float
    coverage: float
    exact: float
    together: float
    agreement: float
    bias: float

    def probability(self, signs: Signs) -> float:
        logit = (
            self.cosine * signs.cosine
            + self.coverage * signs.coverage
            + self.exact * signs.exact
            + self.together * signs.together
            + self.agreement * signs.agreement
            + self.bias
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


class Judge(Value):
    """The models, and from which probability on the files are said to speak to a question."""

    models: Mapping[Language, Model]
    elsewhere: Model
    """For languages that `models` does not name."""
    enough: float = 0.5

    def evidence(self, signs: Signs, language: Language) -> float:
        return self.models.get(language, self.elsewhere).probability(signs)


JUDGE = Judge(
    models={
        "en": Model(cosine=10.4, coverage=1.1, exact=2.3, together=4.3, agreement=2.5, bias=-9.4)
    },
    elsewhere=Model(cosine=1.2, coverage=2.1, exact=3.6, together=2.8, agreement=2.4, bias=-6.8),
)

BY_WORDS = Judge(
    models={"en": Model(cosine=0, coverage=2.6, exact=3.1, together=4.9, agreement=0, bias=-5.5)},
    elsewhere=Model(cosine=0, coverage=1.5, exact=4.0, together=3.7, agreement=0, bias=-6.0),
)
"""While there is no embedder, and two of the signs are missing."""


def signs_of(
    candidates: Sequence[Candidate], keyword_hits: Sequence[int], hits: Sequence[Hit]
) -> Signs:
    """Args:
    candidates: best first.
    keyword_hits, hits: what each way of searching found, best first.
    """
    best = candidates[:BEST]
    first = set(keyword_hits[:COMPARED])
    common = first & {passage for passage, _ in hits[:COMPARED]}
    compared = min(COMPARED, max(len(hits), len(keyword_hits)))
    return Signs(
        cosine=max((candidate.cosine for candidate in candidates), default=0.0),
        coverage=max((candidate.features.coverage for candidate in best), default=0.0),
        exact=max((candidate.features.exact for candidate in best), default=0.0),
        together=max((candidate.features.wide for candidate in best), default=0.0),
        agreement=len(common) / compared if compared else 0.0,
    )
