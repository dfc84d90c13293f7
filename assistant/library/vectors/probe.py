"""Looking into a Chroma folder in a process of its own: damage there can end the process.

That process is `main`: it reads one request as JSON and answers with one line of JSON.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.library.embedding.sentence_transformers import Vectors
from assistant.library.vectors.chroma import ChromaVectors, VectorsError, embedded_client

TIMEOUT = 120.0
"""Seconds. What Chroma has in its queue is worked off first."""

NEAR = 0.99
"""The cosine of a vector and itself, after storing both in half precision."""

NEIGHBOURS = 3


class Probe(NamedTuple):
    """A vector that has to be found."""

    collection: int
    passage: int
    vector: Vectors


def look(folder: Path, prefix: str, probes: Sequence[Probe], command: Sequence[str]) -> str:
    """What is wrong with a Chroma folder; empty when nothing is."""
    request = {
        "folder": str(folder),
        "prefix": prefix,
        "probes": [[p.collection, p.passage, p.vector.tolist()] for p in probes],
    }
    try:
        answer = subprocess.run(
            command, input=json.dumps(request), capture_output=True, text=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        return "it does not open in time"
    if answer.returncode != 0:
        return f"opening it ends the process (status {answer.returncode})"
    try:
        return str(json.loads(answer.stdout.splitlines()[-1])["wrong"])
    except (ValueError, LookupError, TypeError):
        return "opening it gives no answer"


def find_all(vectors: ChromaVectors, probes: Sequence[Probe]) -> str:
    """What is wrong with vectors that should be known; empty when nothing is.

    What Chroma does not claim to have is not looked for: it is added when all else is right.
    """
    claimed = {probe.collection: vectors.ids(probe.collection) for probe in probes}
    for probe in probes:
        if probe.passage in claimed[probe.collection]:
            hits = vectors.search(probe.vector, NEIGHBOURS, [probe.collection])
            if not any(cosine >= NEAR for _, cosine in hits):
                return f"passage {probe.passage} is not found by its own vector"
    return ""


def main() -> None:
    request: Mapping[str, object] = json.load(sys.stdin)
    print(json.dumps({"wrong": _look(request)}), flush=True)


def _look(request: Mapping[str, object]) -> str:
    probes = [
        Probe(collection, passage, np.array(vector, dtype=np.float32))
        for collection, passage, vector in request["probes"]  # type: ignore[attr-defined]
    ]
    try:
        vectors = ChromaVectors(
            embedded_client(Path(str(request["folder"]))), str(request["prefix"])
        )
        wrong = find_all(vectors, probes)
        vectors.close()
    except VectorsError as failure:
        return str(failure)
    return wrong


if __name__ == "__main__":
    main()
