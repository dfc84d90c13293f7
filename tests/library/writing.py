"""A process to be killed: it indexes file after file and tells each that is done.

`python -m tests.library.writing HOME FIRST COUNT SYNC_EVERY`
"""

import sys
from pathlib import Path

from assistant.library.vector_index import VectorIndex
from assistant.library.vector_places import EmbeddedPlace
from tests.library.fakes import DIMENSIONS, MadeLibrary

LIBRARY = "a library"
PROBE = (sys.executable, "-m", "assistant.library.probing")


def text_of(number: int) -> str:
    """Words that no other file has; two passages or three."""
    return " ".join(f"Word{number}x{n} is told here." for n in range(25))


def open_index(made: MadeLibrary, sync_every: int = 100) -> VectorIndex:
    place = EmbeddedPlace(
        made.home / "vectors", LIBRARY, made.embedder.identity, DIMENSIONS, PROBE, sync_every
    )
    return VectorIndex(place, made.embeddings)


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
