"""`python -m benchmarks.search_speed`: how long a search takes in a large library.

Most passages are made up: words as common as words are (Zipf's law), vectors in clusters. Among
them are the paragraphs of the questions with known answers, in both languages, and it is these
questions that are asked: for made up ones all passages fit about as little. What is measured is all
of a search but the embedding of the question.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from time import perf_counter

import numpy as np

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Chunk
from assistant.library.embedding.sentence_transformers import Embedder, starter_folder
from assistant.library.embedding.serving import SharedEmbedder, open_embedder
from assistant.library.embedding.similarity import Vectors
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.store.catalog import FileCatalog, FileStamp
from assistant.library.store.collections import CollectionRoot, CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import PassageDraft, context_of, key_of
from assistant.library.text.languages import Language, stop_words
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace
from assistant.library.vectors.semantic import SemanticIndex
from benchmarks.library import PROBE
from benchmarks.pairs import HEADER, Comparison
from benchmarks.question_sets import NAMES, QuestionSet, data_folder, load

DIMENSIONS = 384
WORDS = 150
"""In a passage."""
SENTENCE_WORDS = 20
IN_A_FILE = 20
CLUSTERS = 500
VOCABULARY = 60_000
GOAL_MS = 60.0
PASSAGES = 100_000
QUESTIONS = 200
FOUND = 8
STAMP = FileStamp(0, 0, 0)


class Made:
    """Made up passages, out of one seed."""

    def __init__(self) -> None:
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

    def vectors(self, count: int) -> Vectors:
        centres = self._centres[self._random.integers(0, CLUSTERS, count)]
        noise = self._random.normal(size=(count, DIMENSIONS)).astype(np.float32)
        vectors = centres + 1.2 * noise
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


class KnownQuestions:
    """An embedder that embeds no question twice: the second time is measured without it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.identity = embedder.identity
        self.dimensions = embedder.dimensions
        self.max_tokens = embedder.max_tokens
        self.unrelated_cosine = embedder.unrelated_cosine

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return self._embedder.can_read(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        return self._embedder.embed(texts, pause)

    def embed_question(self, text: str) -> Vectors:
        if text not in self._known:
            self._known[text] = self._embedder.embed_question(text)
        return self._known[text]


def fill(
    database: LibraryDatabase,
    embeddings: Embeddings,
    embedder: Embedder,
    sets: Sequence[QuestionSet],
    count: int,
) -> None:
    """Store so many passages in two collections, of 19 and 1 of each 20 files."""
    catalog, collections = FileCatalog(database, Analyzer()), CollectionStore(database)
    roots = [collections.add_root(collections.add(n).id, b"/" + n.encode()) for n in "ab"]
    made, texts = Made(), 0
    for number, (title, drafts) in enumerate(_written(sets)):
        embeddings.store([d.key for d in drafts], embedder.embed([d.chunk.text for d in drafts]))
        _add(catalog, roots[number % 20 == 0], f"written {number}", title, drafts)
        texts += len(drafts)
    for number in range((count - texts) // IN_A_FILE):
        title = f"File {number}"
        drafts = [_draft(title, made.text(), at, "en") for at in range(IN_A_FILE)]
        embeddings.store([draft.key for draft in drafts], made.vectors(IN_A_FILE))
        _add(catalog, roots[number % 20 == 0], f"made {number}", title, drafts)


def _written(sets: Sequence[QuestionSet]) -> Iterator[tuple[str, list[PassageDraft]]]:
    """The articles of the question sets, each with its paragraphs."""
    for questions in sets:
        language: Language = "en" if questions.language == "English" else "pt"
        for _, article in groupby(questions.paragraphs, key=lambda paragraph: paragraph.article):
            drafts = [_draft(p.title, p.text, at, language) for at, p in enumerate(article)]
            yield drafts[0].context, drafts


def _draft(title: str, text: str, position: int, language: Language) -> PassageDraft:
    start = position * 10_000
    chunk = Chunk(start=start, end=start + len(text), text=text, place=Place())
    context = context_of(title, chunk.place)
    return PassageDraft(chunk, language, context, key_of(context, text))


def _add(
    catalog: FileCatalog,
    root: CollectionRoot,
    name: str,
    title: str,
    drafts: Sequence[PassageDraft],
) -> None:
    path = root.path + b"/" + name.encode()
    catalog.add_found(root.id, [(path, STAMP)])
    catalog.replace(path, STAMP, "", title, drafts)


def measure(folder: Path, count: int = PASSAGES, asked: int = QUESTIONS) -> list[Comparison]:
    """Searches of so many passages, each beside a bare query of Chroma for the same vector.

    Args:
        folder: where the library is made, unless it is there already.
    """
    data, starter = data_folder(), starter_folder()
    if data is None or starter is None:
        print("search: not measured, the test data or the starter embedder are not there")
        return []
    sets = [load(data, language) for language in NAMES]
    embedder = KnownQuestions(open_embedder(starter))
    database = LibraryDatabase(folder / "library.db")
    embeddings = Embeddings(database, embedder.identity, DIMENSIONS)
    if not embeddings.collection_ids():
        fill(database, embeddings, embedder, sets, count)
    place = EmbeddedPlace(folder / "vectors", "speed", embedder.identity, DIMENSIONS, PROBE)
    index = VectorIndex(place, embeddings)
    index.open()
    try:
        tests = [[q.text for q in each.questions if q.split == "test"] for each in sets]
        questions = [text for pair in zip(*tests, strict=False) for text in pair][:asked]
        for question in questions:
            embedder.embed_question(question)
        one, other = embeddings.collection_ids()
        scopes = {"everywhere": None, "in 95 %": [one], "in 5 %": [other]}
        rows: list[Comparison] = []
        for name, scope in scopes.items():
            # Each time anew: what earlier questions have shown is no help to these.
            meaning = SemanticIndex(SharedEmbedder(embedder), embeddings, index)
            retrieval = HybridRetriever(database, Analyzer(), meaning)
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
