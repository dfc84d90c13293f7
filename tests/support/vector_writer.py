"""A process to be killed: it indexes file after file and tells each that is done.

`python -m tests.support.vector_writer HOME FIRST COUNT SYNC_EVERY`
"""

import sys
from pathlib import Path

from assistant.library.vectors.chroma import Hit
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace
from tests.support.made_library import DIMENSIONS, MadeLibrary

LIBRARY = "a library"
PROBE = (sys.executable, "-m", "assistant.library.vectors.probe")


def text_of(number: int) -> str:
    """Words that no other file has; two passages or three."""
    return " ".join(f"Word{number}x{n} is told here." for n in range(25))


def open_place(made: MadeLibrary, sync_every: int = 100) -> EmbeddedPlace:
    vectors, embedder = made.home / "vectors", made.embedder.identity
    return EmbeddedPlace(vectors, LIBRARY, embedder, DIMENSIONS, PROBE, sync_every)


def open_index(made: MadeLibrary, sync_every: int = 100) -> VectorIndex:
    return VectorIndex(open_place(made, sync_every), made.embeddings)


def fill(made: MadeLibrary, index: VectorIndex, numbers: range) -> None:
    for number in numbers:
        index.apply(made.put(f"{number}", text_of(number)))


def found(made: MadeLibrary, index: VectorIndex, number: int) -> list[Hit]:
    return index.search(made.embedder.embed_question(text_of(number)[:200]), 3)


def assert_right(made: MadeLibrary, index: VectorIndex) -> None:
    """Every passage is found by its own vector, once, and nothing else is there."""
    assert index.is_ready
    assert index.differences() == (frozenset(), frozenset())
    for collection, ids in made.embeddings.collections().items():
        for batch, rows in made.embeddings.vectors(sorted(ids)):
            for passage, row in zip(batch, rows, strict=True):
                hits = index.search(row, 5, [collection])
                assert [id_ for id_, cosine in hits if cosine > 0.999].count(passage) == 1


def main() -> None:
    home, first, count, sync_every = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    made = MadeLibrary(home)
    index = open_index(made, sync_every)
    index.open()
    print("ready", flush=True)
    for number in range(first, first + count):
        index.apply(made.put(f"{number}", text_of(number)))
        print(number, flush=True)
    index.close()
    made.close()
    print("done", flush=True)


if __name__ == "__main__":
    main()
