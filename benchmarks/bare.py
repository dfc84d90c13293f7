"""llama-cpp-python in-process, nothing of ours: what the engine is measured against.

Reads one JSON request `{"messages": […], "max_tokens": n}` a line, writes one line with the
figures of its answer.
"""

import json
import sys
from time import perf_counter
from typing import Any

from llama_cpp import Llama


def main() -> None:
    path, context_window, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    out = sys.stdout
    model = Llama(
        path, n_ctx=context_window, n_threads=threads, n_threads_batch=threads, verbose=False
    )
    print("{}", file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(model, json.loads(line))), file=out, flush=True)


def answer(model: Llama, request: dict[str, Any]) -> dict[str, float]:
    started = perf_counter()
    arrivals = [
        perf_counter()
        for piece in model.create_chat_completion(
            request["messages"], max_tokens=request["max_tokens"], temperature=0, stream=True
        )
        if piece["choices"][0]["delta"].get("content")
    ]
    return {
        "first_token_ms": (arrivals[0] - started) * 1000,
        "tokens_per_second": (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]),
    }


if __name__ == "__main__":
    main()
