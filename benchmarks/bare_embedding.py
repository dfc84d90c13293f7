"""sentence-transformers alone: what the indexing is measured against.

Reads one JSON list of texts a line, writes the seconds that encoding them took.
"""

import json
import os
import sys
from time import perf_counter

from assistant.library.embedding.sentence_transformers import OFFLINE_ENVIRONMENT


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr
    os.environ.update(OFFLINE_ENVIRONMENT)
    os.nice(int(sys.argv[2]))
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 -- after OFFLINE

    model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
    model.encode(["warm"])
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        started = perf_counter()
        model.encode(texts)
        print(perf_counter() - started, file=out, flush=True)


if __name__ == "__main__":
    main()
