"""A worker process for tests: the engine worker with the settings given on the command line."""

import os
import resource
import sys
from pathlib import Path

import psutil

from assistant.engine.cards.search import CardPlaces
from assistant.engine.llama.memory import free_for_models
from assistant.engine.worker.main import SnapshotSettings, serve
from assistant.ipc.spec import WorkerSpec

if __name__ == "__main__":
    home, version, idle_unload, idle_exit = sys.argv[1:]
    spec = WorkerSpec(
        name="engine",
        command=(),
        runtime=Path(home) / "run",
        log=Path(home) / "logs" / "engine.log",
        version=version,
    )
    memory, limit = Path(home) / "free", Path(home) / "limit"

    def free() -> int:
        """As the test says, where it says something; and as much as it allows from now on."""
        if limit.exists():
            most = psutil.Process().memory_info().vms + int(limit.read_text())
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        return int(memory.read_text()) if memory.exists() else free_for_models()

    # Where tests run once more on a card: the process beside this one tries its driver.
    probe = os.environ.get("ASSISTANT_TEST_CARDS")
    cards = None
    if probe:
        cards = CardPlaces(
            command=(sys.executable, "-m", "assistant", "--worker", "cards"),
            added=(Path(probe),),
            kept=Path(probe) / "cards.json",
            runtime=spec.runtime,
            silence=float(os.environ.get("ASSISTANT_TEST_SILENCE", "120")),
        )

    keeping = SnapshotSettings(Path(home) / "snapshots", 2**30)
    serve(
        spec,
        keeping,
        idle_unload=float(idle_unload),
        idle_exit=float(idle_exit),
        free=free,
        cards=cards,
    )
