"""Similarity: an embedder's cosines on one scale, whichever embedder it is.

Some embedders put all texts into a narrow cone: e5's cosines of texts that have nothing to do with
each other are near 0.75, those of other embedders near 0. What the search asks is how far two texts
are nearer than that.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


UNRELATED = (
    "The tenant pays the rent on the first working day of every month.",
    "Whales breathe air and come to the surface several times an hour.",
    "Melt the butter, add the flour and stir until it is golden.",
    "The function returns an empty list when no file was found.",
    "A meia-maratona do Porto começa junto ao rio às nove da manhã.",
    "O carbonato de cálcio dissolve-se em ácidos e liberta um gás.",
    "A violinista afinou o instrumento antes do segundo andamento.",
    "Em 1755 um terramoto destruiu grande parte da cidade.",
)
"""Sentences of which no two have anything to do with each other."""


def unrelated_cosine(embed: Callable[[Sequence[str]], Vectors]) -> float:
    """The mean cosine of texts that have nothing to do with each other."""
    vectors = embed(UNRELATED)
    cosines = vectors @ vectors.T
    return float(cosines[np.triu_indices(len(UNRELATED), 1)].mean())


Cosines = TypeVar("Cosines", float, Vectors)


def similarity(cosine: Cosines, unrelated: float) -> Cosines:
    """Cosines on a scale on which unrelated texts have 0 and equal ones 1.

    Args:
        unrelated: the embedder's cosine of unrelated texts.
    """
    return (cosine - unrelated) / (1 - unrelated)
