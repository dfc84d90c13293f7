"""Probe of a Chroma folder, in a process of its own: damage there can end the process.

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

PROBE_TIMEOUT = 120.0
"""Seconds. What Chroma has in its queue is worked off first."""

MIN_SELF_COSINE = 0.99
"""The cosine of a vector and itself, after storing both in half precision."""

PROBED_NEIGHBOURS = 3


class ProbeVector(NamedTuple):
    """A vector that Chroma has to find."""

    collection: int
    passage: int
    vector: Vectors


def probe_folder(
    folder: Path, prefix: str, probes: Sequence[ProbeVector], command: Sequence[str]
) -> str:
    """Check a Chroma folder in a process.

    Returns: what is wrong with it; empty when nothing is.
    """
    request = {
        "folder": str(folder),
        "prefix": prefix,
        "probes": [[p.collection, p.passage, p.vector.tolist()] for p in probes],
    }
    try:
        answer = subprocess.run(
            command,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return "it does not open in time"
    if answer.returncode != 0:
        return f"opening it ends the process (status {answer.returncode})"
    try:
        return str(json.loads(answer.stdout.splitlines()[-1])["wrong"])
    except (ValueError, LookupError, TypeError):
        return "opening it gives no answer"


def check_vectors(vectors: ChromaVectors, probes: Sequence[ProbeVector]) -> str:
    """Search for vectors that should be known.

    What Chroma does not claim to have is not looked for: it is added when all else is right.

    Returns: what is wrong with them; empty when nothing is.
    """
    claimed = {probe.collection: vectors.ids(probe.collection) for probe in probes}
    for probe in probes:
        if probe.passage in claimed[probe.collection]:
            hits = vectors.search(probe.vector, PROBED_NEIGHBOURS, [probe.collection])
            if not any(cosine >= MIN_SELF_COSINE for _, cosine in hits):
                return f"passage {probe.passage} is not found by its own vector"
    return ""


def main() -> None:
    """Read one request from standard input, check the folder, and write the answer."""
    request: Mapping[str, object] = json.load(sys.stdin)
    print(json.dumps({"wrong": _answer(request)}), flush=True)


def _answer(request: Mapping[str, object]) -> str:
    probes = [
        ProbeVector(collection, passage, np.array(vector, dtype=np.float32))
        for collection, passage, vector in request["probes"]  # type: ignore[attr-defined]
    ]
    try:
        vectors = ChromaVectors(
            embedded_client(Path(str(request["folder"]))), str(request["prefix"])
        )
        wrong = check_vectors(vectors, probes)
        vectors.close()
    except VectorsError as failure:
        return str(failure)
    return wrong


if __name__ == "__main__":
    main()
