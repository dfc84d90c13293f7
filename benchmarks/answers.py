"""Answers: the engine client and `assistant ask` against bare llama-cpp-python in-process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from time import perf_counter

from assistant import bootstrap
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loaded, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.options import INITIAL_WINDOW
from assistant.settings import Settings, load_settings
from assistant.system.paths import find_paths
from benchmarks.pairs import Comparison, compare, pairs

TOKENS = 96
GREEDY = Sampling(temperature=0, repeat_penalty=1, max_tokens=TOKENS)
TEXT = "The lighthouse keeper wrote down the wind, the tide and the names of the ships. " * 12

Figures = dict[str, float]


def measure_answers(runs: int = 15) -> list[Comparison]:
    """First token and decode speed, each answer to a prompt that nobody has read before.

    A pair's speeds differ by up to a tenth on an idle machine: seven pairs are too few to tell
    three hundredths.
    """
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    assistant = bootstrap.build(settings, paths)
    model = assistant.models.open(None)
    info = next(event.info for event in model.load(Event()) if isinstance(event, Loaded))
    numbers = count(1)
    with _bare(info.path, settings) as bare:
        client = pairs(
            lambda: _client(model, _messages(next(numbers))),
            lambda: bare(_messages(next(numbers))),
            runs,
        )
        asked = pairs(
            lambda: _ask(_question(next(numbers)), assistant.store),
            lambda: bare(_messages(next(numbers))),
            runs,
        )
    second = [_two_turns(next(numbers)) for _ in range(3)]
    assistant.close()
    return [
        _compare("engine client: first token, against bare", "first_token_ms", client, "<= 1.05"),
        _compare("engine client: speed, against bare", "tokens_per_second", client, ">= 0.97"),
        _compare(
            "assistant ask: first token (process start included)",
            "first_token_ms",
            asked,
            "<= 1.25",
        ),
        _compare("assistant ask: speed, against bare", "tokens_per_second", asked, ">= 0.97"),
        compare("second turn's first token, against the first turn's", "ms", second, "<= 0.3"),
    ]


def _compare(
    what: str, figure: str, figures: list[tuple[Figures, Figures]], goal: str = ""
) -> Comparison:
    unit = "ms" if figure.endswith("_ms") else "tok/s"
    return compare(what, unit, [(ours[figure], other[figure]) for ours, other in figures], goal)


def _question(number: int) -> str:
    return f"Story {number}. {TEXT} Tell it again with a happy end."


def _messages(number: int) -> list[ChatMessage]:
    return [
        ChatMessage(role="system", content="You are a helpful assistant."),
        ChatMessage(role="user", content=_question(number)),
    ]


def _client(model: ChatModel, messages: list[ChatMessage]) -> Figures:
    started = perf_counter()
    arrivals = [
        perf_counter()
        for event in model.stream(messages, GREEDY, Event())
        if isinstance(event, Wrote)
    ]
    return _figures(started, arrivals, len(arrivals))


def _ask(question: str, store: ConversationStore) -> Figures:
    """`assistant ask`, read from its pipe as it comes: several tokens may come at once."""
    started = perf_counter()
    command = [sys.executable, "-m", "assistant", "ask", "--temperature", "0"]
    command += ["--max-tokens", str(TOKENS), question]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        arrivals = [perf_counter() for _ in iter(partial(process.stdout.read, 4096), b"")]
    answer = store.branch(store.conversations(limit=1)[0].id)[-1]
    assert answer.usage is not None
    return _figures(started, arrivals, answer.usage.completion_tokens)


def _figures(started: float, arrivals: list[float], tokens: int) -> Figures:
    return {
        "first_token_ms": (arrivals[0] - started) * 1000,
        "tokens_per_second": (tokens - 1) / (arrivals[-1] - arrivals[0]),
    }


def _two_turns(number: int) -> tuple[float, float]:
    """First-token times of a conversation's second and first turn, as `--json` reports them."""
    command = [sys.executable, "-m", "assistant", "ask", "--json", "--max-tokens", "32"]
    times = []
    for arguments in ([_question(number) * 2], ["--last", "And then?"]):
        output = subprocess.run(
            [*command, *arguments], capture_output=True, check=True, text=True
        ).stdout
        times.append(json.loads(output)["timings"]["first_token_ms"])
    return times[1], times[0]


@contextmanager
def _bare(model: str, settings: Settings) -> Iterator["_Bare"]:
    engine = settings.engine
    command = [sys.executable, "-m", "benchmarks.bare", str(Path(model))]
    command += [str(engine.context_window or INITIAL_WINDOW), str(engine.threads)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        bare = _Bare(process)
        yield bare
        process.kill()


class _Bare:
    """The bare library in a process of its own, idle while ours runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._line()

    def __call__(self, messages: list[ChatMessage]) -> Figures:
        assert self._process.stdin is not None
        request = {"messages": [m.model_dump() for m in messages], "max_tokens": TOKENS}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Figures:
        assert self._process.stdout is not None
        figures: Figures = json.loads(self._process.stdout.readline())
        return figures
