"""How far passages bear out the sentences of an answer: by shared words and by meaning.

Either sign alone is easily fooled: sentences on one topic are close in meaning whatever they say,
and a sentence can repeat a passage's words to say the opposite. `core.citations` asks for both.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.core.library import Support
from assistant.library import keywords
from assistant.library.analysis import Analyzer
from assistant.library.database import Database
from assistant.library.embedding import Embedder
from assistant.library.languages import likeliest_language
from assistant.library.sentences import Span
from assistant.library.sentences import sentences as sentences_of


def support(
    sentences: Sequence[str],
    texts: Sequence[str],
    database: Database,
    analyzer: Analyzer,
    embedder: Embedder,
) -> tuple[tuple[Support, ...], ...]:
    """Signs of support, shape (sentences, texts)."""
    if not sentences or not texts:
        return tuple(() for _ in sentences)
    spans = [sentences_of(text, 0, len(text)) for text in texts]
    pieces = [text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own]
    vectors = embedder.embed([*sentences, *pieces])
    cosines = vectors[: len(sentences)] @ vectors[len(sentences) :].T
    borders = np.cumsum([0, *map(len, spans)])
    overlaps = _overlaps(sentences, texts, database, analyzer)
    return tuple(
        tuple(
            _best(cosines[row, borders[at] : borders[at + 1]], spans[at], overlaps[row][at])
            for at in range(len(texts))
        )
        for row in range(len(sentences))
    )


def _best(cosines: np.ndarray, spans: Sequence[Span], overlap: float) -> Support:
    if not spans:
        return Support(cosine=0, overlap=overlap, start=0, end=0)
    best = int(np.argmax(cosines))
    start, end = spans[best]
    return Support(cosine=float(cosines[best]), overlap=overlap, start=start, end=end)


def _overlaps(
    sentences: Sequence[str], texts: Sequence[str], database: Database, analyzer: Analyzer
) -> list[list[float]]:
    """The share of each sentence's words that a text has, rare words counting more."""
    with database.read() as connection:
        queries = [keywords.prepare(connection, analyzer, sentence) for sentence in sentences]
        languages = keywords.languages_of(connection)
    spoken = [likeliest_language(text, languages) for text in texts]
    stems = [
        {word.stem for word in analyzer.words(text, language)}
        for text, language in zip(texts, spoken, strict=True)
    ]
    return [
        [
            _share(query.readings[language].weights, there)
            for language, there in zip(spoken, stems, strict=True)
        ]
        for query in queries
    ]


def _share(weights: Mapping[str, float], there: set[str]) -> float:
    whole = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in there) / whole if whole else 0
