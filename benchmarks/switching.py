"""Going back to a long conversation: in memory, from its snapshot after a restart, read anew."""

import os
import secrets
import signal
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter, sleep

import psutil

from assistant import bootstrap
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loaded, Wrote
from assistant.core.values.sampling import Sampling
from assistant.settings import load_settings
from assistant.system.paths import Paths, find_paths
from benchmarks.pairs import Comparison, compare

TOKENS = 4000
GREEDY = Sampling(temperature=0, repeat_penalty=1, max_tokens=24)
TEXT = "The lighthouse keeper wrote down the wind, the tide and the names of the ships. "
PATIENCE = 600.0


def measure_switching(runs: int = 3) -> list[Comparison]:
    """Seconds to the first token. Prints whether the three answers were the same."""
    paths = find_paths()
    assistant = bootstrap.build(load_settings(paths.settings_file), paths)
    model = assistant.models.open(None)
    warm, restored = [], []
    same = 0
    for _ in range(runs):
        asked = _conversation(model, secrets.token_hex(4))
        _until_kept(paths)
        _answer(model, _other())
        in_memory, first = _answer(model, asked)
        _end_engine()
        list(model.load(Event()))
        from_disk, second = _answer(model, asked)
        _end_engine()
        for file in paths.snapshots.iterdir():
            file.unlink()
        list(model.load(Event()))
        anew, third = _answer(model, asked)
        same += first == second == third
        warm.append((in_memory, anew))
        restored.append((from_disk, anew))
    _end_engine()
    assistant.close()
    print(f"the same answer token for token in {same} of {runs} runs, {TOKENS:,} tokens, read anew")
    print(f"in {median(anew for _, anew in warm):.1f} s (median)")
    return [
        compare("back to a conversation in memory, against read anew", "s", warm, "<= 0.05"),
        compare("back to its snapshot after a restart", "s", restored, "<= 0.15"),
    ]


def _conversation(model: ChatModel, name: str) -> list[ChatMessage]:
    """Two turns, long enough together."""
    window = next(event.info for event in model.load(Event()) if isinstance(event, Loaded))
    assert window.context_window > TOKENS
    story = f"Story {name}. " + TEXT * (TOKENS // 20)
    messages = [
        ChatMessage(role="system", content="You are a helpful assistant."),
        ChatMessage(role="user", content=story),
    ]
    while model.measure(messages).total > TOKENS:
        story = story[: -len(TEXT)]
        messages[-1] = ChatMessage(role="user", content=story)
    for question in ("Who wrote?", "What did he write down?"):
        _, text = _answer(model, messages)
        messages.append(ChatMessage(role="assistant", content=text))
        messages.append(ChatMessage(role="user", content=question))
    return messages


def _other() -> list[ChatMessage]:
    return [ChatMessage(role="user", content=f"{secrets.token_hex(4)}: say hello.")]


def _answer(model: ChatModel, messages: list[ChatMessage]) -> tuple[float, str]:
    """Seconds to the first token, and the answer."""
    started, first, text = perf_counter(), 0.0, ""
    for event in model.stream(messages, GREEDY, Event()):
        if isinstance(event, Wrote):
            first = first or perf_counter() - started
            text += event.text
    return first, text


def _until_kept(paths: Paths) -> None:
    """The engine writes a snapshot when nobody asks any more."""
    deadline = perf_counter() + PATIENCE
    while not any(_size(file) > 10**6 for file in paths.snapshots.glob("*.kv")):
        assert perf_counter() < deadline, "no snapshot was written"
        sleep(0.1)


def _size(file: Path) -> int:
    return file.stat().st_size


def _end_engine() -> None:
    """As a crash would."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        line = process.info["cmdline"] or []
        home = (process.info["environ"] or {}).get("ASSISTANT_HOME")
        if "--worker" in line and "engine" in line and home == os.environ["ASSISTANT_HOME"]:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
