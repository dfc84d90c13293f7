"""`python -m benchmarks.search_speed`: how long a search takes in a large library.

The passages are made up: words as common as words are (Zipf's law), vectors in clusters. What is
measured is all of a search but the embedding of the question. Where a search embeds sentences, the
starter embedder embeds as many.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Chunk
from assistant.library.embedding.sentence_transformers import Embedder, starter_folder
from assistant.library.embedding.serving import SharedEmbedder, open_embedder
from assistant.library.embedding.similarity import Vectors
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.store import passages
from assistant.library.store.catalog import FileCatalog, FileStamp
from assistant.library.store.collections import CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import PassageDraft, context_of, key_of
from assistant.library.text.languages import stop_words
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace
from assistant.library.vectors.semantic import SemanticIndex
from benchmarks.library import PROBE
from benchmarks.pairs import HEADER, Comparison

DIMENSIONS = 384
WORDS = 150
"""In a passage."""
SENTENCE_WORDS = 20
SENTENCE = (
    "The tenant may end the lease at the end of any month, if the landlord has the letter three"
    " months before, and pays for what was broken in the flat."
)
"""What is embedded for a sentence: made up words have more tokens than those of a language."""
IN_A_FILE = 20
CLUSTERS = 500
VOCABULARY = 60_000
GOAL_MS = 60.0
PASSAGES = 100_000
QUESTIONS = 200
FOUND = 8
STAMP = FileStamp(0, 0, 0)


class Made:
    """Passages, questions and vectors out of one seed; stands for the embedder of questions."""

    identity = "made up"
    dimensions = DIMENSIONS
    max_tokens = 254
    unrelated_cosine = 0.0

    def __init__(self, starter: Embedder | None = None) -> None:
        """Args:
        starter: takes the time that sentences take; without it they take none.
        """
        self._starter = starter
        self._random = np.random.default_rng(1)
        letters = np.array(list("abcdefghilmnoprstuv"))
        made = ("".join(self._random.choice(letters, 7)) for _ in range(VOCABULARY))
        self._words = np.array([*sorted(stop_words("en")), *made])
        weights = 1 / (np.arange(len(self._words)) + 2.7)
        self._chances = weights / weights.sum()
        self._centres = self._random.normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)

    def text(self) -> str:
        words = self._random.choice(self._words, WORDS, p=self._chances).tolist()
        parts = [words[at : at + SENTENCE_WORDS] for at in range(0, WORDS, SENTENCE_WORDS)]
        return " ".join(" ".join(part).capitalize() + "." for part in parts)

    def question(self, text: str) -> str:
        """Some words of a passage among words that everybody uses."""
        words = np.array(text.replace(".", "").lower().split())
        own = self._random.choice(words, 6, replace=False)
        return f"what is the {' '.join(own)} of {self._random.choice(self._words)}?"

    def vectors(self, count: int) -> Vectors:
        centres = self._centres[self._random.integers(0, CLUSTERS, count)]
        noise = self._random.normal(size=(count, DIMENSIONS)).astype(np.float32)
        vectors = centres + 1.2 * noise
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def embed_question(self, text: str) -> Vectors:  # noqa: ARG002 – as good as any
        return np.asarray(self.vectors(1)[0])

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        if self._starter is not None:
            self._starter.embed([SENTENCE] * len(texts), pause)
        return self.vectors(len(texts))

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return [True] * len(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        raise NotImplementedError


def fill(database: LibraryDatabase, embeddings: Embeddings, made: Made, count: int) -> list[str]:
    """Store passages in two collections, of 19 and 1 of each 20 files; some of the texts."""
    analyzer = Analyzer()
    catalog, collections = FileCatalog(database, analyzer), CollectionStore(database)
    roots = [collections.add_root(collections.add(n).id, b"/" + n.encode()) for n in "ab"]
    texts = []
    for number in range(count // IN_A_FILE):
        root = roots[number % 20 == 0]
        path = root.path + b"/%d" % number
        title = f"File {number}"
        drafts = []
        for position in range(IN_A_FILE):
            text = made.text()
            start = position * 2000
            chunk = Chunk(start=start, end=start + len(text), text=text, place=Place())
            context = context_of(title, chunk.place)
            drafts.append(PassageDraft(chunk, "en", context, key_of(context, text)))
        embeddings.store([draft.key for draft in drafts], made.vectors(IN_A_FILE))
        catalog.add_found(root.id, [(path, STAMP)])
        catalog.replace(path, STAMP, "", title, drafts)
        texts.append(drafts[0].chunk.text)
    return texts


def measure(folder: Path, count: int = PASSAGES, asked: int = QUESTIONS) -> list[Comparison]:
    """Searches of so many passages, each beside a bare query of Chroma for the same vector.

    Args:
        folder: where the library is made, unless it is there already.
    """
    folder_of_starter = starter_folder()
    made = Made(open_embedder(folder_of_starter) if folder_of_starter else None)
    database = LibraryDatabase(folder / "library.db")
    embeddings = Embeddings(database, made.identity, DIMENSIONS)
    if not embeddings.collection_ids():
        fill(database, embeddings, made, count)
    place = EmbeddedPlace(folder / "vectors", "speed", made.identity, DIMENSIONS, PROBE)
    index = VectorIndex(place, embeddings)
    index.open()
    try:
        meaning = SemanticIndex(SharedEmbedder(made), embeddings, index)
        retrieval = HybridRetriever(database, Analyzer(), meaning)
        with database.read() as connection:
            ids = range(1, count, max(1, count // asked))
            texts = [stored.text for stored in passages.load(connection, ids).values()]
        questions = [made.question(text) for text in texts][:asked]
        one, other = embeddings.collection_ids()
        scopes = {"everywhere": None, "in 95 %": [one], "in 5 %": [other]}
        rows: list[Comparison] = []
        for name, scope in scopes.items():
            what = f"search of {count:,} passages {name}"
            rows += _compare(what, retrieval, meaning, questions, scope)
        return rows
    finally:
        index.close()
        database.close()


def _compare(
    what: str,
    retrieval: HybridRetriever,
    meaning: SemanticIndex,
    questions: Sequence[str],
    scope: list[int] | None,
) -> Iterator[Comparison]:
    ours, bare = [], []
    for question in questions:
        started = perf_counter()
        retrieval.search(question, scope, FOUND)
        ended = perf_counter()
        meaning.index.search(meaning.embedder.embed_question(question), FOUND, scope)
        ours.append(1000 * (ended - started))
        bare.append(1000 * (perf_counter() - ended))
    for share in (50, 95):
        mine, other = np.percentile(ours, share), np.percentile(bare, share)
        goal = f"<= {GOAL_MS:.0f} ms" if share == 95 else ""
        yield Comparison(
            f"{what}, p{share}, against a bare Chroma query",
            "ms",
            float(mine),
            float(other),
            float(mine / other),
            goal,
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_speed")
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--folder", type=Path, help="keeps the library for the next run")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="as-") as temporary:
        rows = measure(chosen.folder or Path(temporary), chosen.passages, chosen.questions)
    print("\n".join([HEADER, *(row.row() for row in rows)]))
    return int(any(row.goal and row.ours > GOAL_MS for row in rows))


if __name__ == "__main__":
    sys.exit(main())
