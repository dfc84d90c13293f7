"""Verification: library.db, keyword index and vectors against each other, repaired if possible."""

import random
from threading import Event
from time import monotonic

from assistant.core.errors import DatabaseDamagedError
from assistant.core.values.library import IntegrityProblem, Verification
from assistant.language.messages import N_
from assistant.library.store import embeddings as records
from assistant.library.store.embeddings import Embeddings
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.index import IndexDifferences, VectorIndex
from assistant.library.vectors.semantic import SemanticIndex
from assistant.library.worker.open_library import OpenLibrary

SAMPLE_PASSAGES = 200
"""Passages of each collection that are looked for by their vectors."""

MIN_SELF_COSINE = 0.99
"""The cosine of a vector and itself, after storing it in half precision."""

SETTLING_SECONDS = 3.0
"""Seconds after which what differs is no longer on its way from library.db to Chroma."""

POLL_SECONDS = 0.2


def verify(library: OpenLibrary) -> Verification:
    """Check library.db, the keyword index and the vectors against each other, and repair them.

    Everything is compared in full, the ids in Chroma included. Only whether Chroma finds what it
    holds is tried with a sample of each collection, as a full look takes minutes.

    Returns: what was wrong.
    """
    try:
        problems = [*library.check_and_repair(), *_semantic_problems(library)]
    except DatabaseDamagedError as failure:
        what = f"{failure.message} {N_('It is set aside and rebuilt from your files')}"
        problem = IntegrityProblem(what=what, repaired=False)
        return Verification(ok=False, files=0, passages=0, problems=(problem,))
    with library.database.read() as connection:
        files, passages = connection.execute(
            "SELECT count(*), coalesce(sum(passages), 0) FROM files"
        ).fetchone()
    return Verification(
        ok=all(problem.repaired for problem in problems),
        files=files,
        passages=passages,
        problems=tuple(problems),
    )


def _semantic_problems(library: OpenLibrary) -> list[IntegrityProblem]:
    with library.embedders.for_questions() as semantic:
        if semantic is None:
            problem = library.embedders.state().problem
            return [IntegrityProblem(what=problem, repaired=False)] if problem else []
        semantic.wait_opened()
        return [*_embeddings(library, semantic), *_vectors(library, semantic)]


def _embeddings(library: OpenLibrary, semantic: SemanticIndex) -> list[IntegrityProblem]:
    """Each passage has one, which is what was stored; nothing else has."""
    problems = []
    damaged = semantic.embeddings.delete_damaged()
    if damaged:
        problems.append(_repaired(N_(f"{damaged:,} embeddings were damaged: they are rebuilt")))
    missing = records.count_without_embedding(library.database, semantic.embedder.identity)
    if missing > damaged:
        what = N_(f"{missing:,} passages had no embedding: they are embedded again")
        problems.append(_repaired(what))
    unused = records.delete_unused(library.database)
    if unused:
        problems.append(_repaired(N_(f"{unused:,} embeddings of no passage were deleted")))
    if damaged or missing:
        library.embedders.check_again()
    return problems


def _vectors(library: OpenLibrary, semantic: SemanticIndex) -> list[IntegrityProblem]:
    """Chroma has what is embedded, nothing else, and finds it."""
    index = semantic.index
    problems: list[IntegrityProblem] = []
    try:
        if index.is_ready:
            problems = _repair_vectors(index, _lasting_differences(index))
            missed = _first_missed(index, semantic.embeddings)
            if missed is not None:
                library.rebuild_vectors()
                what = N_(f"The vectors did not find passage {missed}: they were rebuilt")
                problems.append(_repaired(what))
    except VectorsError as failure:
        return [*problems, IntegrityProblem(what=N_(f"Chroma failed: {failure}"), repaired=False)]
    if not index.is_ready:
        problems.append(
            IntegrityProblem(what=N_("Chroma cannot be used; library.db answers"), repaired=False)
        )
    return problems


def _lasting_differences(index: VectorIndex) -> IndexDifferences:
    """The differences that stay: the others were on their way."""
    found = index.differences()
    deadline, pause = monotonic() + SETTLING_SECONDS, Event()
    while any(found) and monotonic() < deadline:
        pause.wait(POLL_SECONDS)
        again = index.differences()
        found = IndexDifferences(found.missing & again.missing, found.surplus & again.surplus)
    return found


def _repair_vectors(index: VectorIndex, found: IndexDifferences) -> list[IntegrityProblem]:
    problems = []
    if any(found):
        index.repair()
    if found.missing:
        problems.append(
            _repaired(N_(f"{len(found.missing):,} vectors were missing: they were added"))
        )
    if found.surplus:
        problems.append(_repaired(N_(f"{len(found.surplus):,} vectors of no passage were deleted")))
    return problems


def _first_missed(index: VectorIndex, embeddings: Embeddings) -> int | None:
    """A passage of the sample that is not found by its own vector."""
    for collection, passages in embeddings.collections().items():
        ids = sorted(passages)
        sample = random.sample(ids, min(SAMPLE_PASSAGES, len(ids)))
        for found, vectors in embeddings.vectors(sample):
            for passage, vector in zip(found, vectors, strict=True):
                hits = index.search(vector, 1, [collection])
                if not hits or hits[0][1] < MIN_SELF_COSINE:
                    return passage
    return None


def _repaired(what: str) -> IntegrityProblem:
    return IntegrityProblem(what=what, repaired=True)
