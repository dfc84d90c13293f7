"""`python -m benchmarks.search_speed`: how long a search takes in a large library.

The passages are made up: words as common as words are (Zipf's law), vectors in clusters. What is
measured is all of a search but the embedding of the question.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import psutil

from assistant.core.documents import Chunk, Place
from assistant.library import passages
from assistant.library.analysis import Analyzer
from assistant.library.catalog import Catalog, Stamp
from assistant.library.collections import Collections
from assistant.library.database import Database
from assistant.library.embedding import Vectors
from assistant.library.embeddings import Embeddings
from assistant.library.languages import stop_words
from assistant.library.meaning import Meaning
from assistant.library.preparing import Draft, context_of, key_of
from assistant.library.retrieval import Retrieval
from assistant.library.sharing import SharedEmbedder
from assistant.library.vector_index import VectorIndex
from assistant.library.vector_places import EmbeddedPlace
from benchmarks.library import PROBE

DIMENSIONS = 384
WORDS = 150
"""In a passage."""
IN_A_FILE = 20
CLUSTERS = 500
VOCABULARY = 60_000
GOAL_MS = 60.0
STAMP = Stamp(0, 0, 0)


class Made:
    """Passages, questions and vectors out of one seed; stands for the embedder of questions."""

    identity = "made up"
    dimensions = DIMENSIONS
    max_tokens = 254

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        letters = np.array(list("abcdefghilmnoprstuv"))
        made = ("".join(self._random.choice(letters, 7)) for _ in range(VOCABULARY))
        self._words = np.array([*sorted(stop_words("en")), *made])
        weights = 1 / (np.arange(len(self._words)) + 2.7)
        self._chances = weights / weights.sum()
        self._centres = self._random.normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)

    def text(self) -> str:
        return " ".join(self._random.choice(self._words, WORDS, p=self._chances))

    def question(self, text: str) -> str:
        """Some words of a passage among words that everybody uses."""
        own = self._random.choice(np.array(text.split()), 6, replace=False)
        return f"what is the {' '.join(own)} of {self._random.choice(self._words)}?"

    def vectors(self, count: int) -> Vectors:
        centres = self._centres[self._random.integers(0, CLUSTERS, count)]
        noise = self._random.normal(size=(count, DIMENSIONS)).astype(np.float32)
        vectors = centres + 1.2 * noise
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def embed_question(self, text: str) -> Vectors:  # noqa: ARG002 – as good as any
        return np.asarray(self.vectors(1)[0])

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        raise NotImplementedError

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        raise NotImplementedError


def fill(database: Database, embeddings: Embeddings, made: Made, count: int) -> list[str]:
    """Store passages in two collections, of 19 and 1 of each 20 files; some of the texts."""
    analyzer = Analyzer()
    catalog, collections = Catalog(database, analyzer), Collections(database)
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
            drafts.append(Draft(chunk, "en", context, key_of(context, text)))
        embeddings.keep([draft.key for draft in drafts], made.vectors(IN_A_FILE))
        catalog.found(root.id, [(path, STAMP)])
        catalog.replace(path, STAMP, "", title, drafts)
        texts.append(drafts[0].chunk.text)
    return texts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_speed")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="keeps the library for the next run")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="as-") as temporary:
        return measure(chosen.folder or Path(temporary), chosen.passages, chosen.questions)


def measure(folder: Path, count: int, asked: int) -> int:
    made = Made()
    database = Database(folder / "library.db")
    embeddings = Embeddings(database, made.identity, DIMENSIONS)
    if not embeddings.collection_ids():
        started = process_time()
        fill(database, embeddings, made, count)
        print(f"library.db filled in {process_time() - started:.0f} CPU-s", flush=True)
    place = EmbeddedPlace(folder / "vectors", "speed", made.identity, DIMENSIONS, PROBE)
    index = VectorIndex(place, embeddings)
    started, cpu = perf_counter(), process_time()
    anew = index.open()
    print(
        f"vectors {'made anew' if anew else 'opened and checked'} in "
        f"{perf_counter() - started:.1f} s, {process_time() - cpu:.1f} CPU-s",
        flush=True,
    )
    meaning = Meaning(SharedEmbedder(made), embeddings, index)
    retrieval = Retrieval(database, Analyzer(), meaning)
    with database.read() as connection:
        ids = range(1, count, max(1, count // asked))
        texts = [stored.text for stored in passages.load(connection, ids).values()]
    questions = [made.question(text) for text in texts][:asked]
    one, other = embeddings.collection_ids()
    late = 0.0
    for name, scope in (("everywhere", None), ("95 % of it", [one]), ("5 % of it", [other])):
        walls, cpus = [], []
        for question in questions:
            wall, cpu = perf_counter(), process_time()
            retrieval.search(question, scope, 8)
            walls.append(1000 * (perf_counter() - wall))
            cpus.append(1000 * (process_time() - cpu))
        p50, p95 = np.percentile(walls, [50, 95])
        c50, c95 = np.percentile(cpus, [50, 95])
        late = max(late, float(p95))
        print(
            f"search {name:<12} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms   "
            f"CPU p50 {c50:6.1f}  p95 {c95:6.1f}   (goal: p95 ≤ {GOAL_MS:.0f} ms)",
            flush=True,
        )
    print(f"memory {psutil.Process().memory_info().rss / 1e6:.0f} MB")
    index.close()
    database.close()
    return int(late > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
