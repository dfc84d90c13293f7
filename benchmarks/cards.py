"""Graphics cards: the engine on each of them, against llama.cpp's own `llama-bench` in turn.

For machines with a card: `python -m benchmarks.cards LLAMA_BENCH [MODEL…]`. `llama-bench` is to be
of the same llama.cpp and know the same cards: it is compiled from what `packaging/llama/sdist.sh`
unpacks, with `-DLLAMA_BUILD_TOOLS=ON`; `GGML_BACKEND_PATH` names our library for the card.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from threading import Event
from time import perf_counter

from assistant import bootstrap
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Loaded, Wrote
from assistant.core.values.sampling import Sampling
from assistant.core.wording import device_text
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from benchmarks.pairs import HEADER, Comparison, compare, pairs

TOKENS = 128
GREEDY = Sampling(temperature=0, repeat_penalty=1, max_tokens=TOKENS)
TEXT = "The lighthouse keeper wrote down the wind, the tide and the names of the ships. " * 24
PROCESSOR = "cpu"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cards", description=__doc__)
    parser.add_argument("llama_bench", type=Path, metavar="LLAMA_BENCH")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="none: the starter model")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--processor", action="store_true", help="measure the processor, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="as-bench-", dir="/tmp") as home:
        os.environ.update(ASSISTANT_HOME=home, ASSISTANT_ENGINE__LOOKUP="off")
        found = bootstrap.graphics_cards(find_paths())
        devices = [card.name for card in found.cards] + [PROCESSOR] * given.processor
        if not devices:
            sys.exit(f"There is no graphics card that can be used. {found.problem}".strip())
        print(HEADER)
        for device in devices:
            for model in given.models or [None]:
                for row in measure_card(given.llama_bench, device, model, given.runs):
                    print(row.row(), flush=True)


def measure_card(llama_bench: Path, device: str, model: str | None, runs: int) -> list[Comparison]:
    """First token of a prompt that nobody has read before, and decode speed, on one device."""
    os.environ["ASSISTANT_ENGINE__DEVICE"] = device
    paths = find_paths()
    assistant = bootstrap.build(load_settings(paths.settings_file), paths)
    try:
        opened = assistant.models.open(model)
        *_, loaded = opened.load(Event())
        assert isinstance(loaded, Loaded)
        computes = loaded.info.device
        print(f"{loaded.info.name}: {device_text(computes) if computes else 'processor'}")
        numbers = count(1)
        read = _answer(opened, next(numbers))[2]
        figures = pairs(
            lambda: _answer(opened, next(numbers))[:2],
            lambda: _bench(llama_bench, device, loaded.info.path, read),
            runs,
        )
    finally:
        assistant.close()
    first = [(ours[0], other[0]) for ours, other in figures]
    speed = [(ours[1], other[1]) for ours, other in figures]
    return [
        compare(f"{device}: first token of {read} tokens", "ms", first, "<= 1.05"),
        compare(f"{device}: speed", "tok/s", speed, ">= 0.97"),
    ]


def _answer(model: ChatModel, number: int) -> tuple[float, float, int]:
    """Milliseconds to the first token, tokens a second behind it, tokens of the prompt."""
    messages = [ChatMessage(role="user", content=f"Story {number}. {TEXT} Tell it again.")]
    started, arrivals, read = perf_counter(), [], 0
    for event in model.stream(messages, GREEDY, Event()):
        if isinstance(event, Wrote):
            arrivals.append(perf_counter())
        elif isinstance(event, Finished):
            read = event.usage.prompt_tokens
    speed = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
    return (arrivals[0] - started) * 1000, speed, read


def _bench(llama_bench: Path, device: str, model: str, read: int) -> tuple[float, float]:
    """The same figures of llama.cpp."""
    layers, on = ("0", "none") if device == PROCESSOR else ("99", device)
    threads = os.environ.get("ASSISTANT_ENGINE__THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    command = [
        llama_bench,
        "-m",
        model,
        "-p",
        str(read),
        "-n",
        str(TOKENS),
        "-r",
        "1",
        "-o",
        "json",
    ]
    command += ["-ngl", layers, "-dev", on, "-t", threads]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    speeds = {bool(row["n_prompt"]): float(row["avg_ts"]) for row in json.loads(printed)}
    return read / speeds[True] * 1000, speeds[False]


if __name__ == "__main__":
    main()
