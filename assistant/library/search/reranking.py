"""Reranking: passages that fit a question about equally well, told apart by their sentences.

A passage's vector is a mean of all it says. Where the first are close to each other, the sentences
that have most of the question's words are embedded by themselves, and the nearest one of each
passage decides. Those of the best passage always are: how near they come is evidence. Where it is
in another language than the question, more of them are: no words tell there which ones.
"""

from collections.abc import Sequence

from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.embedding.similarity import Vectors, similarity
from assistant.library.search.ranking import RankedPassage
from assistant.library.store.keywords import KeywordQuery
from assistant.library.text.analysis import Analyzer, WantedStems
from assistant.library.text.chunking import MAX_TITLE
from assistant.library.text.languages import is_in_another
from assistant.library.text.sentences import sentences

COMPARED = 4
"""Passages that are compared at most: by a sentence each, the best one by more."""

FEW, BEST_OF_FEW = 2, 2
"""Compared passages up to which so many sentences of the best are embedded, for the evidence."""

BEST_ACROSS = 6
"""Sentences of the best where it is in another language than the question: there words do not tell
which one answers."""

CLOSE = 0.15
"""How far below the best a score may be for its passage to be compared."""

MAX_SENTENCE = 200
"""Characters of a sentence that are embedded: its end adds more time than knowledge."""

WEIGHT = 2.0
"""What a sentence that is nearer by a cosine of 1 adds to the score; fitted on `dev`."""


def rerank(
    query: KeywordQuery,
    ranked: Sequence[RankedPassage],
    vector: Vectors,
    embedder: SharedEmbedder,
    analyzer: Analyzer,
) -> list[RankedPassage]:
    """Rank the first passages anew, by their sentences as well, whose cosines they get. It is they
    that change places: the scores of the places stay.

    Args:
        ranked: best first.
        vector: the question's.
    """
    if not ranked:
        return []
    across = is_in_another(query.text, ranked[0].passage.language)
    least = ranked[0].score - CLOSE
    first = [each for each in ranked[:COMPARED] if each.score >= least]
    best, *others = (_telling_sentences(query, each, analyzer) for each in first)
    most = BEST_ACROSS if across else BEST_OF_FEW if len(first) <= FEW else 1
    chosen = [best[:most], *(each[:1] for each in others)]
    # The longest first: cores that work side by side then end at about the same time.
    texts = sorted({text for each in chosen for text in each}, key=len, reverse=True)
    cosines = dict(zip(texts, (embedder.embed_ahead(texts) @ vector).tolist(), strict=True))
    nearest = [max(cosines[text] for text in own) for own in chosen]
    scores = [each.score + WEIGHT * near for each, near in zip(first, nearest, strict=True)]
    order = sorted(range(len(first)), key=lambda index: -scores[index])
    moved = [
        first[index]._replace(
            score=place.score, sentence=similarity(nearest[index], embedder.unrelated_cosine)
        )
        for index, place in zip(order, first, strict=True)
    ]
    return [*moved, *ranked[len(first) :]]


def _telling_sentences(
    query: KeywordQuery, candidate: RankedPassage, analyzer: Analyzer
) -> list[str]:
    """The sentences of a passage, those with most of the question's words first, each with its
    title."""
    passage = candidate.passage
    weights = query.readings[passage.language].weights
    wanted = WantedStems(weights)
    shares: list[tuple[float, str]] = []
    for start, end in sentences(passage.text, 0, len(passage.text)):
        text = passage.text[start:end][:MAX_SENTENCE]
        found = analyzer.find_stems(wanted, text, passage.language).found
        shares.append((sum(weights[stem] for stem in {word.stem for _, word in found}), text))
    best = sorted(shares, key=lambda share: -share[0])
    title = f"{passage.title[:MAX_TITLE]}\n" if passage.title else ""
    return [f"{title}{text}" for _, text in best] or [passage.text[:MAX_SENTENCE]]
