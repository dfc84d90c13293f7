"""A look at everything that is stored, with what can be repaired repaired."""

import random

from assistant.core.library import Problem, Verification
from assistant.library.parts import OpenLibrary

SAMPLE = 200
"""Passages of each collection that are looked for."""

NEAR = 0.99
"""The cosine of a vector and itself, after storing it in half precision."""


def verify(library: OpenLibrary) -> Verification:
    """Check library.db, the keyword index and the vectors against each other."""
    problems = [*_database(library), *_counts(library), *_embeddings(library), *_vectors(library)]
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


def _database(library: OpenLibrary) -> list[Problem]:
    with library.database.read() as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
    return [Problem(what=f"library.db: {text}", repaired=False) for text in found if text != "ok"]


def _counts(library: OpenLibrary) -> list[Problem]:
    """What has to be as many as something else."""
    with library.database.read() as connection:
        numbers = connection.execute(
            """
            SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM texts),
                (SELECT count(*) FROM keywords), (SELECT coalesce(sum(passages), 0) FROM files),
                (SELECT count(*) FROM files WHERE id NOT IN (SELECT file_id FROM members))
            """
        ).fetchone()
    passages, texts, keywords, said, strays = numbers
    problems = []
    for what, number in (("texts", texts), ("keyword entries", keywords), ("told passages", said)):
        if number != passages:
            text = f"There are {passages:,} passages and {number:,} {what}"
            problems.append(Problem(what=text, repaired=False))
    if strays:
        text = f"{strays:,} files belong to no collection"
        problems.append(Problem(what=text, repaired=False))
    return problems


def _embeddings(library: OpenLibrary) -> list[Problem]:
    return []


def _vectors(library: OpenLibrary) -> list[Problem]:
    """Opening the vectors compared them with library.db; here they have to find what they hold."""
    with library.embedders.asking() as meaning:
        if meaning is None:
            return []
        meaning.wait()
    index, embeddings = meaning.index, meaning.embeddings
    if not index.is_ready:
        return [Problem(what="Chroma cannot be used; library.db answers", repaired=False)]
    for collection, passages in embeddings.collections().items():
        ids = sorted(passages)
        sample = random.sample(ids, min(SAMPLE, len(ids)))
        for found, vectors in embeddings.vectors(sample):
            for passage, vector in zip(found, vectors, strict=True):
                hits = index.search(vector, 1, [collection])
                if not hits or hits[0][1] < NEAR:
                    library.rebuild_vectors()
                    what = f"The vectors did not find passage {passage}: they were made anew"
                    return [Problem(what=what, repaired=True)]
    return []
