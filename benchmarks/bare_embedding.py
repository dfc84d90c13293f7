"""A bare session of ONNX Runtime: what the indexing is measured against.

Texts are sorted by length and taken eight at a time. Reads one JSON list of texts a line, writes
the seconds that embedding them took.
"""

import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from assistant.library.embedding.onnx import MODEL_FILE, TOKENIZER_FILE, read_card
from assistant.library.embedding.sentence_transformers import OFFLINE_ENVIRONMENT

AT_ONCE = 8


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr
    os.environ.update(OFFLINE_ENVIRONMENT)
    os.nice(int(sys.argv[2]))
    from onnxruntime import InferenceSession  # noqa: PLC0415 -- after OFFLINE
    from tokenizers import Tokenizer  # noqa: PLC0415

    folder = Path(sys.argv[1])
    session: Any = InferenceSession(folder / MODEL_FILE, providers=["CPUExecutionProvider"])
    tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(512)
    tokenizer.enable_padding()
    prompt = read_card(folder).passage_prompt

    def encode(texts: list[str]) -> None:
        order = sorted(texts, key=len)
        for at in range(0, len(order), AT_ONCE):
            encoded = tokenizer.encode_batch_fast([prompt + t for t in order[at : at + AT_ONCE]])
            ids = np.array([each.ids for each in encoded])
            mask = np.array([each.attention_mask for each in encoded])
            [hidden] = session.run(["hidden"], {"input_ids": ids, "attention_mask": mask})
            mean = (hidden * mask[..., None]).sum(axis=1)
            mean /= np.linalg.norm(mean, axis=1, keepdims=True)

    encode(["warm"])
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        started = perf_counter()
        encode(texts)
        print(perf_counter() - started, file=out, flush=True)


if __name__ == "__main__":
    main()
