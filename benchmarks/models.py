"""Switching between two models: both in memory, and when the other one has to be loaded."""

import os
from pathlib import Path
from threading import Event
from time import perf_counter

import psutil

from assistant import bootstrap
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loaded, Wrote
from assistant.core.values.sampling import Sampling
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from benchmarks.pairs import Comparison, compare
from tests.support.tiny_models import write_tiny_model

GREEDY = Sampling(temperature=0, repeat_penalty=1, max_tokens=16)
TEXT = "The lighthouse keeper wrote down the wind, the tide and the names of the ships. "
MODELS = "ASSISTANT_ENGINE__MODELS"


class _Talk:
    """A conversation with a model, of some hundred tokens and one more turn each time."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self._messages = [ChatMessage(role="system", content=TEXT * 20)]

    def turn(self) -> float:
        """Milliseconds to the first token of the next answer."""
        self._messages.append(ChatMessage(role="user", content="What did he write down?"))
        started, first, text = perf_counter(), 0.0, ""
        for event in self.model.stream(self._messages, GREEDY, Event()):
            if isinstance(event, Wrote):
                first = first or (perf_counter() - started) * 1000
                text += event.text
        self._messages.append(ChatMessage(role="assistant", content=text))
        return first


def measure_models(home: Path, runs: int = 5) -> list[Comparison]:
    """Milliseconds to the first token of the first turn after the other model's, against a turn
    after a turn of its own."""
    tiny = write_tiny_model(home)
    rows = []
    for most, how in ((2, "both in memory"), (1, "loaded again")):
        os.environ[MODELS] = str(most)
        paths = find_paths()
        assistant = bootstrap.build(load_settings(paths.settings_file), paths)
        talks = [_Talk(assistant.models.open(name)) for name in (None, str(tiny))]
        figures: list[list[tuple[float, float]]] = [[] for _ in talks]
        for run in range(runs + 1):
            for talk, found in zip(talks, figures, strict=True):
                pair = talk.turn(), talk.turn()
                if run:
                    found.append(pair)
        *_, last = talks[0].model.load(Event())
        assert isinstance(last, Loaded)
        print(f"{how}: {last.loads} loads for {2 * (runs + 1)} switches")
        for name, found in zip(("the starter", "a tiny model"), figures, strict=True):
            rows.append(compare(f"back to {name}, {how}, against staying", "ms", found))
        assistant.close()
        _end_engine()
    del os.environ[MODELS]
    return rows


def _end_engine() -> None:
    for process in psutil.process_iter(["cmdline", "environ"]):
        line = process.info["cmdline"] or []
        home = (process.info["environ"] or {}).get("ASSISTANT_HOME")
        if "--worker" in line and "engine" in line and home == os.environ["ASSISTANT_HOME"]:
            process.terminate()
            process.wait()
