"""How good a ranking is, and how well a score tells two kinds apart."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple


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
