"""Probe of a Chroma folder, in a process of its own: damage there can end the process.

That process is `main`: it reads one request as JSON and answers with one line of JSON.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import NamedTuple

import numpy as np

from assistant.ipc.one_shot import HelperProcess
from assistant.ipc.process import JsonLines
from assistant.library.embedding.similarity import Vectors
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
    lines: list[bytes] = []
    deadline = monotonic() + PROBE_TIMEOUT
    with HelperProcess(command) as process:
        # A process that ends before it is asked says so by its status.
        with suppress(BrokenPipeError):
            lines += process.answers(json.dumps(request), Event(), PROBE_TIMEOUT)
        # Damage may end it even after it has answered.
        status = process.wait(deadline - monotonic())
    if status is None:
        return "it does not open in time"
    if status != 0:
        return f"opening it ends the process (status {status})"
    try:
        return str(json.loads(lines[-1])["wrong"])
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
    answers = JsonLines()
    request: Mapping[str, object] = json.loads(sys.stdin.readline())
    answers.write({"wrong": _answer(request)})


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
